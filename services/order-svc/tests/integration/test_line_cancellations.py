"""Cancelling units of an order before they are shipped: unpaid, paid, packed, partly shipped, beside cases."""

import asyncio

import pytest
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleRequested,
    OrderCancelled,
    OrderLinesCancelled,
    OrderUnpacked,
    RefundSucceeded,
)
from order_svc.domain.tracking import ParcelStatus

PLAN = (("deposit", 5000), ("balance", 24500))


async def cancel(shop, order, units, who="buyer", **other):
    lines = [{"line_id": order["lines"][0]["id"], "quantity": units}]
    return await getattr(shop, who).post(f"/v1/orders/{order['id']}/cancel", json={"lines": lines, **other})


def amounts(order):
    line = order["lines"][0]
    return order["total"]["amount"], line["quantity"], line["paid"]["amount"], line["discount"]["amount"]


async def test_units_are_taken_off_an_order_that_is_not_paid(shop, kettles):
    order = await shop.place(lines=[kettles()["lines"][0], {**kettles()["lines"][0], "quantity": 1}])
    first = (await cancel(shop, order, 1)).json()
    assert amounts(first) == (29500 + 8900 - 9566, 2, 28700 - 9566, 1000 - (9900 - 9566))
    second = (await cancel(shop, order, 2, "seller", reason="out_of_stock")).json()
    assert [line["id"] for line in second["lines"]] == [order["lines"][1]["id"]]
    assert second["total"]["amount"] == 8900 + 800
    paying = await shop.start_payment(order["id"])
    assert paying["amount"]["amount"] == 9700
    one, two = await shop.events(OrderLinesCancelled)
    assert (one.amount_minor, one.total_minor, one.refund_ids, one.cause) == (9566, 28834, (), "buyer")
    assert (two.amount_minor, two.total_minor, two.reason, two.cause) == (19134, 9700, "out_of_stock", "seller")


async def test_an_order_of_which_nothing_is_left_is_cancelled(shop):
    order = await shop.place()
    await cancel(shop, order, 1)
    cancelled = (await cancel(shop, order, 2, reason="ordered_by_mistake")).json()
    assert (cancelled["state"], cancelled["cancel_cause"]) == ("cancelled", "buyer")
    [event] = await shop.events(OrderCancelled)
    assert event.reason == "ordered_by_mistake"


async def test_the_parts_of_paid_units_add_up_and_the_freight_goes_back_with_the_last(shop):
    order, payment = await shop.paid()
    for units in (1, 1):
        answer = (await cancel(shop, order, units)).json()
        await shop.settle()
    line = answer["lines"][0]
    assert (line["withdrawn_quantity"], line["cancelled_quantity"], line["cancelled"]["amount"]) == (2, 2, 19133)
    assert answer["total"]["amount"] == 29500
    assert (await cancel(shop, order, 1)).json()["state"] == "cancelled"
    await shop.settle()
    refunds = await shop.events(RefundSucceeded)
    assert [each.amount_minor for each in refunds] == [9566, 9567, 9567 + 800]
    assert shop.paid_back(await shop.payment(payment["id"])) == 29500
    events = await shop.events(OrderLinesCancelled)
    assert [each.refund_ids for each in events] == [(refunds[0].refund_id,), (refunds[1].refund_id,)]


async def test_cancelled_units_are_not_shipped_and_the_rest_arrives(shop):
    order, _ = await shop.paid()
    await cancel(shop, order, 1, "seller")
    await shop.settle()
    problem = shop.problem(await shop.try_ship(order, 3), 422, "quantity_exceeds_shippable")
    assert problem["shippable"] == 2
    await shop.ship(order, 2)
    await shop.scan(ParcelStatus.DELIVERED)
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def test_the_rest_of_a_partly_shipped_order_is_cancelled_and_the_order_is_delivered(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 2)
    await shop.scan(ParcelStatus.DELIVERED)
    left = (await cancel(shop, order, 1, "seller", reason="out_of_stock")).json()
    assert (left["state"], left["fully_shipped"]) == ("delivered", True)
    await shop.settle()
    [refunded] = await shop.events(RefundSucceeded)
    assert refunded.amount_minor == 9566
    shop.problem(await cancel(shop, order, 1, "seller"), 409, "illegal_transition")


async def test_units_that_a_case_holds_are_not_cancelled(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, 2)
    shop.problem(await cancel(shop, order, 2), 409, "units_held_by_case")
    left = (await cancel(shop, order, 1)).json()
    assert (left["state"], left["lines"][0]["cancelled"]["amount"]) == ("paid", 28700 - 19133)


async def test_the_refund_of_a_case_about_units_that_were_cancelled_is_not_made(shop):
    order, payment = await shop.paid()
    await cancel(shop, order, 2)
    await shop.open_case(order, 3)
    await shop.ask_refund(order, 28700 - 19133, before_shipment=True, goods_outcome="keep")
    await shop.settle()
    refunds = (await shop.payment(payment["id"]))["refunds"]
    assert {each["state"] for each in refunds} == {"succeeded", "failed"}
    assert shop.paid_back(payment) == 19133


async def test_a_packed_order_has_to_be_packed_again(shop):
    order, _ = await shop.paid()
    await shop.seller.post(f"/v1/orders/{order['id']}/pack")
    shop.problem(await cancel(shop, order, 1), 409, "packed_needs_merchant")
    left = (await cancel(shop, order, 1, "seller")).json()
    assert left.get("packed_at") is None
    [event] = await shop.events(OrderUnpacked)
    assert event.cause == "lines_cancelled"


async def test_an_operator_repeats_a_refund_of_cancelled_units_that_failed(shop):
    order, payment = await shop.paid("sim_refund_declined")
    await cancel(shop, order, 1)
    await shop.settle()
    operator, path = shop.h.client("agent", "agent-1"), f"/v1/payments/{payment['id']}/refund-remainder"
    again = (await operator.post(path)).json()
    assert [each["amount"]["amount"] for each in again["refunds"]] == [9566, 9566]
    shop.problem(await operator.post(path), 409, "not_refundable")


async def test_what_is_cancelled_has_to_fit(shop):
    order, _ = await shop.paid()
    line = {"line_id": order["lines"][0]["id"], "quantity": 1}
    bad = [
        ([line, line], "duplicate_line", "/lines/1/line_id"),
        ([{**line, "line_id": "line_x"}], "unknown_line", "/lines/0/line_id"),
        ([{**line, "quantity": 4}], "quantity_exceeds_shippable", "/lines/0/quantity"),
        ([{**line, "quantity": 0}], "validation_failed", "/lines/0/quantity"),
        ([], "validation_failed", "/lines"),
    ]
    for lines, code, pointer in bad:
        response = await shop.buyer.post(f"/v1/orders/{order['id']}/cancel", json={"lines": lines})
        problem = shop.problem(response, 422, code)
        assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert await shop.events(OrderLinesCancelled) == []


async def test_units_are_not_taken_off_while_a_payment_of_all_is_in_progress(shop):
    order = await shop.place()
    await shop.start_payment(order["id"], "sim_slow")
    shop.problem(await cancel(shop, order, 1), 409, "payment_in_progress")


async def test_an_order_that_is_paid_in_part_is_cancelled_as_a_whole(shop):
    parts = [{"kind": kind, "amount": {"amount": minor, "currency": "CNY"}} for kind, minor in PLAN]
    order = await shop.place(payment_plan=parts)
    shop.problem(await cancel(shop, order, 1), 409, "partly_paid")


async def test_units_of_an_order_whose_price_was_adjusted_are_cancelled_in_a_case(shop):
    order, _ = await shop.paid()
    money = {"requested_minor": 500, "currency": "CNY", "reason": "price_dropped", "stage": "pre_ship"}
    kind = {"case_type": "price_adjust", "goods": "none", "money": "refund", "lines": shop.units(order, 3)}
    await shop.h.consume(shop.case(AfterSaleRequested, order, **kind, **money))
    await shop.ask_refund(order, 500)
    await shop.settle()
    problem = shop.problem(await cancel(shop, order, 1), 409, "price_adjusted")
    assert (problem["case_ids"], problem["ways"]) == (["case_1"], ["cancel_unshipped"])
    assert await why_not_cancel(shop, order) == ["price_adjusted"] * 2
    await shop.h.consume(shop.case(AfterSaleCompleted, order, **kind, refunded_minor=500, currency="CNY"))
    assert await why_not_cancel(shop, order) == [None] * 2, "all of it can be cancelled again"


async def why_not_cancel(shop, order):
    """Why no units can be cancelled, as the order and the list of orders show it."""
    [listed] = (await shop.buyer.get("/v1/orders")).json()["data"]
    both = (await shop.order(order["id"]), listed)
    return [a.get("why_not") for each in both for a in each["allowed_actions"] if a["action"] == "cancel_lines"]


async def compensated(shop, order, type_, goods):
    """A case about a unit of the first line, of which all was paid back before it has left, and which has ended with that."""
    money = {"requested_minor": 9566, "currency": "CNY", "reason": "quality_defect", "stage": "in_transit"}
    kind = {"case_type": type_, "goods": goods, "money": "refund", "lines": shop.units(order, 1)}
    await shop.h.consume(shop.case(AfterSaleRequested, order, **kind, **money))
    await shop.ask_refund(order, 9566, cause="verdict", case_type=type_, goods=goods, money="refund")
    await shop.settle()
    paid = {"refunded_minor": 9566, "currency": "CNY", "lines": shop.units(order, 1)}
    ended = {"case_type": type_, "goods": goods, "money": "refund"}
    await shop.h.consume(shop.case(AfterSaleCompleted, order, **ended, **paid))


@pytest.mark.parametrize(("type_", "goods"), [("refund_only", "keep"), ("return_refund", "return")])
@pytest.mark.parametrize("steps", [(3,), (2, 1), (1, 1, 1)], ids=str)
async def test_units_are_not_paid_for_twice_beside_a_case_that_paid_for_one(shop, kettles, steps, type_, goods):
    kettle = kettles()["lines"][0]
    order, payment = await shop.paid(lines=[kettle, kettle])
    await compensated(shop, order, type_, goods)
    for units in steps:
        await cancel(shop, order, units)
        await shop.settle()
    assert shop.paid_back(payment) <= 28700, "of the other line nothing was cancelled"


@pytest.mark.parametrize("tries", [12])
async def test_parallel_cancellations_never_give_back_more_than_was_paid(shop, tries):
    order, payment = await shop.paid()
    answers = await asyncio.gather(*(cancel(shop, order, 1, who) for who in ("buyer", "seller") * (tries // 2)))
    assert {each.status_code for each in answers} <= {200, 409, 422}
    await shop.settle()
    await shop.settle()
    assert shop.paid_back(payment) == 29500
    assert (await shop.order(order["id"]))["state"] == "cancelled"
