"""Goods that a case sends again because their parcel did not arrive: the first parcel is neither voided nor called back for the buyer."""

import pytest
from aftercare_events import (
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRequested,
    AfterSaleTypeChanged,
    ReplacementShipped,
    ReturnShipped,
    ShippedLine,
)
from order_svc.domain.tracking import ParcelStatus

CASE = {"case_type": "reship_parts", "goods": "exchange"}
MONEY = {"requested_minor": 0, "currency": "CNY", "reason": "no_tracking", "stage": "in_transit"}


@pytest.fixture
async def order(shop):
    order, _ = await shop.paid()
    return order


async def requested(shop, order, quantity, **other):
    facts = {"lines": shop.units(order, quantity), **CASE, **MONEY, **other}
    await shop.h.consume(shop.case(AfterSaleRequested, order, **facts))


async def sent_again(shop, order, quantity, waybill_no="73900"):
    lines = (ShippedLine(line_id=order["lines"][0]["id"], quantity=quantity),)
    sent = shop.case(ReplacementShipped, order, carrier="zto", waybill_no=waybill_no, lines=lines, **CASE)
    await shop.h.consume(sent)


async def completed(shop, order, refunded=0):
    units = shop.units(order, refunded) if refunded else ()
    done = {"refunded_minor": 0, "currency": "CNY", "lines": units, **CASE}
    await shop.h.consume(shop.case(AfterSaleCompleted, order, **done))


async def void(shop, parcel):
    return await shop.seller.post(f"/v1/parcels/{parcel['id']}/void", json={})


async def cancelling(shop, order):
    """What the order and the list of orders show of its cancellation, which is the same."""
    detail = await shop.order(order["id"])
    [listed] = [each for each in (await shop.buyer.get("/v1/orders")).json()["data"] if each["id"] == order["id"]]
    [one], [other] = (
        [each for each in shown["allowed_actions"] if each["action"] == "cancel"] for shown in (detail, listed)
    )
    assert (one["allowed"], one.get("why_not")) == (other["allowed"], other.get("why_not"))
    return one["allowed"], one.get("why_not")


async def test_the_buyer_of_goods_that_were_sent_again_gets_no_money_by_a_void(shop, order):
    """Else the units would be shipped or refunded once more beside those that were sent for them."""
    parcel = await shop.ship(order, 3)
    await requested(shop, order, 3)
    shop.problem(await void(shop, parcel), 409, "parcel_claimed")
    await sent_again(shop, order, 3)
    await completed(shop, order)
    shop.problem(await void(shop, parcel), 409, "parcel_claimed")
    assert (await shop.order(order["id"]))["state"] == "shipped"
    assert await cancelling(shop, order) == (False, "nothing_to_call_back")
    refused = await shop.buyer.post(f"/v1/orders/{order['id']}/cancel", json={})
    shop.problem(refused, 409, "nothing_to_call_back")
    asked = await shop.seller.post(f"/v1/parcels/{parcel['id']}/intercepts", json={"purpose": "return_to_sender"})
    assert asked.status_code == 201, "the merchant may have its goods back"


async def test_a_parcel_with_other_goods_is_called_back(shop, order):
    await shop.ship(order, 3)
    await sent_again(shop, order, 2)
    assert await cancelling(shop, order) == (True, None), "a unit was not sent again"


async def test_goods_of_the_lost_parcel_are_counted_first(shop, order):
    await shop.ship(order, 2, "73001")
    other = await shop.ship(order, 1, "73002")
    await shop.scan(ParcelStatus.LOST, "73001")
    await sent_again(shop, order, 2)
    assert await cancelling(shop, order) == (True, None)
    assert (await void(shop, other)).status_code == 200


async def test_goods_that_the_buyer_has_sent_back_are_another_matter(shop, order):
    first = await shop.ship(order, 2, "73001")
    other = await shop.ship(order, 1, "73002")
    await shop.scan(ParcelStatus.DELIVERED, "73001")
    await requested(shop, order, 2)
    lines = (ShippedLine(line_id=order["lines"][0]["id"], quantity=2),)
    returned = shop.case(ReturnShipped, order, carrier="sf", waybill_no="SF900", lines=lines, **CASE)
    await shop.h.consume(returned)
    await sent_again(shop, order, 2)
    shop.problem(await void(shop, first), 409, "parcel_not_voidable")
    assert (await void(shop, other)).status_code == 200, "the case is about the units that have arrived"


async def test_goods_that_had_arrived_and_were_sent_again_are_another_matter(shop, order):
    """The buyer kept what was wrong with them: the other parcel carries goods for which nobody has sent others."""
    await shop.ship(order, 2, "73001")
    other = await shop.ship(order, 1, "73002")
    await shop.scan(ParcelStatus.DELIVERED, "73001")
    await requested(shop, order, 1, reason="missing_parts", not_received=False)
    await sent_again(shop, order, 1)
    await completed(shop, order)
    assert await cancelling(shop, order) == (True, None)
    assert (await void(shop, other)).status_code == 200


async def test_a_case_that_goes_on_for_another_reason_has_sent_goods_for_that(shop, order):
    parcel = await shop.ship(order, 3)
    await requested(shop, order, 3, reason="missing_parts", not_received=False)
    changed = {"previous_type": "reship_parts", "reason": "no_tracking", "number": 1, "not_received": True}
    await shop.h.consume(shop.case(AfterSaleTypeChanged, order, **CASE, **changed))
    await sent_again(shop, order, 3)
    await completed(shop, order)
    assert await cancelling(shop, order) == (False, "nothing_to_call_back")
    shop.problem(await void(shop, parcel), 409, "parcel_claimed")


async def test_goods_that_were_lost_once_more_are_with_nobody(shop, order):
    parcel = await shop.ship(order, 3)
    await requested(shop, order, 3, not_received=True)
    await sent_again(shop, order, 3)
    await shop.scan(ParcelStatus.LOST, "73900")
    shop.problem(await void(shop, parcel), 409, "parcel_claimed")
    await completed(shop, order)
    assert await cancelling(shop, order) == (True, None)
    assert (await void(shop, parcel)).status_code == 200


async def test_what_was_refunded_in_place_of_lost_goods_is_not_shipped_again(shop, order):
    parcel = await shop.ship(order, 3)
    await requested(shop, order, 2, not_received=True)
    await sent_again(shop, order, 2)
    await shop.scan(ParcelStatus.LOST, "73900")
    await completed(shop, order, refunded=2)
    assert (await void(shop, parcel)).status_code == 200
    problem = shop.problem(await shop.try_ship(order, 3, "73003"), 422, "quantity_exceeds_shippable")
    assert problem["shippable"] == 1


@pytest.mark.parametrize("end", [ParcelStatus.LOST, ParcelStatus.DELIVERED])
async def test_what_was_refunded_of_another_parcel_leaves_the_voided_units_to_ship(shop, order, end):
    await shop.ship(order, 1, "73001")
    parcel = await shop.ship(order, 2, "73002")
    await shop.scan(end, "73001")
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9566)
    await shop.settle()
    done = {"case_type": "refund_only", "refunded_minor": 9566, "currency": "CNY", "lines": shop.units(order, 1)}
    await shop.h.consume(shop.case(AfterSaleCompleted, order, **done))
    assert (await void(shop, parcel)).status_code == 200
    assert (await shop.try_ship(order, 2, "73003")).status_code == 201


async def test_a_case_that_was_opened_before_the_courier_agrees_keeps_its_units_shipped(depot, shop, order):
    label = await depot.ordered(order)
    await depot.work()
    label = await depot.label(label)
    parcel = {"id": label["parcel_id"]}
    assert (await void(shop, parcel)).status_code == 200
    await requested(shop, order, 3, not_received=True)
    await depot.work()
    assert (await depot.label(label))["state"] == "cancelled"
    shown = (await shop.seller.get(f"/v1/parcels/{parcel['id']}")).json()
    assert (shown["status"], shown["reason"]) == ("cancelled", "cancelled_by_sender")
    now = await shop.order(order["id"])
    assert (now["state"], now["lines"][0]["shipped_quantity"]) == ("shipped", 3), "the case sends or refunds them"
    shop.problem(await void(shop, parcel), 409, "parcel_claimed")
    ended = shop.case(AfterSaleClosed, order, cause="buyer_late", **CASE)
    await shop.h.consume(ended)
    assert (await void(shop, parcel)).status_code == 200
    assert (await shop.order(order["id"]))["state"] == "paid"
