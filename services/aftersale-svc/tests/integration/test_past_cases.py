"""A case as it was: at each step of random histories, what each side was shown then is what it is shown of that time later."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from aftersale_shop import HASH, Shop
from aftersale_svc import main
from aftersale_svc.domain.cases.reapplications import MOST_REAPPLICATIONS
from evidence_desk import desk
from file_samples import encoded, scene
from past_views import PastViews, asked_later, differences
from random_bodies import cny
from random_counts import Counts
from random_shop import MERCHANT, SETTINGS, Routes
from random_walk import Walk


@pytest.fixture
async def shop(postgres_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with Harness.start(main.service, postgres_url, **{**SETTINGS, "evidence_folder": str(tmp_path)}) as harness:
        shop = Shop(harness)
        for path, body in MERCHANT.items():
            await shop.setting(path, **body)
        yield shop


async def rejected_for_good(shop: Shop, asked: dict[str, Any]) -> None:
    """A request that was rejected, which the buyer has accepted."""
    case_id = (await shop.case(**asked))["id"]
    await shop.act(shop.seller, case_id, "reject", reason="reason_untrue")
    shop.clock.advance(seconds=60)
    await shop.act(shop.buyer, case_id, "accept")


async def walked(shop: Shop, seed: int, steps: int) -> None:
    """What happens to an order, from which each of its cases is shown what it was after each step."""
    await shop.harness.reset()
    draw, walk = Random(seed), Walk(shop, Routes.of(shop.harness.service.app), Counts())
    await walk.begin(draw)
    views: dict[str, PastViews] = {}
    for _ in range(steps):
        await walk.step(draw)
        for each in await walk.documents():
            if each["kind"] == "cases":
                await views.setdefault(each["id"], PastViews(shop, each["id"])).look()
    shop.clock.advance(hours=1)
    for each in views.values():
        await each.check(f"seed {seed}")


@pytest.mark.parametrize("seed", range(4))
async def test_what_was_shown_at_each_step_is_shown_of_that_time_later(shop: Shop, seed: int) -> None:
    await walked(shop, seed, 12)
    kept = await shop.harness.runtime.pool.fetchval("SELECT avg(pg_column_size(c.*)) FROM case_changes c")
    assert kept < 1000, "bytes of a change"


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_what_was_shown_at_each_of_many_steps_is_shown_of_that_time_later(shop: Shop) -> None:
    for seed in range(100, 108):
        await walked(shop, seed, 40)


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


async def test_how_often_may_be_asked_again_is_what_it_was(shop: Shop) -> None:
    await shop.delivered()
    asked = {"type_": "refund_only", "lines": [{"line_id": "line_1", "quantity": 1}]}
    for _ in range(MOST_REAPPLICATIONS - 1):
        await rejected_for_good(shop, asked)
    seen = []
    for _ in range(2):
        case = await shop.case(**asked)
        await shop.act(shop.seller, case["id"], "reject", reason="reason_untrue")
        seen.append((shop.clock.now(), (await shop.buyer.get(f"/v1/cases/{case['id']}")).json()))
        shop.clock.advance(seconds=60)
        await shop.act(shop.buyer, case["id"], "accept")
        shop.clock.advance(seconds=60)
    whys = [{each["action"]: each.get("why_not") for each in shown["allowed_actions"]} for _, shown in seen]
    assert [each["reapply"] for each in whys] == [None, "reapplied_too_often"]
    for at, shown in seen:
        then = await asked_later(shop.buyer, f"/v1/cases/{shown['id']}", at, "buyer")
        assert differences({**then, "as_of": None}, shown) == []


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


async def test_what_another_case_has_is_known_of_the_past(shop: Shop) -> None:
    """The units of a closed case are those of another one for a while: its goods open it again before and after that alone."""
    await shop.delivered()
    closed = str((await shop.case(2))["id"])
    await shop.approve(closed)
    shop.clock.advance(hours=30 * 24)
    await shop.harness.run_due()
    views = PastViews(shop, closed)
    await views.look()
    other = str((await shop.case(2, type_="refund_only"))["id"])
    await views.look()
    await shop.act(shop.buyer, other, "cancel")
    await views.look()
    refused = [
        each.get("why_not")
        for _, role, case, _, _ in views.seen
        if role == "seller"
        for each in case["allowed_actions"]
        if each["action"] == "receive"
    ]
    assert refused == [None, "units_held_by_another_case", None]
    shop.clock.advance(hours=1)
    await views.check()
