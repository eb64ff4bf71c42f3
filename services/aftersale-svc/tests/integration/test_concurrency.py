"""Many at once: one unit in one live case, one object per key, one winner per move."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import AfterSaleRequested, RefundRequested
from aftersale_shop import KETTLE, RETURN_ADDRESS, Shop
from aftersale_svc import main

MANY = 20


@pytest.fixture
async def narrow_shop(postgres_url: str) -> AsyncIterator[Shop]:
    """The same shop with a single database connection."""
    async with Harness.start(main.service, postgres_url, pool_size=1) as harness:
        yield Shop(harness)


async def test_two_cases_on_the_same_units_make_one(shop: Shop) -> None:
    await shop.delivered()
    answers = await asyncio.gather(*(shop.ask(2) for _ in range(MANY)))
    assert Counter(a.status_code for a in answers) == {201: 1, 409: MANY - 1}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"units_in_live_case"}
    assert len(await shop.published(AfterSaleRequested)) == 1


async def test_single_units_are_given_out_one_by_one_with_exact_money(shop: Shop) -> None:
    await shop.delivered()
    answers = await asyncio.gather(*(shop.ask(1) for _ in range(MANY)))
    made = [a.json() for a in answers if a.status_code == 201]
    assert sorted(case["requested"]["amount"] for case in made) == [9566, 9567, 9567]
    assert sum(case["requested"]["amount"] for case in made) == KETTLE.paid_minor


async def test_one_key_makes_one_case(shop: Shop) -> None:
    await shop.delivered()
    body = {
        "order_id": "ord_1",
        "type": "return_refund",
        "reason": "quality_defect",
        "lines": [{"line_id": "line_1", "quantity": 1}],
    }
    key = {"Idempotency-Key": "the same"}
    answers = await asyncio.gather(*(shop.buyer.post("/v1/cases", json=body, headers=key) for _ in range(MANY)))
    good = [a for a in answers if a.status_code == 201]
    assert len({a.content for a in good}) == 1
    late = [a for a in answers if a.status_code != 201]
    assert all(a.json()["code"] == "idempotency_key_in_flight" and a.headers["retry-after"] == "1" for a in late)
    again = await shop.buyer.post("/v1/cases", json=body, headers=key)
    assert (again.content, again.headers["idempotent-replayed"]) == (good[0].content, "true")
    assert len(await shop.published(AfterSaleRequested)) == 1


async def test_opposite_decisions_have_one_winner(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(type_="refund_only")
    path = f"/v1/cases/{case['id']}"
    answers = await asyncio.gather(
        shop.seller.post(f"{path}/approve", json={}),
        shop.seller.post(f"{path}/reject", json={"reason": "no_defect_found"}),
        shop.buyer.post(f"{path}/cancel"),
        *(shop.seller.post(f"{path}/approve", json={}) for _ in range(5)),
    )
    assert Counter(a.status_code for a in answers)[200] == 1
    assert {a.json()["code"] for a in answers if a.status_code != 200} == {"illegal_transition"}


async def test_a_buyer_and_the_timer_at_the_same_moment(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2, type_="refund_only")
    shop.clock.advance(hours=48)
    cancelled, *_ = await asyncio.gather(
        shop.buyer.post(f"/v1/cases/{case['id']}/cancel"), shop.harness.run_due(), shop.harness.run_due()
    )
    refunds = await shop.published(RefundRequested)
    assert len(refunds) == (0 if cancelled.status_code == 200 else 1)


async def test_one_connection_is_enough(narrow_shop: Shop) -> None:
    await narrow_shop.delivered()
    answers = await asyncio.gather(*(narrow_shop.ask(1) for _ in range(8)))
    assert Counter(a.status_code for a in answers) == {201: 3, 409: 5}
    case_id = next(a.json()["id"] for a in answers if a.status_code == 201)
    await narrow_shop.approve(case_id)
    assert (await narrow_shop.buyer.get(f"/v1/cases/{case_id}/timeline")).status_code == 200


@pytest.mark.parametrize("seed", [7])
async def test_a_busy_day_never_refunds_more_than_was_paid(shop: Shop, seed: int) -> None:
    """Random requests, decisions and refunds, several at a time; then everything that is left is asked for."""
    await shop.delivered(fee=0)
    chance = Random(seed)

    async def customer() -> None:
        for _ in range(4):
            asked = await shop.ask(chance.randint(1, 3), type_=chance.choice(["refund_only", "return_refund"]))
            if asked.status_code != 201:
                continue
            path = f"/v1/cases/{asked.json()['id']}"
            if chance.random() < 0.5:
                await shop.buyer.post(f"{path}/cancel")
            else:
                await shop.seller.post(f"{path}/approve", json={"return_address": RETURN_ADDRESS})

    await asyncio.gather(*(customer() for _ in range(4)))
    for case in (await shop.agent.get("/v1/cases", params={"state": "await_buyer_shipment"})).json()["data"]:
        await shop.act(shop.buyer, case["id"], "cancel")
    for request in await shop.published(RefundRequested):
        await shop.refund_succeeds(request)
    while (response := await shop.ask(1, type_="refund_only")).status_code == 201:
        await shop.act(shop.seller, response.json()["id"], "approve")
        await shop.refund_succeeds()
    requests = await shop.published(RefundRequested)
    assert sum(request.amount_minor for request in requests) == KETTLE.paid_minor
    assert len({request.refund_id for request in requests}) == len(requests)


@pytest.mark.parametrize("seed", [3, 11])
async def test_people_timers_and_events_about_one_order_never_deadlock(shop: Shop, seed: int) -> None:
    """Whoever locks order, case and dispute does so in one order: nothing deadlocks, and everything still ends."""
    lines = tuple(KETTLE.model_copy(update={"line_id": f"line_{n}"}) for n in range(8))
    await shop.paid(lines=lines)
    cases = [
        (await shop.case(lines=[{"line_id": line.line_id, "quantity": 3}], type_="refund_only"))["id"] for line in lines
    ]
    for case_id in cases[:4]:
        await shop.act(shop.seller, case_id, "reject", reason="no_defect_found")
        dispute = await shop.complaint(case_id, f"cmp_{case_id}")
        assert dispute is not None
        await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    disputes = (await shop.agent.get("/v1/disputes")).json()["data"]
    shop.clock.advance(hours=72)
    acts: list[Any] = [shop.harness.run_due(), shop.harness.run_due(), shop.cancelled()]
    for dispute in disputes:
        path = f"/v1/disputes/{dispute['id']}"
        verdict = {"liable": "seller", "remedy": "refund", "grounds": "?", "amount": {"amount": 9, "currency": "CNY"}}
        acts += [shop.arbitrator.post(f"{path}/verdict", json=verdict), shop.buyer.post(f"{path}/withdraw", json={})]
    acts += [shop.seller.post(f"/v1/cases/{case_id}/approve", json={}) for case_id in cases[4:]]
    Random(seed).shuffle(acts)
    answers = [each for each in await asyncio.gather(*acts) if each is not None]
    assert {answer.status_code for answer in answers} <= {200, 409}, [answer.text for answer in answers]
    assert await shop.harness.parked() == []
    for request in await shop.published(RefundRequested):
        await shop.refund_fails(request, "exceeds_payment")
    assert {(await shop.get(case_id))["close_cause"] for case_id in cases} == {"order_cancelled"}
    ended = (await shop.agent.get("/v1/disputes")).json()["data"]
    assert {dispute["state"] for dispute in ended} <= {"executed", "withdrawn"}


async def test_a_tag_names_what_the_path_names(shop: Shop) -> None:
    """The order is locked before the case, and the case before the dispute: If-Match means the one that is asked for."""
    await shop.delivered()
    case = await shop.case(1, type_="refund_only")
    path, body = f"/v1/cases/{case['id']}/approve", dict[str, str]()
    stale = await shop.seller.post(path, json=body, headers={"If-Match": '"v9"'})
    shop.harness.problem(stale, 412, "stale_version")
    assert (await shop.seller.post(path, json=body, headers={"If-Match": '"v1"'})).status_code == 200
    case_id, dispute_id = await shop.disputed()
    answered = await shop.rule(dispute_id, "answer", shop.seller, text="?")
    assert (await shop.get(case_id))["version"] != answered["version"]
    path, verdict = f"/v1/disputes/{dispute_id}/verdict", {"liable": "buyer", "remedy": "none", "grounds": "?"}
    stale = await shop.arbitrator.post(path, json=verdict, headers={"If-Match": '"v1"'})
    shop.harness.problem(stale, 412, "stale_version")
    tag = {"If-Match": f'"v{answered["version"]}"'}
    assert (await shop.arbitrator.post(path, json=verdict, headers=tag)).status_code == 200
