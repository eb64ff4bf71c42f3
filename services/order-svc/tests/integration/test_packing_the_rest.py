"""What has not left of a partly shipped order: packed, sent to another address, and cancelled with the merchant's consent."""

import pytest
from aftercare_events import InterceptRequested, OrderLinesCancelled, OrderUnpacked
from order_svc.commands.parcels import destinations
from order_svc.domain.tracking import ParcelStatus
from order_svc.tables.shipping import CONTACTS


@pytest.fixture
async def order(shop):
    """Three kettles, one of which is on its way."""
    order, _ = await shop.paid()
    await shop.ship(order, 1)
    return order


def path(order, action):
    return f"/v1/orders/{order['id']}/{action}"


async def packed(shop, order, *quantities):
    line = order["lines"][0]["id"]
    packages = [{"lines": [{"line_id": line, "quantity": each}], "weight_grams": 900} for each in quantities]
    response = await shop.seller.post(path(order, "pack"), json={"packages": packages} if packages else None)
    assert response.status_code == 200, response.text
    return response.json()


def quantities(order):
    return [line["quantity"] for package in order["packages"] for line in package["lines"]]


def why_not(order):
    return {each["action"]: each.get("why_not") for each in order["allowed_actions"]}


async def move(shop, order, kettles, street="延安路 2 号"):
    moved = {"shipping_address": {**kettles()["shipping_address"], "street": street, "phone": "13900001234"}}
    return await shop.buyer.post(path(order, "change-address"), json=moved)


async def test_the_rest_is_packed_and_shipped_package_by_package(shop, order):
    shown = await packed(shop, order)
    assert (shown["state"], shown["stage"], quantities(shown)) == ("shipped", "shipped", [2])
    shop.problem(await shop.seller.post(path(order, "pack")), 409, "already_packed")
    assert (await shop.seller.post(path(order, "unpack"))).json()["packages"] is None
    await packed(shop, order, 1, 1)
    await shop.ship(order, 1, "73002")
    assert quantities(await shop.order(order["id"])) == [1]
    await shop.ship(order, 1, "73003")
    left = await shop.order(order["id"])
    assert (quantities(left), left["packed_at"] is not None) == ([], True)
    for waybill in ("73001", "73002", "73003"):
        await shop.scan(ParcelStatus.DELIVERED, waybill)
    assert (await shop.order(order["id"]))["state"] == "delivered"


async def test_units_that_leave_in_another_way_are_out_of_their_packages(shop):
    order, _ = await shop.paid()
    await packed(shop, order, 1, 2)
    await shop.ship(order, 2)
    assert quantities(await shop.order(order["id"])) == [1], "the package with just these has left"
    await shop.seller.post(path(order, "unpack"))
    await packed(shop, order, 1)
    await shop.ship(order, 1, "73002")
    shown = why_not(await shop.order(order["id"]))
    assert (shown["pack"], shown["unpack"]) == ("merchant_only", "merchant_only")
    shop.problem(await shop.seller.post(path(order, "pack")), 409, "nothing_left_to_ship")


async def test_a_package_that_waits_after_another_has_left_needs_consent(shop, order):
    await packed(shop, order)
    shown = why_not(await shop.order(order["id"]))
    assert (shown["cancel"], shown["cancel_lines"]) == ("packed_needs_merchant", "packed_needs_merchant")
    shop.problem(await shop.buyer.post(path(order, "cancel"), json={}), 409, "packed_needs_merchant")
    some = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}]}
    shop.problem(await shop.buyer.post(path(order, "cancel"), json=some), 409, "packed_needs_merchant")
    assert await shop.events(InterceptRequested) == []
    left = (await shop.seller.post(path(order, "cancel"), json=some)).json()
    assert (left["state"], left.get("packages")) == ("shipped", None)
    [unpacked] = await shop.events(OrderUnpacked)
    assert unpacked.cause == "lines_cancelled"
    assert (await shop.buyer.post(path(order, "cancel"), json={})).status_code == 200, "nothing is packed any more"
    assert len(await shop.events(OrderLinesCancelled)) == 2


async def test_the_last_package_that_has_left_needs_no_consent(shop):
    order, _ = await shop.paid()
    await packed(shop, order)
    await shop.ship(order, 3)
    assert (await shop.buyer.post(path(order, "cancel"), json={})).status_code == 200
    assert len(await shop.events(InterceptRequested)) == 1


async def test_the_rest_goes_to_another_address_until_it_is_packed(shop, order, kettles):
    first = (await shop.buyer.get("/v1/parcels", params={"order_id": order["id"]})).json()["data"][0]
    assert why_not(await shop.order(order["id"]))["change_address"] is None
    moved = (await move(shop, order, kettles)).json()
    assert (moved["state"], moved["shipping_address"]["street"]) == ("shipped", "延安路 2 号")
    await packed(shop, order)
    problem = shop.problem(await move(shop, order, kettles, "南山路 3 号"), 409, "order_packed")
    assert problem["ways"] == ["ask_to_unpack"]
    second = await shop.ship(order, 2, "73002")
    shop.problem(await move(shop, order, kettles, "南山路 3 号"), 409, "already_shipped")
    kept = (await shop.buyer.get(f"/v1/parcels/{first['id']}")).json()["destination"]
    assert (kept["street"], kept["phone"]) == ("文三路 1 号", "13800000000"), "the first parcel goes where it was sent"
    assert (await shop.buyer.get(f"/v1/parcels/{second['id']}")).json()["destination"] is None


async def test_a_parcel_keeps_the_first_address_whatever_follows(shop, order, kettles):
    first = (await shop.buyer.get("/v1/parcels", params={"order_id": order["id"]})).json()["data"][0]
    await move(shop, order, kettles)
    await move(shop, order, kettles, "南山路 3 号")
    assert (await shop.buyer.get(f"/v1/parcels/{first['id']}")).json()["destination"]["street"] == "文三路 1 号"
    new = {"purpose": "change_address", "shipping_address": {**kettles()["shipping_address"], "street": "曙光路 4 号"}}
    asked = await shop.buyer.post(f"/v1/parcels/{first['id']}/intercepts", json=new)
    assert (await shop.seller.post(f"/v1/intercepts/{asked.json()['id']}/grant", json={})).status_code == 200
    assert (await shop.buyer.get(f"/v1/parcels/{first['id']}")).json()["destination"]["street"] == "曙光路 4 号"


async def test_a_label_of_the_rest_has_the_new_address_and_the_parcel_that_left_the_old_phone(depot, shop, kettles):
    order, _ = await shop.paid()
    label = await depot.ordered(order, quantity=1)
    await depot.work()
    parcel_id = (await depot.label(label))["parcel_id"]
    assert (await move(shop, order, kettles)).status_code == 200
    rest = await depot.ordered(order, quantity=2)
    await depot.work()
    assert (await depot.label(rest))["state"] == "created"
    async with shop.h.runtime.transaction() as tx:
        receivers = [(await tx.get(CONTACTS, each["id"])).receiver["street"] for each in (label, rest)]
        assert await destinations.phone_end(tx, parcel_id, order["id"]) == "0000"
    assert receivers == ["文三路 1 号", "延安路 2 号"]


async def test_virtual_goods_are_in_no_package_and_no_label(depot, shop, kettles):
    code = {**kettles()["lines"][0], "sku": "CODE-1", "fulfilment": "virtual"}
    order, _ = await shop.paid(lines=[*kettles()["lines"], code])
    assert quantities(await packed(shop, order)) == [3]
    await shop.seller.post(path(order, "unpack"))
    virtual = [{"line_id": order["lines"][1]["id"], "quantity": 1}]
    refused = await shop.seller.post(path(order, "pack"), json={"packages": [{"lines": virtual}]})
    shop.problem(refused, 422, "virtual_goods")
    shop.problem(await depot.order(order, lines=virtual), 422, "virtual_goods")


@pytest.mark.parametrize(("cancelled", "amount", "left"), [(1, 9566, [1, 1]), (2, 19133, [1])])
async def test_units_that_a_case_cancels_are_out_of_the_last_packages(shop, cancelled, amount, left):
    order, _ = await shop.paid()
    await packed(shop, order, 1, 2)
    await shop.open_case(order, cancelled, case_type="cancel_unshipped")
    await shop.ask_refund(order, amount, stage="pre_ship")
    await shop.settle()
    shown = await shop.order(order["id"])
    assert (shown["lines"][0]["withdrawn_quantity"], quantities(shown)) == (cancelled, left)
    assert shown["packages"][0]["weight_grams"] == 900, "it is as it was packed"


async def test_units_that_are_not_packed_are_cancelled_before_those_that_are(shop):
    order, _ = await shop.paid()
    await packed(shop, order, 2)
    await shop.open_case(order, 1, case_type="cancel_unshipped")
    await shop.ask_refund(order, 9566, stage="pre_ship")
    await shop.settle()
    assert quantities(await shop.order(order["id"])) == [2]
