"""The order's part of the main journey, call by call."""

from aftercare_events import OrderCreated, OrderDelivered, OrderPaid, OrderShipped, PaymentSucceeded
from order_svc.domain.tracking import ParcelStatus


async def test_an_order_from_placing_to_delivery(shop):
    order = await shop.place()
    assert order["state"] == "created"
    assert order["version"] == 1
    assert order["total"] == {"amount": 29500, "currency": "CNY"}
    assert order["lines"][0]["paid"]["amount"] == 28700
    assert order["lines"][0]["after_sale_state"] is None
    assert order["deadline_effect"] == "cancelled_by_timeout"

    payment = await shop.start_payment(order["id"])
    assert payment["state"] == "pending"
    assert payment["amount"] == order["total"]
    await shop.settle()
    order = await shop.order(order["id"])
    assert (order["state"], order["payment_id"]) == ("paid", payment["id"])
    assert (await shop.payment(payment["id"]))["state"] == "succeeded"

    parcel = await shop.ship(order, 3)
    assert (parcel["status"], parcel["leg"]) == ("pending", "outbound")
    assert (await shop.order(order["id"]))["state"] == "shipped"
    await shop.scan(ParcelStatus.DELIVERED)
    assert (await shop.order(order["id"]))["state"] == "delivered"

    for kind in (OrderCreated, PaymentSucceeded, OrderPaid, OrderShipped, OrderDelivered):
        assert len(await shop.events(kind)) == 1
