"""A case as it was: at each step of random histories, what each side was shown then is what it is shown of that time later."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import RefundRequested
from aftersale_shop import HASH, Shop
from aftersale_svc import main
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.workers.deadlines import remind
from evidence_desk import desk
from evidence_samples import encoded, scene
from random_bodies import cny
from random_shop import MERCHANT, SETTINGS, Routes

SIDES = {"buyer": "buyer", "seller": "merchant", "agent": "agent", "arbitrator": "arbitrator"}
ACTORS = ("buyer", "seller", "agent", "second agent", "arbitrator", "second arbitrator")
NEVER = ("cancel", "accept", "reapply", "withdraw", "take", "assign", "release", "take_goods_back")
"""They end a case too soon, or only say who looks at it."""
RARE = ("escalate", "reject", "close", "correct_waybill", "set_return_address", "change_type", "withdraw_offer")
WORLD = {
    "return_in_transit": "a_parcel_is_reported",
    "reship_in_transit": "a_parcel_is_reported",
    "await_pickup": "a_parcel_is_reported",
    "refunding": "the_refund_ends",
}
BEFORE = {"cancel_unshipped": "paid", "refused_delivery": "shipped"}
"""Where an order is when such a case is opened; any other after its receipt."""
REASONS = {"price_adjust": "price_dropped", "reship_parts": "missing_parts", "refused_delivery": "refused_at_door"}

Look = tuple[datetime, str, dict[str, Any], list[Any], list[Any]]


class History:
    """What happens to one case and its disputes, and what each side is shown after each step."""

    def __init__(self, shop: Shop, case_id: str, seed: int) -> None:
        self.shop, self.path, self.draw = shop, f"/v1/cases/{case_id}", random.Random(seed)
        self.case_id, self.files = case_id, 0
        client = shop.harness.client
        seconds = (client("agent", "agent-2"), client("arbitrator", "arb-2"))
        everybody = (shop.buyer, shop.seller, shop.agent, seconds[0], shop.arbitrator, seconds[1])
        self.people = dict(zip(ACTORS, everybody, strict=True))
        self.routes = Routes.of(shop.harness.service.app)
        self.seen: list[Look] = []

    async def look(self) -> None:
        for role in SIDES:
            client = self.people[role]
            case = (await client.get(self.path)).json()
            steps = (await client.get(f"{self.path}/timeline")).json()["data"]
            evidence = (await client.get(f"{self.path}/evidence")).json()["data"]
            self.seen.append((self.shop.clock.now(), role, case, steps, [as_cited(each) for each in evidence]))

    async def go_on(self) -> None:
        """Somebody acts, or the world does."""
        self.shop.clock.advance(seconds=60)
        case = await self.shop.get(self.case_id)
        waits_for = WORLD.get(case["state"]) if self.draw.random() < 0.7 else None
        happens: list[Callable[[], Awaitable[object]]] = [
            *(lambda: self.somebody_acts("cases", self.case_id),) * 6,
            *(lambda: self.somebody_acts("disputes", case["dispute_id"]),) * (8 if case["dispute_id"] else 0),
            self.time_passes,
            self.somebody_has_more_time,
            self.a_file_is_announced,
        ]
        await (getattr(self, waits_for) if waits_for else self.draw.choice(happens))()
        assert await self.shop.harness.parked() == []
        await self.look()

    async def somebody_acts(self, documents: str, id_: str) -> None:
        """Take one of the actions that somebody is shown as allowed."""
        found = []
        for name in ACTORS:
            shown = (await self.people[name].get(f"/v1/{documents}/{id_}")).json()
            for each in shown["allowed_actions"]:
                known = (documents, each["action"]) in self.routes.by_action
                if each["allowed"] and known and each["action"] not in NEVER:
                    found += [(name, shown, each["action"])] * (1 if each["action"] in RARE else 4)
        if found:
            name, shown, action = self.draw.choice(found)
            _, path, body = self.routes.request(documents, shown, action, self.draw.randrange(1000))
            response = await self.people[name].post(path, json=body)
            assert response.status_code < 500, response.text

    async def a_parcel_is_reported(self) -> None:
        case, status = await self.shop.get(self.case_id), self.draw.choice(["in_transit", "delivered"])
        for way, leg in (("return_parcel", "return"), ("replacement", "exchange")):
            waybill_no = (case.get(way) or {}).get("waybill_no")
            if waybill_no:
                await self.shop.parcel(waybill_no, status, leg=leg, parcel_id=f"par_{self.draw.randrange(10**9)}")

    async def the_refund_ends(self) -> None:
        asked = [each for each in await self.shop.published(RefundRequested) if each.case_id == self.case_id]
        await self.draw.choice([self.shop.refund_succeeds, self.shop.refund_fails])(asked[-1])

    async def time_passes(self) -> None:
        self.shop.clock.advance(hours=self.draw.choice([1, 50, 80]))
        await self.shop.harness.run_due()
        await remind(self.shop.harness.runtime)

    async def somebody_has_more_time(self) -> None:
        entries = (await self.shop.agent.get(f"{self.path}/deadlines")).json()["data"]
        for each in entries:
            if not each.get("ended_at"):
                await self.shop.agent.post(f"/v1/deadlines/{each['id']}/extend", json={"hours": 24})

    async def a_file_is_announced(self) -> None:
        """A side announces a file, which may expire."""
        self.files += 1
        body = {"kind": "photo", "media_type": "image/jpeg", "size": 9, "sha256": f"sha256:{self.files:064x}"}
        client = self.people[self.draw.choice(["buyer", "seller"])]
        assert (await client.post("/v1/evidence", json={**body, "case_id": self.case_id})).status_code == 201


def as_cited(evidence: dict[str, Any]) -> tuple[Any, ...]:
    """What the evidence of a case is, as far as a view of the past shows it."""
    file = evidence["file"] or {}
    steps = [step["step_id"] for step in evidence["cited_by"]]
    return evidence["sha256"], steps, file.get("id"), file.get("kind"), file.get("state")


async def asked_later(client: httpx.AsyncClient, path: str, at: datetime, side: str) -> dict[str, Any]:
    response = await client.get(path, params={"as_of": at.isoformat(), "as_seen_by": side})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def differences(one: Any, other: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    """Where two documents differ, each with what stands there."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [each for key in one for each in differences(one[key], other[key], f"{path}/{key}")]
    return [] if one == other else [(path, one, other)]


@pytest.fixture
async def shop(postgres_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with Harness.start(main.service, postgres_url, **{**SETTINGS, "evidence_folder": str(tmp_path)}) as harness:
        shop = Shop(harness)
        for path, body in MERCHANT.items():
            await shop.setting(path, **body)
        yield shop


async def a_history(shop: Shop, type_: str, seed: int) -> History:
    """A case of this type, and twelve steps of it."""
    await getattr(shop, BEFORE.get(type_, "delivered"))()
    prices = {"reference_price": cny(9000), "checked_price": cny(8000)} if type_ == "price_adjust" else {}
    lines = [{"line_id": "line_1", "quantity": 2, **prices}]
    case = await shop.case(type_=type_, reason=REASONS.get(type_, "quality_defect"), lines=lines)
    history = History(shop, case["id"], seed)
    await history.look()
    for _ in range(12):
        await history.go_on()
    shop.clock.advance(hours=1)
    return history


@pytest.mark.parametrize(("type_", "seed"), [(type_, seed) for seed in (0, 1) for type_ in CaseType])
async def test_what_was_shown_at_each_step_is_shown_of_that_time_later(shop: Shop, type_: str, seed: int) -> None:
    history = await a_history(shop, str(type_), seed)
    for number, (at, role, shown, steps, cited) in enumerate(history.seen):
        own = number % 3 == 0 or role in ("agent", "arbitrator")
        later = await asked_later(history.people[role] if own else shop.agent, history.path, at, SIDES[role])
        seen = later.pop("as_of")
        assert differences({**later, "as_of": None}, shown) == [], (type_, seed, number)
        assert (seen["role"], seen["timeline"]) == (role, steps)
        found = [
            (each["sha256"], each["cited_by"], each["evidence_id"], each["kind"], each["state"])
            for each in seen["evidence"]
        ]
        assert found == cited, (type_, seed, number)
    kept = await shop.harness.runtime.pool.fetchval("SELECT avg(pg_column_size(c.*)) FROM case_changes c")
    assert kept < 1000, "bytes of a change"


async def test_offers_are_shown_as_they_were(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(type_="refund_only")
    shop.clock.advance(seconds=60)
    amount = {"amount": {"amount": 100, "currency": "CNY"}}
    await shop.act(shop.seller, case["id"], "offer", **amount)
    while_open = shop.clock.now()
    shop.clock.advance(seconds=60)
    await shop.act(shop.buyer, case["id"], "decline-offer")
    path = f"/v1/cases/{case['id']}"
    then = await asked_later(shop.buyer, path, while_open, "buyer")
    [offer] = then["as_of"]["offers"]
    assert (offer["state"], offer["ended_at"], then["state"]) == ("open", None, "offer_pending")
    [offer] = (await asked_later(shop.buyer, path, shop.clock.now(), "buyer"))["as_of"]["offers"]
    assert offer["state"] == "declined"
    before = await asked_later(shop.buyer, path, while_open - timedelta(seconds=1), "buyer")
    assert before["as_of"]["offers"] == []


async def test_who_may_ask_what(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    path, now, problem = f"/v1/cases/{case['id']}", shop.clock.now(), shop.harness.problem
    shop.clock.advance(hours=1)
    for client, own in ((shop.buyer, "buyer"), (shop.seller, "merchant")):
        assert (await asked_later(client, path, now, own))["as_of"]["evidence"][0]["sha256"] == HASH
        for side in {"buyer", "merchant", "agent", "arbitrator"} - {own}:
            problem(await client.get(path, params={"as_seen_by": side}), 403, "side_foreign")
    somebody_else = shop.harness.client("buyer", "buyer-2")
    assert (await somebody_else.get(path, params={"as_of": now.isoformat()})).status_code == 404
    admin = shop.harness.client("admin", "admin-1")
    assert (await admin.get(path, params={"as_of": now.isoformat()})).json()["as_of"]["role"] == "admin"
    early = {"as_of": (now - timedelta(seconds=1)).isoformat()}
    assert problem(await shop.agent.get(path, params=early), 404, "case_not_open_then")["opened_at"]
    late = {"as_of": (now + timedelta(hours=2)).isoformat()}
    problem(await shop.agent.get(path, params=late), 422, "time_in_future")
    for wrong in ({"as_of": "2026-03-02T09:00:00"}, {"as_of": "yesterday"}, {"as_seen_by": "courier"}):
        assert (await shop.agent.get(path, params=wrong)).status_code == 422
    assert (await shop.agent.get(path)).json()["as_of"] is None
    await shop.harness.runtime.pool.execute("DELETE FROM case_changes")
    problem(await shop.agent.get(path, params={"as_of": now.isoformat()}), 404, "history_not_kept")


async def test_more_time_is_a_change_of_the_case(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    path, before = f"/v1/cases/{case['id']}", shop.clock.now()
    shop.clock.advance(seconds=60)
    [deadline] = (await shop.buyer.get(f"{path}/deadlines")).json()["data"]
    longer = await shop.buyer.post(f"/v1/deadlines/{deadline['id']}/extend", json={"hours": 24})
    assert longer.status_code == 200, longer.text
    assert (await asked_later(shop.seller, path, before, "merchant"))["deadline_at"] == case["deadline_at"]
    now = await shop.get(case["id"])
    assert now["deadline_at"] > case["deadline_at"]
    later = await asked_later(shop.seller, path, shop.clock.now(), "merchant")
    assert later["deadline_at"] == now["deadline_at"]


async def test_more_time_in_a_dispute_is_shown_from_then_on(shop: Shop) -> None:
    await shop.delivered()
    case_id, _ = await shop.disputed()
    path, before, shown = f"/v1/cases/{case_id}", shop.clock.now(), await shop.get(case_id)
    shop.clock.advance(seconds=60)
    entries = (await shop.agent.get(f"{path}/deadlines")).json()["data"]
    [entry] = [each for each in entries if each["document"] == "dispute"]
    longer = await shop.agent.post(f"/v1/deadlines/{entry['id']}/extend", json={"hours": 24})
    assert longer.status_code == 200, longer.text
    then = await asked_later(shop.agent, path, before, "agent")
    assert differences({**then, "as_of": None}, shown) == []
    now = await shop.get(case_id)
    assert now["frozen"]["deadline_at"] > shown["frozen"]["deadline_at"]


async def test_a_verdict_that_was_replaced_is_shown_as_it_was(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    verdict = {"liable": "seller", "remedy": "refund", "amount": cny(7000), "grounds": "?"}
    await shop.rule(dispute_id, "verdict", shop.arbitrator, **verdict, takes_effect="after_appeal_window")
    path, before, shown = f"/v1/cases/{case_id}", shop.clock.now(), await shop.get(case_id)
    assert "70.00 CNY" in shown["explanation"]["money"]["en"]
    shop.clock.advance(hours=1)
    await shop.rule(dispute_id, "appeal", shop.seller, grounds="?")
    other = shop.harness.client("arbitrator", "arb-2")
    await shop.rule(dispute_id, "replace-verdict", other, **{**verdict, "amount": cny(100)})
    then = await asked_later(shop.agent, path, before, "agent")
    assert differences({**then, "as_of": None}, shown) == []


async def test_a_file_is_shown_in_the_state_that_it_had(postgres_url: str, tmp_path: Path) -> None:
    content = encoded(scene(1))
    async with desk(postgres_url, tmp_path) as at_desk:
        shop = at_desk.shop
        case_id = (await shop.case(1, type_="refund_only"))["id"]
        path, times = f"/v1/cases/{case_id}", [shop.clock.now()]

        def later() -> None:
            shop.clock.advance(seconds=60)
            times.append(shop.clock.now())

        later()
        file = await at_desk.announced(content, case_id=case_id)
        later()
        await at_desk.post(file["upload"], content)
        await shop.buyer.post(f"/v1/evidence/{file['id']}/complete")
        later()
        await at_desk.checked()
        found = [(await asked_later(shop.buyer, path, at, "buyer"))["as_of"]["evidence"] for at in times]
    states = [[each["state"] for each in of_time if each["evidence_id"] == file["id"]] for of_time in found]
    assert states == [[], ["pending"], ["uploaded"], ["accepted"]]
