"""Shipments ordered of couriers, from the request to the parcel: the real service, and the couriers' simulators."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from aftercare_events import OrderShipped, ParcelRegistered
from aftercare_simulators.shipping import Account, Fault, create
from order_svc.commands import partner_inbox, shipping_queue
from order_svc.domain.partners.pushes import PushSource
from order_svc.domain.shipping.model import CourierName
from order_svc.integrations.couriers.outward.kuaidi100 import Kuaidi100Service
from order_svc.integrations.couriers.outward.sf import SfService

SENDER = {
    "name": "仓库",
    "phone": "13900000000",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "文三路 2 号",
}
CARRIER = {"sf": "sf", "kuaidi100": "zto"}


class Depot:
    """The merchant's account with one courier, and the courier's books."""

    def __init__(self, shop, books, courier: str) -> None:
        self.shop, self.books, self.courier = shop, books, courier
        self.agent = shop.h.client("agent", "agent-1")

    async def connect(self, **other: object):
        body = {
            "courier": self.courier,
            "account_no": "SHOP1",
            "secret": "a-secret-of-no-courier",
            "key": "a-key-of-no-courier",
            "sender": SENDER,
            **other,
        }
        return await self.shop.seller.post("/v1/shipping-accounts", json=body)

    async def order(self, order, quantity: int = 3, **other: object):
        lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
        body = {"carrier": CARRIER[self.courier], "weight_grams": 1530, "lines": lines, **other}
        return await self.shop.seller.post(f"/v1/orders/{order['id']}/labels", json=body)

    async def ordered(self, order, **other: object):
        response = await self.order(order, **other)
        assert response.status_code == 201, response.text
        return response.json()

    async def work(self, seconds: float = 0) -> None:
        """Have the calls made that are due, after this time."""
        self.shop.h.clock.advance(seconds=seconds)
        await self.shop.h.run_workers(shipping_queue.WORKER)

    async def label(self, label):
        return (await self.shop.seller.get(f"/v1/labels/{label['id']}")).json()

    async def act(self, label, action: str, body=None):
        return await self.shop.seller.post(f"/v1/labels/{label['id']}/{action}", json=body)


@pytest.fixture(params=["sf", "kuaidi100"])
async def depot(request: pytest.FixtureRequest, shop) -> AsyncIterator[Depot]:
    clock = shop.h.clock.now
    app = create(Account(), clock=clock)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app))
    services = {
        CourierName.SF: SfService(client, url="http://courier/std/service", clock=clock),
        CourierName.KUAIDI100: Kuaidi100Service(client, url="http://courier", label_url="http://courier", clock=clock),
    }
    worker = next(each for each in shop.h.service.workers if each.name == shipping_queue.WORKER)
    worker.step.__self__._services = services
    found = Depot(shop, app.state.books, request.param)
    assert (await found.connect()).status_code == 201
    yield found
    await client.aclose()


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


async def test_a_return_is_collected_at_the_buyers_and_given_up(depot, shop):
    order = await shop.delivered()
    await shop.open_case(order, 2, case_type="return_refund")
    body = {"carrier": CARRIER[depot.courier], "case_id": "case_1", "weight_grams": 900}
    response = await depot.agent.post(f"/v1/orders/{order['id']}/return-labels", json=body)
    assert response.status_code == 201, response.text
    label = response.json()
    await depot.work()
    label = await depot.label(label)
    assert (label["state"], label["leg"]) == ("created", "return")
    registered = (await shop.events(ParcelRegistered))[-1]
    assert (registered.leg, registered.case_id, registered.lines[0].quantity) == ("return", "case_1", 2)
    assert (await depot.act(label, "cancel")).json()["state"] == "cancelling"
    await depot.work()
    assert (await depot.label(label))["state"] == "cancelled"
    parcel = (await shop.seller.get(f"/v1/parcels/{label['parcel_id']}")).json()
    assert (parcel["status"], parcel["reason"]) == ("cancelled", "pickup_given_up")


async def test_a_pickup_is_moved_once_the_courier_agrees(depot, shop):
    order, _ = await shop.paid()
    now = shop.h.clock.now().replace(hour=2, minute=0) + timedelta(days=1)
    pickup = {"begins_at": now.isoformat(), "ends_at": (now + timedelta(hours=2)).isoformat()}
    label = await depot.ordered(order, pickup=pickup)
    assert label["pickup_state"] == "asked"
    await depot.work()
    assert (await depot.label(label))["pickup_state"] == "booked"
    later = {"begins_at": (now + timedelta(hours=4)).isoformat(), "ends_at": (now + timedelta(hours=6)).isoformat()}
    assert (await depot.act(label, "change-pickup", later)).json()["pickup_state"] == "asked"
    await depot.work()
    moved = await depot.label(label)
    assert moved["pickup_state"] == "booked"
    assert moved["pickup"]["begins_at"].startswith((now + timedelta(hours=4)).strftime("%Y-%m-%dT%H"))


async def test_prices_of_the_couriers_come_cheapest_first(depot, shop):
    order, _ = await shop.paid()
    asked = await shop.seller.post(f"/v1/orders/{order['id']}/shipping-quotes", json={"weight_grams": 1000})
    assert asked.status_code == 201, asked.text
    await depot.work()
    quote = (await shop.seller.get(f"/v1/shipping-quotes/{asked.json()['id']}")).json()
    assert quote["state"] == "answered"
    assert quote["offers"][0]["price"] == {"amount": 1250, "currency": "CNY"}


async def test_a_parcel_without_scans_is_polled(depot, shop):
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    await depot.work()
    label = await depot.label(label)
    await depot.work()
    code = {"sf": "50", "kuaidi100": "1"}[depot.courier]
    shop.h.clock.advance(hours=1)
    depot.books.scan(label["waybill_no"], code, "已收取快件")
    await depot.work(seconds=6 * 3600)
    await shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])
    parcel = (await shop.seller.get(f"/v1/parcels/{label['parcel_id']}")).json()
    assert parcel["status"] == "picked_up"
    await depot.work(seconds=6 * 3600)
    await shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])
    assert len((await shop.seller.get(f"/v1/parcels/{label['parcel_id']}")).json()["events"]) == 1


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


async def test_what_the_courier_has_collected_is_not_changed(depot, shop):
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    await depot.work()
    label = await depot.label(label)
    depot.books.scan(label["waybill_no"], {"sf": "50", "kuaidi100": "1"}[depot.courier], "已收取快件")
    await depot.work()
    await depot.work(seconds=6 * 3600)
    await shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])
    tomorrow = shop.h.clock.now() + timedelta(days=1)
    window = {"begins_at": tomorrow.isoformat(), "ends_at": (tomorrow + timedelta(hours=2)).isoformat()}
    shop.problem(await depot.act(label, "change-pickup", window), 409, "label_collected")


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
