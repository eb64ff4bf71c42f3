"""Cancelling a shipped order: its couriers are asked to bring its parcels back, and what has not left is refunded."""

import pytest
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleRequested,
    InterceptRequested,
    OrderCancelled,
    OrderLinesCancelled,
)
from order_svc.domain.tracking import ParcelStatus


@pytest.fixture
async def order(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 2, "73001")
    return order


async def cancel(shop, order, who=None, **body):
    return await (who or shop.buyer).post(f"/v1/orders/{order['id']}/cancel", json=body)


async def shown(shop, order, action="cancel"):
    """The action as the order and the list of orders show it: the reason is the same in both."""
    actions = [each for each in (await shop.order(order["id"]))["allowed_actions"] if each["action"] == action]
    listed = (await shop.buyer.get("/v1/orders")).json()["data"]
    [row] = [each for each in listed if each["id"] == order["id"]]
    [brief] = [each for each in row["allowed_actions"] if each["action"] == action]
    assert (brief["allowed"], brief.get("why_not")) == (actions[0]["allowed"], actions[0].get("why_not"))
    return brief["allowed"], brief.get("why_not"), [each["way"] for each in actions[0].get("instead") or []]


async def intercepts(shop, order):
    return (await shop.buyer.get("/v1/intercepts", params={"order_id": order["id"]})).json()["data"]


async def test_a_cancellation_states_that_couriers_are_asked_and_shows_the_intercepts(shop, order):
    def effect(found):
        [action] = [each for each in found["allowed_actions"] if each["action"] == "cancel"]
        return action.get("effect", {}).get("en")

    rest = "cancels and refunds what has not left"
    called_back = "asks the couriers to bring back what is on its way; its money goes back once it has come back"
    assert effect(await shop.order(order["id"])) == f"{called_back}; {rest}"
    await shop.ship(order, 1, "73002")
    full = await shop.order(order["id"])
    assert (effect(full), full.get("intercepts")) == (called_back, None)
    cancelled = (await cancel(shop, order)).json()
    assert (cancelled["state"], effect(cancelled)) == ("shipped", None)
    asked = [(each["waybill_no"], each["purpose"], each["state"]) for each in cancelled["intercepts"]]
    assert asked == [("73001", "return_to_sender", "requested"), ("73002", "return_to_sender", "requested")]


async def test_parcels_are_called_back_and_what_has_not_left_is_refunded(shop, order):
    assert await shown(shop, order) == (True, None, [])
    cancelled = (await cancel(shop, order, reason="changed_mind")).json()
    line = cancelled["lines"][0]
    assert (cancelled["state"], line["withdrawn_quantity"], cancelled["fully_shipped"]) == ("shipped", 1, True)
    assert await shown(shop, order) == (False, "intercept_open", [])
    [intercept] = await intercepts(shop, order)
    assert (intercept["purpose"], intercept["state"], intercept["waybill_no"]) == (
        "return_to_sender",
        "requested",
        "73001",
    )
    await shop.settle()
    assert [each.reason for each in await shop.events(OrderLinesCancelled)] == ["changed_mind"]
    assert await shop.events(OrderCancelled) == []
    shop.problem(await cancel(shop, order), 409, "intercept_open")
    assert len(await shop.events(InterceptRequested)) == 1


async def test_each_parcel_that_is_under_way_is_called_back_and_no_other(shop, order):
    await shop.ship(order, 1, "73002")
    await shop.scan(ParcelStatus.DELIVERED, "73001")
    assert (await cancel(shop, order, shop.seller, reason="out_of_stock")).status_code == 200
    assert [(each["waybill_no"], each["reason"]) for each in await intercepts(shop, order)] == [
        ("73002", "out_of_stock")
    ]
    [event] = await shop.events(InterceptRequested)
    assert event.reason == "out_of_stock", "nothing is left to ship whose cancellation would have it"
    steps = (await shop.buyer.get(f"/v1/orders/{order['id']}/timeline")).json()["data"]
    [step] = [each for each in steps if each["event"] == "InterceptRequested"]
    assert "out_of_stock" in step["text"]["en"]


async def test_where_the_courier_does_not_bring_it_back_the_buyer_may_refuse_it(shop, order):
    await cancel(shop, order)
    [intercept] = await intercepts(shop, order)
    refused = await shop.seller.post(f"/v1/intercepts/{intercept['id']}/refuse", json={"reason": "too_late"})
    assert refused.status_code == 200
    problem = shop.problem(await cancel(shop, order), 409, "nothing_to_call_back")
    assert problem["ways"] == ["request_intercept", "refuse_delivery"]
    assert await shown(shop, order) == (False, "nothing_to_call_back", problem["ways"])
    assert problem["detail"].endswith("不能取消订单。")
    again = {"purpose": "return_to_sender"}
    asked = await shop.buyer.post(f"/v1/parcels/{intercept['parcel_id']}/intercepts", json=again)
    assert asked.status_code == 201, "as the first way says"


async def test_a_lost_parcel_is_not_called_back(shop, kettles):
    order, _ = await shop.paid()
    await shop.ship(order, 2, "73001")
    await shop.scan(ParcelStatus.LOST, "73001")
    assert await shown(shop, order) == (True, None, []), "a unit has not left"
    await shop.ship(order, 1, "73002")
    await shop.scan(ParcelStatus.LOST, "73002")
    problem = shop.problem(await cancel(shop, order), 409, "nothing_to_call_back")
    assert problem["ways"] == ["open_case"]
    assert await shown(shop, order) == (False, "nothing_to_call_back", ["open_case"])
    moved = {"shipping_address": kettles()["shipping_address"]}
    changing = await shop.buyer.post(f"/v1/orders/{order['id']}/change-address", json=moved)
    assert shop.problem(changing, 409, "already_shipped")["ways"] == ["open_case"], "no courier has it"
    assert await shown(shop, order, "change_address") == (False, "already_shipped", ["open_case"])
    shop.problem(await cancel(shop, order, shop.h.client("buyer", "buyer-2")), 404, "not_found")


async def test_what_has_not_left_after_a_price_adjustment_is_cancelled_in_a_case(shop, order):
    money = {"requested_minor": 500, "currency": "CNY", "reason": "price_dropped", "stage": "in_transit"}
    kind = {"case_type": "price_adjust", "goods": "none", "money": "refund", "lines": shop.units(order, 3)}
    await shop.h.consume(shop.case(AfterSaleRequested, order, **kind, **money))
    await shop.ask_refund(order, 500)
    await shop.settle()
    await shop.h.consume(shop.case(AfterSaleCompleted, order, **kind, refunded_minor=500, currency="CNY"))
    assert await shown(shop, order) == (False, "price_adjusted", ["cancel_unshipped"])
    shop.problem(await cancel(shop, order), 409, "price_adjusted")
    assert await shop.events(InterceptRequested) == [], "nothing is done of a cancellation that is refused"
    await shop.ship(order, 1, "73002")
    assert await shown(shop, order) == (True, None, []), "both parcels are on their way"
    assert (await cancel(shop, order)).status_code == 200
