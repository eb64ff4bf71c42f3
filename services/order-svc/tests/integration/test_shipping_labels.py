"""Shipments ordered of couriers, from the request to the parcel: the real service, and the couriers' simulators."""

from aftercare_events import OrderShipped, ParcelRegistered
from aftercare_simulators.shipping import Fault
from shipping_depot import CARRIER, SENDER


async def test_a_label_ships_its_units_once_the_waybill_is_assigned(depot, shop):
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    assert (label["state"], label["waybill_no"]) == ("requested", None)
    assert (await shop.order(order["id"]))["state"] == "paid"
    await depot.work()
    label = await depot.label(label)
    (made,) = depot.books.orders.values()
    assert (label["state"], label["waybill_no"]) == ("created", made.waybill_no)
    assert (await shop.order(order["id"]))["state"] == "shipped"
    (shipped,), (registered,) = await shop.events(OrderShipped), await shop.events(ParcelRegistered)
    assert shipped.parcel_id == registered.parcel_id == label["parcel_id"]
    assert shipped.complete


async def test_an_answer_that_is_lost_never_makes_a_second_waybill(depot, shop):
    order, _ = await shop.paid()
    depot.books.fault = Fault.LOST_ANSWER
    label = await depot.ordered(order)
    await depot.work()
    assert (await depot.label(label))["state"] == "unknown"
    await depot.work(seconds=3)
    depot.books.fault = None
    await depot.work(seconds=3600)
    assert (await depot.label(label))["state"] == "created"
    assert len(depot.books.orders) == len(await shop.events(OrderShipped)) == 1


async def test_a_refused_shipment_fails_and_leaves_its_units(depot, shop):
    order, _ = await shop.paid()
    depot.books.fault = Fault.REFUSED
    label = await depot.ordered(order)
    await depot.work()
    label = await depot.label(label)
    assert (label["state"], label["refusal"] is not None) == ("failed", True)
    assert (await shop.try_ship(order, 3)).status_code == 201


async def test_units_that_ship_otherwise_meanwhile_give_the_shipment_up(depot, shop):
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    await shop.ship(order, 3)
    await depot.work()
    label = await depot.label(label)
    assert (label["state"], label["refusal"]) == ("cancelled", "quantity_exceeds_shippable")
    assert next(iter(depot.books.orders.values())).cancelled
    assert len(await shop.events(OrderShipped)) == 1


async def test_a_buyer_who_moves_meanwhile_gets_no_parcel_at_the_old_address(depot, shop):
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    address = {**SENDER, "name": "王芳", "phone": "13800000000", "country": "CN"}
    moved = await shop.buyer.post(f"/v1/orders/{order['id']}/change-address", json={"shipping_address": address})
    assert moved.status_code == 200, moved.text
    await depot.work()
    label = await depot.label(label)
    assert (label["state"], label["refusal"]) == ("cancelled", "address_changed")


async def test_a_parcel_to_another_country_is_for_a_courier_that_serves_it(depot, shop):
    order, _ = await shop.paid()
    address = {**SENDER, "name": "Tan", "phone": "+65 6123 4567", "country": "SG"}
    moved = await shop.buyer.post(f"/v1/orders/{order['id']}/change-address", json={"shipping_address": address})
    assert moved.status_code == 200, moved.text
    asked = await shop.seller.post(f"/v1/orders/{order['id']}/shipping-quotes", json={"weight_grams": 1530})
    ordered = await depot.order(order)
    if depot.courier == "kuaidi100":
        for refused in (asked, ordered):
            assert shop.problem(refused, 409, "country_not_served")["country"] == "SG"
        return
    assert (asked.status_code, ordered.status_code) == (201, 201)
    await depot.work()
    assert (await depot.label(ordered.json()))["state"] == "created"
    [known] = depot.books.orders.values()
    assert known.content["contactInfoList"][1]["country"] == "SG"
    answered = (await shop.seller.get(f"/v1/shipping-quotes/{asked.json()['id']}")).json()
    assert (answered["offers"], answered["failures"]) == ([], {"sf": "address_not_served"})


async def test_a_label_is_cancelled_before_the_courier_knows_of_it(depot, shop):
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    assert (await depot.act(label, "cancel")).json()["state"] == "cancelled"
    await depot.work()
    assert depot.books.orders == {}


async def test_what_is_shipped_is_not_cancelled(depot, shop):
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    await depot.work()
    response = await depot.act(label, "cancel")
    assert (response.status_code, response.json()["code"]) == (409, "label_shipped")


async def test_another_merchant_and_the_buyer_see_nothing(depot, shop):
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    other = shop.h.client("seller", "seller-2", tenant="m-2")
    assert (await other.get(f"/v1/labels/{label['id']}")).status_code == 404
    assert (await other.get("/v1/labels")).json()["data"] == []
    assert (await other.get("/v1/shipping-accounts")).json()["data"] == []
    assert (await shop.buyer.get(f"/v1/labels/{label['id']}")).status_code == 403


async def test_no_response_shows_the_credentials(depot, shop):
    listed = (await shop.seller.get("/v1/shipping-accounts")).text
    assert "a-secret-of-no-courier" not in listed
    assert "a-key-of-no-courier" not in listed
    assert (await depot.connect()).json()["code"] == "shipping_account_exists"


async def test_each_refusal_states_what_is_wrong(depot, shop):
    order, _ = await shop.paid()
    seller = shop.seller
    [account] = (await seller.get("/v1/shipping-accounts")).json()["data"]
    past = {"begins_at": "2020-01-01T10:00:00Z", "ends_at": "2020-01-01T12:00:00Z"}
    shop.problem(await depot.order(order, carrier="nobody"), 409, "shipping_account_missing")
    shop.problem(await depot.order(order, pickup=past), 422, "pickup_time_invalid")
    returned = {"carrier": CARRIER[depot.courier], "case_id": "case_9", "weight_grams": 900}
    unknown = await seller.post(f"/v1/orders/{order['id']}/return-labels", json=returned)
    shop.problem(unknown, 422, "case_not_of_order")
    label = await depot.ordered(order)
    unprinted = await seller.get(f"/v1/labels/{label['id']}/file")
    shop.problem(unprinted, 409, "label_not_printable")
    path = f"/v1/shipping-accounts/{account['id']}"
    assert (await seller.post(f"{path}/rotate-secret", json={"secret": "next"})).json()["rotated_at"] is not None
    assert (await seller.post(f"{path}/revoke")).json()["revoked_at"] is not None
    gone = await seller.post(f"{path}/rotate-secret", json={"secret": "next"})
    shop.problem(gone, 409, "shipping_account_revoked")


async def test_an_account_with_kuaidi100_needs_its_key(depot, shop):
    refused = await depot.connect(courier="kuaidi100", key=None)
    shop.problem(refused, 422, "shipping_key_missing")


async def test_what_kuaidi100_cannot_be_asked_any_more_is_given_up_by_a_person(depot, shop):
    order, _ = await shop.paid()
    depot.books.fault = Fault.LOST_ANSWER
    label = await depot.ordered(order)
    await depot.work()
    await depot.work(seconds=48 * 3600)
    depot.books.fault = None
    await depot.work(seconds=3600)
    label = await depot.label(label)
    if depot.courier == "sf":  # it can be asked for ever
        assert label["state"] == "created"
        return
    assert (label["state"], len(depot.books.orders)) == ("unknown", 1)
    given_up = (await depot.act(label, "give-up")).json()
    assert (given_up["state"], given_up["refusal"]) == ("failed", "given_up")
