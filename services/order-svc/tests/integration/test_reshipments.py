"""Goods that a case sends again because their parcel did not arrive: the first parcel is neither voided nor called back for the buyer."""

import pytest
from aftercare_events import AfterSaleCompleted, AfterSaleRequested, ReplacementShipped, ReturnShipped, ShippedLine
from order_svc.domain.tracking import ParcelStatus

CASE = {"case_type": "reship_parts", "goods": "exchange"}
MONEY = {"requested_minor": 0, "currency": "CNY", "reason": "no_tracking", "stage": "in_transit"}


@pytest.fixture
async def order(shop):
    order, _ = await shop.paid()
    return order


async def requested(shop, order, quantity):
    await shop.h.consume(shop.case(AfterSaleRequested, order, lines=shop.units(order, quantity), **CASE, **MONEY))


async def sent_again(shop, order, quantity):
    lines = (ShippedLine(line_id=order["lines"][0]["id"], quantity=quantity),)
    await shop.h.consume(shop.case(ReplacementShipped, order, carrier="zto", waybill_no="73900", lines=lines, **CASE))


async def completed(shop, order):
    done = {"refunded_minor": 0, "currency": "CNY", "lines": (), **CASE}
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
