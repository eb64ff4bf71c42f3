"""Delivered orders whose goods all came back: nothing is left to confirm the receipt of."""

from aftercare_events import (
    AfterSaleCompleted,
    DisputeExecuted,
    DisputeOpened,
    InspectedLine,
    OrderCompleted,
    OrderReceiptConfirmed,
    ReturnInspected,
)

DISPUTE = {"dispute_id": "disp_1", "complaint_id": "cmp_1"}


async def return_units(shop, order, units, amount, case_id="case_1"):
    """Units come back to the merchant, and their money goes back to the buyer."""
    await shop.open_case(order, units, case_id=case_id, case_type="return_refund")
    refund = {"refund_id": f"refund_of_{case_id}", "case_id": case_id, "case_type": "return_refund"}
    await shop.ask_refund(order, amount, stage="post_receipt", **refund)
    await shop.settle()


async def inspect(shop, order, units):
    """The merchant has so many units of the first line back."""
    lines = (InspectedLine(line_id=order["lines"][0]["id"], accepted=units, grade="a"),)
    other = {"lines": lines, "accepted_minor": 9566 * units, "currency": "CNY", "cause": "merchant"}
    await shop.h.consume(shop.case(ReturnInspected, order, **other))


async def complete(shop, order, units, amount, case_id="case_1"):
    done = {"refunded_minor": amount, "currency": "CNY", "lines": shop.units(order, units)}
    await shop.h.consume(shop.case(AfterSaleCompleted, order, case_id, case_type="return_refund", **done))


def open_actions(order):
    return {each["action"] for each in order["allowed_actions"] if each["allowed"]}


async def test_an_order_of_which_everything_came_back_is_completed_and_its_timer_ends(shop):
    order = await shop.delivered()
    await return_units(shop, order, 3, 28700)
    assert (await shop.order(order["id"]))["state"] == "delivered", "its case is open"
    await complete(shop, order, 3, 28700)
    closed = await shop.order(order["id"])
    assert (closed["state"], closed["stage"], closed["received_at"]) == ("completed", "completed", None)
    assert (closed["whose_turn"], closed.get("deadline_at"), open_actions(closed)) == (None, None, set())
    assert closed["lines"][0]["refunded_quantity"] == 3
    assert len(await shop.events(OrderCompleted)) == 1
    shop.h.clock.advance(hours=241)
    await shop.h.run_due()
    assert await shop.events(OrderReceiptConfirmed) == []


async def test_it_stays_delivered_while_the_buyer_keeps_a_unit(shop):
    order = await shop.delivered()
    await return_units(shop, order, 2, 19133)
    await complete(shop, order, 2, 19133)
    kept = await shop.order(order["id"])
    assert (kept["state"], kept["lines"][0]["refunded_quantity"]) == ("delivered", 2)
    assert "confirm_receipt" in open_actions(kept)
    [listed] = (await shop.buyer.get("/v1/orders")).json()["data"]
    assert listed["lines"][0]["refunded_quantity"] == 2
    await return_units(shop, order, 1, 9567, "case_2")
    await complete(shop, order, 1, 9567, "case_2")
    assert (await shop.order(order["id"]))["state"] == "completed"


async def test_goods_that_stay_with_the_buyer_for_a_part_of_their_money_are_received(shop):
    order = await shop.delivered()
    await return_units(shop, order, 3, 9000)
    await complete(shop, order, 3, 9000)
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def test_goods_that_are_all_back_for_a_part_of_their_money_leave_no_receipt_to_confirm(shop):
    """A restocking fee was kept."""
    order = await shop.delivered()
    await return_units(shop, order, 3, 27000)
    await inspect(shop, order, 3)
    await complete(shop, order, 3, 27000)
    assert (await shop.order(order["id"]))["state"] == "completed"


async def test_a_unit_that_is_kept_for_a_part_of_its_money_is_received(shop):
    order = await shop.delivered()
    await return_units(shop, order, 3, 20000)
    await inspect(shop, order, 2)
    await complete(shop, order, 3, 20000)
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def test_it_is_completed_once_the_dispute_about_it_has_ended(shop):
    order = await shop.delivered()
    await return_units(shop, order, 3, 28700)
    await shop.h.consume(shop.case(DisputeOpened, order, category="x", **DISPUTE))
    await complete(shop, order, 3, 28700)
    assert (await shop.order(order["id"]))["state"] == "delivered"
    await shop.h.consume(shop.case(DisputeExecuted, order, refunded_minor=0, currency="CNY", **DISPUTE))
    assert (await shop.order(order["id"]))["state"] == "completed"
