"""A case as it was: at each step of random histories, what each side was shown then is what it is shown of that time later."""

import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from aftercare_events import RefundRequested
from aftersale_shop import HASH, RETURN_ADDRESS, Shop

SIDES = {"buyer": "buyer", "seller": "merchant", "agent": "agent", "arbitrator": "arbitrator"}
ROLES = ("buyer", "seller", "agent")
OTHER_HASH = "sha256:" + "cd" * 32
BODIES: dict[str, Sequence[dict[str, Any]]] = {
    "approve": ({"return_address": RETURN_ADDRESS}, {}),
    "reject": ({"reason": "no_defect_found", "note": "没有问题"},),
    "offer": ({"type": "refund_only"}, {"amount": {"amount": 700, "currency": "CNY"}, "note": "补偿"}),
    "counter_offer": ({"amount": {"amount": 900, "currency": "CNY"}},),
    "set_return_address": ({"return_address": {**RETURN_ADDRESS, "street": "仓前路 9 号"}},),
    "ship": ({"carrier": "sf", "waybill_no": "SF1001"},),
    "correct_waybill": ({"carrier": "sf", "waybill_no": "SF1002"},),
    "inspect": (
        {"lines": [{"line_id": "line_1", "accepted": 2, "grade": "a"}]},
        {"lines": [{"line_id": "line_1", "accepted": 1, "refuse_reason": "parts_missing", "photos": [OTHER_HASH]}]},
    ),
    "price_replacement": ({"prices": [{"line_id": "line_1", "unit_price": {"amount": 9000, "currency": "CNY"}}]},),
    "ship_replacement": ({"carrier": "sf", "waybill_no": "SF2001"},),
    "report_anomaly": ({"anomaly": "damaged"},),
    "close": ({"note": "双方同意"},),
    "dispute": ({"category": "other", "text": "请平台介入", "evidence": [OTHER_HASH]},),
    "record_payment": ({"reference": "TX-1"},),
    "change_type": ({"type": "exchange"}, {"type": "return_refund"}),
    "request_supplement": ({"missing": "请补充视频"},),
    "submit_supplement": ({"note": "见附件", "evidence": [OTHER_HASH]},),
    "assign": ({"agent_id": "agent-1"},),
}
RARE = (
    *("escalate", "dispute", "reject", "close", "correct_waybill", "set_return_address"),
    *("change_type", "request_supplement", "take", "assign", "release", "withdraw_offer"),
)
NEVER = ("cancel", "accept", "reapply")
"""They end a case too soon."""
WORLD = {
    "return_in_transit": "the_parcel_arrives",
    "reship_in_transit": "the_parcel_arrives",
    "refunding": "the_refund_ends",
    "disputed": "the_dispute_ends",
}

Look = tuple[datetime, str, dict[str, Any], list[Any], list[Any]]


class History:
    """What happens to one case, and what each side is shown after each step."""

    def __init__(self, shop: Shop, case_id: str, seed: int) -> None:
        self.shop, self.path, self.draw = shop, f"/v1/cases/{case_id}", random.Random(seed)
        self.case_id = case_id
        people = (shop.buyer, shop.seller, shop.agent, shop.arbitrator)
        self.people = dict(zip(SIDES, people, strict=True))
        self.seen: list[Look] = []

    async def look(self) -> None:
        for role, client in self.people.items():
            case = (await client.get(self.path)).json()
            steps = (await client.get(f"{self.path}/timeline")).json()["data"]
            evidence = (await client.get(f"{self.path}/evidence")).json()["data"]
            cited = [(each["sha256"], [step["step_id"] for step in each["cited_by"]]) for each in evidence]
            self.seen.append((self.shop.clock.now(), role, case, steps, cited))

    async def go_on(self) -> None:
        """Somebody acts, or the world does."""
        self.shop.clock.advance(seconds=60)
        state = (await self.shop.get(self.case_id))["state"]
        waits_for = WORLD.get(state) if self.draw.random() < 0.7 else None
        happens: list[Callable[[], Awaitable[object]]] = [self.somebody_acts] * 7 + [self.time_passes]
        await (getattr(self, waits_for) if waits_for else self.draw.choice(happens))()
        assert await self.shop.harness.parked() == []
        await self.look()

    async def somebody_acts(self) -> None:
        role = self.draw.choice(ROLES)
        client = self.people[role]
        shown = (await client.get(self.path)).json()["allowed_actions"]
        open_ = [each["action"] for each in shown if each["allowed"] and each["action"] not in NEVER]
        if not open_:
            return
        action = self.draw.choice([each for each in open_ for _ in range(1 if each in RARE else 6)])
        body = self.draw.choice(BODIES.get(action, ({},)))
        response = await client.post(f"{self.path}/{action.replace('_', '-')}", json=body)
        assert response.status_code < 500, response.text

    async def the_parcel_arrives(self) -> None:
        status = self.draw.choice(["in_transit", "delivered"])
        for waybill_no, leg in (("SF1001", "return"), ("SF1002", "return"), ("SF2001", "exchange")):
            parcel_id = f"par_{self.draw.randrange(10**9)}"
            await self.shop.parcel(waybill_no, status, leg=leg, parcel_id=parcel_id)

    async def the_refund_ends(self) -> None:
        asked = [each for each in await self.shop.published(RefundRequested) if each.case_id == self.case_id]
        await self.draw.choice([self.shop.refund_succeeds, self.shop.refund_fails])(asked[-1])

    async def time_passes(self) -> None:
        self.shop.clock.advance(hours=self.draw.choice([1, 50]))
        await self.shop.harness.run_due()

    async def the_dispute_ends(self) -> None:
        shown = await self.shop.get(self.case_id)
        path = f"/v1/disputes/{shown['dispute_id']}"
        ends = [
            self.shop.buyer.post(f"{path}/withdraw", json={}),
            self.shop.arbitrator.post(f"{path}/verdict", json={"liable": "seller", "remedy": "resume", "grounds": "?"}),
        ]
        chosen = self.draw.randrange(2)
        ends[1 - chosen].close()
        assert (await ends[chosen]).status_code < 500


async def asked_later(client: httpx.AsyncClient, path: str, at: datetime, side: str) -> dict[str, Any]:
    response = await client.get(path, params={"as_of": at.isoformat(), "as_seen_by": side})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


@pytest.mark.parametrize("seed", [0, 1, 4, 5, 6])
async def test_what_was_shown_at_each_step_is_shown_of_that_time_later(shop: Shop, seed: int) -> None:
    await shop.delivered()
    type_ = ("return_refund", "exchange", "refund_only")[seed % 3]
    case = await shop.case(2, type_=type_)
    history = History(shop, case["id"], seed)
    await history.look()
    for _ in range(12):
        await history.go_on()
    shop.clock.advance(hours=1)
    for number, (at, role, shown, steps, cited) in enumerate(history.seen):
        own = number % 3 == 0 or role in ("agent", "arbitrator")
        later = await asked_later(history.people[role] if own else shop.agent, history.path, at, SIDES[role])
        seen = later.pop("as_of")
        assert later == {name: value for name, value in shown.items() if name != "as_of"}, (seed, number)
        assert (seen["role"], seen["timeline"]) == (role, steps)
        assert [(each["sha256"], each["cited_by"]) for each in seen["evidence"]] == cited
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
