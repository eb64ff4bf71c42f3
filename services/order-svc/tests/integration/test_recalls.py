"""Cancelling a shipped order: its couriers are asked to bring its parcels back, and what has not left is refunded."""

import pytest
from aftercare_events import InterceptRequested, OrderCancelled, OrderLinesCancelled
from order_svc.domain.tracking import ParcelStatus


@pytest.fixture
async def order(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 2, "73001")
    return order


async def cancel(shop, order, who=None):
    return await (who or shop.buyer).post(f"/v1/orders/{order['id']}/cancel", json={})


async def intercepts(shop, order):
    return (await shop.buyer.get("/v1/intercepts", params={"order_id": order["id"]})).json()["data"]


async def test_parcels_are_called_back_and_what_has_not_left_is_refunded(shop, order):
    shown = (await cancel(shop, order)).json()
    line = shown["lines"][0]
    assert (shown["state"], line["withdrawn_quantity"], shown["fully_shipped"]) == ("shipped", 1, True)
    [intercept] = await intercepts(shop, order)
    assert (intercept["purpose"], intercept["state"], intercept["waybill_no"]) == (
        "return_to_sender",
        "requested",
        "73001",
    )
    await shop.settle()
    assert len(await shop.events(OrderLinesCancelled)) == 1
    assert await shop.events(OrderCancelled) == []
    shop.problem(await cancel(shop, order), 409, "intercept_open")
    assert len(await shop.events(InterceptRequested)) == 1


async def test_each_parcel_that_is_under_way_is_called_back_and_no_other(shop, order):
    await shop.ship(order, 1, "73002")
    await shop.scan(ParcelStatus.DELIVERED, "73001")
    assert (await cancel(shop, order, shop.seller)).status_code == 200
    assert [each["waybill_no"] for each in await intercepts(shop, order)] == ["73002"]


async def test_where_the_courier_does_not_bring_it_back_the_buyer_may_refuse_it(shop, order):
    await cancel(shop, order)
    [intercept] = await intercepts(shop, order)
    refused = await shop.seller.post(f"/v1/intercepts/{intercept['id']}/refuse", json={"reason": "too_late"})
    assert refused.status_code == 200
    problem = shop.problem(await cancel(shop, order), 409, "already_shipped")
    assert problem["ways"] == ["request_intercept", "refuse_delivery"]
    assert problem["detail"].endswith("取消订单。")
    again = {"purpose": "return_to_sender"}
    asked = await shop.buyer.post(f"/v1/parcels/{intercept['parcel_id']}/intercepts", json=again)
    assert asked.status_code == 201, "as the first way says"


async def test_a_lost_parcel_is_not_called_back(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    await shop.scan(ParcelStatus.LOST)
    problem = shop.problem(await cancel(shop, order), 409, "already_shipped")
    assert problem["ways"] == ["open_case"]
    shop.problem(await cancel(shop, order, shop.h.client("buyer", "buyer-2")), 404, "not_found")
