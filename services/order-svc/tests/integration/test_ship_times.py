"""The merchant's time to ship: set by the kinds of goods when the order is paid, published once it was missed."""

from datetime import datetime, timedelta

from aftercare_events.catalogue.shipment_times import OrderShipmentOverdue

CNY = {"amount": 1500, "currency": "CNY"}


def line(**stated):
    return {"sku": "CUP-1", "title": "杯子", "quantity": 1, "unit_price": CNY, **stated}


def hours_left(shop, order):
    return (datetime.fromisoformat(order["ship_by_at"]) - shop.h.clock.now()) / timedelta(hours=1)


async def test_goods_from_stock_have_the_time_of_the_settings(shop):
    order, _ = await shop.paid()
    assert hours_left(shop, order) == 48
    assert (order["deadline_at"], order["whose_turn"]) == (order["ship_by_at"], "merchant")
    assert await shop.events(OrderShipmentOverdue) == []


async def test_each_time_that_is_missed_is_published_once_with_the_units_that_have_not_left(shop):
    ships_by = (shop.h.clock.now() + timedelta(hours=60)).isoformat()
    lines = [
        line(fulfilment="made_to_order", production_days=4),
        line(),
        line(fulfilment="pre_sale", ships_by=ships_by),
        line(),
    ]
    order, _ = await shop.paid(lines=lines)
    ids = [each["id"] for each in order["lines"]]
    body = {"carrier": "zto", "waybill_no": "73009", "lines": [{"line_id": ids[1], "quantity": 1}]}
    assert (await shop.seller.post(f"/v1/orders/{order['id']}/parcels", json=body)).status_code == 201
    for hours in (47, 2, 12, 24, 24, 24):
        shop.h.clock.advance(hours=hours)
        await shop.h.run_due()
    late = await shop.events(OrderShipmentOverdue)
    assert [[each.line_id for each in event.lines] for event in late] == [[ids[3]], [ids[2]], [ids[0]]]
    assert all(event.ship_by_at < event.time for event in late)
    order = await shop.order(order["id"])
    assert (order["state"], order["ship_by_at"], order["deadline_effect"]) == ("shipped", None, "delivery_overdue")
    assert order["shipment_overdue_at"] is not None


async def test_an_order_that_is_shipped_in_time_is_not_overdue(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    assert (await shop.order(order["id"]))["ship_by_at"] is None
    shop.h.clock.advance(hours=49)
    await shop.h.run_due()
    assert await shop.events(OrderShipmentOverdue) == []


async def test_the_time_of_units_that_are_refunded_ends(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, quantity=3)
    shop.h.clock.advance(hours=49)
    await shop.h.run_due()
    assert await shop.events(OrderShipmentOverdue) == [], "a case is open"
    await shop.ask_refund(order, 28700)
    await shop.settle()
    assert (await shop.order(order["id"]))["ship_by_at"] is None


async def test_a_promise_that_had_passed_when_the_order_was_paid_does_not_count(shop):
    ships_by = (shop.h.clock.now() + timedelta(hours=1)).isoformat()
    order = await shop.place(lines=[line(fulfilment="pre_sale", ships_by=ships_by)], payment_minutes=600)
    shop.h.clock.advance(hours=2)
    await shop.start_payment(order["id"])
    await shop.settle()
    assert hours_left(shop, await shop.order(order["id"])) == 48
