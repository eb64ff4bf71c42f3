"""Virtual goods: paid, delivered and received without a parcel, alone and beside goods in parcels."""

import pytest
from aftercare_events import OrderDelivered
from aftercare_events.catalogue.shipment_times import VirtualGoodsDelivered
from order_svc.domain.tracking import ParcelStatus

CNY = {"amount": 1500, "currency": "CNY"}


def line(**stated):
    return {"sku": "CODE-1", "title": "兑换码", "quantity": 2, "unit_price": CNY, **stated}


def picks(order, *units, first=0):
    return {"lines": [{"line_id": order["lines"][first + n]["id"], "quantity": q} for n, q in enumerate(units)]}


async def deliver(shop, order, *units, **other):
    return await shop.seller.post(f"/v1/orders/{order['id']}/deliver-virtual", json=picks(order, *units, **other))


async def test_an_order_of_virtual_goods_is_delivered_and_received_without_a_parcel(shop):
    order, _ = await shop.paid(lines=[line(fulfilment="virtual")])
    first = (await deliver(shop, order, 1)).json()
    assert (first["state"], first["lines"][0]["shipped_quantity"]) == ("paid", 1)
    shop.problem(await shop.buyer.post(f"/v1/orders/{order['id']}/cancel"), 409, "virtual_goods_delivered")
    whole = (await deliver(shop, order, 1)).json()
    assert (whole["state"], whole["delivered_at"]) == ("delivered", whole["virtual_delivered_at"])
    assert [each.complete for each in await shop.events(VirtualGoodsDelivered)] == [False, True]
    assert len(await shop.events(OrderDelivered)) == 1
    received = (await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")).json()
    assert received["state"] == "received"


@pytest.mark.parametrize(("delivered", "ends"), [(0, "paid"), (1, "delivered")])
async def test_virtual_units_that_were_not_delivered_are_cancelled(shop, delivered, ends):
    order, _ = await shop.paid(lines=[line(fulfilment="virtual")])
    if delivered:
        await deliver(shop, order, delivered)
    gone = await shop.seller.post(f"/v1/orders/{order['id']}/cancel", json=picks(order, 1))
    assert (gone.status_code, gone.json()["state"]) == (200, ends), gone.text
    await shop.settle()
    ledger = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    assert ledger["refunded"]["amount"] == 1500


async def test_virtual_units_are_cancelled_while_the_parcel_is_on_its_way(shop):
    order, _ = await shop.paid(lines=[line(fulfilment="virtual"), line()])
    parcel = {"carrier": "zto", "waybill_no": "73001", **picks(order, 2, first=1)}
    assert (await shop.seller.post(f"/v1/orders/{order['id']}/parcels", json=parcel)).status_code == 201
    gone = await shop.seller.post(f"/v1/orders/{order['id']}/cancel", json=picks(order, 2))
    assert gone.status_code == 200, gone.text
    nothing = await shop.seller.post(f"/v1/orders/{order['id']}/cancel", json=picks(order, 1))
    shop.problem(nothing, 409, "nothing_left_to_ship")
    await shop.scan(ParcelStatus.DELIVERED)
    assert (await shop.order(order["id"]))["state"] == "delivered"


@pytest.mark.parametrize("virtual_first", [True, False])
async def test_a_mixed_order_is_delivered_when_both_have_arrived(shop, virtual_first):
    order, _ = await shop.paid(lines=[line(fulfilment="virtual"), line()])
    parcel = {"carrier": "zto", "waybill_no": "73001", **picks(order, 2, first=1)}
    for step in (virtual_first, not virtual_first):
        assert (await shop.order(order["id"]))["state"] != "delivered"
        if step:
            assert (await deliver(shop, order, 2)).status_code == 200
        else:
            assert (await shop.seller.post(f"/v1/orders/{order['id']}/parcels", json=parcel)).status_code == 201
            await shop.scan(ParcelStatus.DELIVERED)
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def test_delivered_virtual_goods_keep_an_order_alive_whose_parcel_is_lost(shop):
    """A verdict may refund less than was paid: the order is not cancelled, because something has arrived."""
    order, _ = await shop.paid(lines=[line(fulfilment="virtual")])
    await deliver(shop, order, 1)
    await shop.open_case(order, quantity=1)
    await shop.ask_refund(order, 1500)
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def test_each_kind_goes_its_own_way(shop):
    order, _ = await shop.paid(lines=[line(fulfilment="virtual"), line()])
    parcel = {"carrier": "zto", "waybill_no": "73001", **picks(order, 1)}
    shop.problem(await shop.seller.post(f"/v1/orders/{order['id']}/parcels", json=parcel), 422, "virtual_goods")
    shop.problem(await deliver(shop, order, 1, first=1), 422, "not_virtual")
    shop.problem(await deliver(shop, order, 3), 422, "quantity_exceeds_shippable")
    actions = {each["action"]: each for each in (await deliver(shop, order, 2)).json()["allowed_actions"]}
    assert actions["deliver_virtual"]["why_not"] == "no_virtual_goods"
    assert actions["ship"]["allowed"] is True


async def test_an_order_of_virtual_goods_needs_no_address(shop, kettles):
    body = kettles(lines=[line(fulfilment="virtual")])
    del body["shipping_address"]
    placed = await shop.seller.post("/v1/orders", json=body)
    order = placed.json()
    assert (placed.status_code, set(order["shipping_address"].values())) == (201, {""}), placed.text
    await shop.start_payment(order["id"])
    await shop.settle()
    quoted = await shop.seller.post(f"/v1/orders/{order['id']}/shipping-quotes", json={"weight_grams": 900})
    shop.problem(quoted, 409, "only_virtual_goods")
    assert (await deliver(shop, order, 2)).json()["state"] == "delivered"
    states = []
    for hours in (24, 168):
        shop.h.clock.advance(hours=hours)
        await shop.h.run_due()
        states.append((await order_again(shop, order))["state"])
    assert states == ["received", "completed"], "by the times of virtual goods"
    seller = shop.h.client("seller", "seller-1", tenant="m-1")
    exported = await seller.get("/v1/orders/export", params={"format": "import"})
    assert (exported.status_code, "shipping_address" in exported.json()) == (200, False), exported.text


async def order_again(shop, order):
    """The order, read by a token that is valid still."""
    return (await shop.h.client("buyer", "buyer-1").get(f"/v1/orders/{order['id']}")).json()


async def test_goods_that_go_into_a_parcel_need_an_address(shop, kettles):
    body = kettles(lines=[line(fulfilment="virtual"), line()])
    del body["shipping_address"]
    problem = shop.problem(await shop.seller.post("/v1/orders", json=body), 422, "shipping_address_missing")
    assert [each["pointer"] for each in problem["errors"]] == ["/shipping_address"]
