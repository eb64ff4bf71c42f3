"""The freight that is owed comes back with the case whose units complete the order's return, once."""

import asyncio

import pytest
from aftercare_events import AfterSaleCompleted, OrderLine, RefundRequested
from aftercare_events.catalogue.case_progress import AfterSaleFreightChanged
from aftersale_shop import PAIR, Shop

THREE = OrderLine(line_id="line_1", sku="A-1", quantity=3, unit_price_minor=550, discount_minor=0, paid_minor=1650)
TWO = OrderLine(line_id="line_2", sku="B-1", quantity=2, unit_price_minor=550, discount_minor=275, paid_minor=825)


async def refunded(shop: Shop) -> int:
    """What all refunds that were asked for come to, each of them paid."""
    requests = await shop.published(RefundRequested)
    for request in requests:
        await shop.refund_succeeds(request)
    assert await shop.harness.parked() == []
    return sum(request.amount_minor for request in requests)


@pytest.mark.parametrize("first", [0, 1])
async def test_an_order_refunded_before_shipment_in_two_cases(shop: Shop, first: int) -> None:
    await shop.paid(lines=(THREE, TWO), fee=50)
    cases = [
        await shop.case(
            lines=[{"line_id": line.line_id, "quantity": line.quantity}], type_="refund_only", reason="changed_mind"
        )
        for line in (THREE, TWO)
    ]
    assert [case["shipping_refund"]["amount"] for case in cases] == [0, 50]
    assert (await shop.get(cases[0]["id"]))["shipping_refund"]["amount"] == 50, "as the last of both"
    for place in (first, 1 - first):
        await shop.approve(cases[place]["id"])
    shown = [(await shop.get(case["id"]))["shipping_refund"]["amount"] for case in cases]
    assert shown == ([0, 50] if first == 0 else [50, 0])
    assert await refunded(shop) == 2525
    events = await shop.published(AfterSaleCompleted)
    assert sum(line.amount_minor for event in events for line in event.lines) == 2475


async def test_each_unit_comes_back_in_a_case_of_its_own(shop: Shop) -> None:
    await shop.delivered(lines=(PAIR,), fee=700)
    for amount in (1000, 1700):
        case = await shop.arrived(1)
        await shop.inspect(case["id"], 1)
        assert (await shop.refund_succeeds()).amount_minor == amount


async def test_timers_decide_like_people(shop: Shop) -> None:
    await shop.paid(lines=(PAIR,), fee=700)
    for _ in range(2):
        await shop.case(1, type_="refund_only", reason="changed_mind")
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    assert await refunded(shop) == 2700


async def test_an_agent_decides_like_the_merchant(shop: Shop) -> None:
    await shop.paid(lines=(PAIR,), fee=700)
    for _ in range(2):
        case = await shop.case(1, type_="refund_only", reason="changed_mind")
        await shop.act(shop.seller, case["id"], "escalate")
        await shop.act(shop.agent, case["id"], "refund")
    assert await refunded(shop) == 2700


async def test_a_verdict_may_award_the_freight_that_the_rejected_case_promised(shop: Shop) -> None:
    await shop.delivered(lines=(PAIR,), fee=700)
    case = await shop.case(2)
    assert (case["requested"]["amount"], case["shipping_refund"]["amount"]) == (2000, 700)
    await shop.act(shop.seller, case["id"], "reject", reason="no_defect_found")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    body = {"liable": "seller", "remedy": "refund", "grounds": "?", "amount": {"amount": 2701, "currency": "CNY"}}
    refused = await shop.arbitrator.post(f"/v1/disputes/{dispute['id']}/verdict", json=body)
    assert shop.harness.problem(refused, 422, "amount_exceeds_paid")["left"] == 2700
    await shop.verdict(dispute["id"], 2700)
    await shop.refund_succeeds()
    done = await shop.get(case["id"])
    assert (done["refunded"]["amount"], done["shipping_refund"]["amount"]) == (2700, 700)
    [event] = await shop.published(AfterSaleCompleted)
    assert (event.refunded_minor, event.lines[0].amount_minor) == (2700, 2000)


@pytest.mark.parametrize(("liable", "most"), [("courier", 2700), ("buyer", 2000)])
async def test_a_verdict_decides_whether_the_freight_is_owed_where_the_buyer_chose(
    shop: Shop, liable: str, most: int
) -> None:
    await shop.delivered(lines=(PAIR,), fee=700)
    case = await shop.case(2, reason="changed_mind")
    await shop.act(shop.seller, case["id"], "reject", reason="no_defect_found")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    body = {"liable": liable, "remedy": "refund", "grounds": "?", "amount": {"amount": most + 1, "currency": "CNY"}}
    refused = await shop.arbitrator.post(f"/v1/disputes/{dispute['id']}/verdict", json=body)
    assert shop.harness.problem(refused, 422, "amount_exceeds_paid")["left"] == most


async def test_a_case_that_a_verdict_let_go_on_owes_what_the_verdict_found(shop: Shop) -> None:
    await shop.delivered(lines=(PAIR,), fee=700)
    case = await shop.case(2, type_="refund_only", reason="changed_mind")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], None, "resume")
    await shop.approve(case["id"])
    assert await refunded(shop) == 2700


async def test_a_refund_tried_again_is_judged_again(shop: Shop) -> None:
    await shop.paid(lines=(PAIR,), fee=700)
    first, second = [await shop.case(1, type_="refund_only", reason="changed_mind") for _ in range(2)]
    await shop.approve(first["id"])
    await shop.refund_fails()
    await shop.approve(second["id"])
    assert (await shop.refund_succeeds()).amount_minor == 1000
    await shop.act(shop.agent, first["id"], "refund")
    assert (await shop.refund_succeeds()).amount_minor == 1700


async def test_cases_decided_at_the_same_instant_carry_the_freight_once(shop: Shop) -> None:
    line = OrderLine(line_id="line_1", sku="A-1", quantity=12, unit_price_minor=100, discount_minor=5, paid_minor=1195)
    await shop.paid(lines=(line,), fee=700)
    cases = [await shop.case(1, type_="refund_only", reason="changed_mind") for _ in range(12)]
    await asyncio.gather(*(shop.approve(case["id"]) for case in cases))
    carried = [(await shop.get(case["id"]))["shipping_refund"]["amount"] for case in cases]
    assert sorted(carried) == [0] * 11 + [700]
    assert await refunded(shop) == 1195 + 700


async def shown(shop: Shop, *case_ids: str) -> list[int]:
    return [(await shop.get(each))["shipping_refund"]["amount"] for each in case_ids]


async def test_an_open_case_shows_what_it_would_carry_now(shop: Shop) -> None:
    await shop.delivered(lines=(PAIR,), fee=700)
    first = (await shop.case(1))["id"]
    assert await shown(shop, first) == [0]
    second = (await shop.case(1))["id"]
    assert await shown(shop, first, second) == [700, 700], "each as the last of both"
    changed = await shop.last(AfterSaleFreightChanged)
    assert (changed.case_id, changed.shipping_refund_minor) == (first, 700)
    deadlines = (await shop.buyer.get(f"/v1/cases/{first}/deadlines")).json()["data"]
    assert [each["ended_at"] is None for each in deadlines] == [True], (
        "the freight sets no deadline beside the open one"
    )
    explained = (await shop.buyer.get(f"/v1/cases/{first}")).json()["explanation"]
    assert (
        explained["money"]["en"]
        == "If all of it is granted, up to 17.00 CNY goes back; of that, the freight of 7.00 CNY goes back once for the order"
    )
    before = shop.clock.now()
    shop.clock.advance(hours=1)
    await shop.act(shop.buyer, second, "cancel")
    assert await shown(shop, first) == [0], "a unit stays with the buyer"
    past = (await shop.buyer.get(f"/v1/cases/{first}", params={"as_of": before.isoformat()})).json()
    assert past["shipping_refund"]["amount"] == 700
    [*_, step] = (await shop.buyer.get(f"/v1/cases/{first}/timeline")).json()["data"]
    assert step["action"] == "update_freight"


@pytest.mark.parametrize("end", ["rejection accepted", "closed", "type changed", "refunded"])
async def test_what_becomes_of_another_case_changes_what_is_shown(shop: Shop, end: str) -> None:
    await shop.delivered(lines=(PAIR,), fee=700)
    first, second = [(await shop.case(1))["id"] for _ in range(2)]
    if end == "rejection accepted":
        await shop.act(shop.seller, second, "reject", reason="no_defect_found")
        await shop.act(shop.buyer, second, "accept")
    elif end == "closed":
        await shop.act(shop.seller, second, "escalate")
        await shop.act(shop.agent, second, "close", note="?")
    elif end == "type changed":
        await shop.act(shop.buyer, second, "change-type", type="exchange")
    else:
        await shop.act(shop.buyer, second, "change-type", type="refund_only")
        await shop.act(shop.seller, second, "approve")
    assert await shown(shop, first) == [700 if end == "refunded" else 0]


async def test_a_single_case_costs_no_update(shop: Shop) -> None:
    await shop.delivered(lines=(PAIR,), fee=700)
    case = await shop.case(2)
    await shop.act(shop.buyer, case["id"], "cancel")
    assert not await shop.published(AfterSaleFreightChanged)


async def test_units_of_an_agreed_amount_complete_the_return_of_the_order(shop: Shop) -> None:
    """They have not left, and never will."""
    await shop.paid()
    kept = await shop.case(2, type_="refund_only", reason="ordered_by_mistake")
    await shop.act(shop.seller, kept["id"], "offer", amount={"amount": 1000, "currency": "CNY"})
    await shop.act(shop.buyer, kept["id"], "accept-offer")
    assert (await shop.refund_succeeds()).amount_minor == 1000
    last = await shop.case(1, type_="refund_only")
    assert last["shipping_refund"]["amount"] == 800, "the agreed amount carries none"
