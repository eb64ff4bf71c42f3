"""Imported orders that go on: their parcels are followed as those that are shipped here, and their times are their merchant's."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aftercare_events import OrderCreated, OrderDelivered, ParcelAnomalyRaised
from aftercare_events.catalogue.receipts import ReceiptReminder
from order_svc.commands.partners import partner_inbox
from order_svc.domain.partners.pushes import PushSource
from order_svc.domain.shipping.calls import ShippingVerb
from order_svc.domain.tracking import ParcelStatus
from order_svc.tables.orders import ORDERS
from order_svc.tables.parcels import PARCELS
from order_svc.tables.shipping import CALLS
from shipping_depot import Depot, open_depot

TIMES = {"delivery_hours": 100, "receipt_hours": 200, "receipt_extensions": 2, "receipt_extension_days": 10}


class Shop:
    """A shop that imports orders in one part, with what it is asked about them afterwards."""

    def __init__(self, shop: Any, kettles: Any) -> None:
        self.shop, self._kettles = shop, kettles
        self.now = shop.h.clock.now()

    def order(self, number: str, *, sent_days: float, arrived_days: float | None = None) -> dict[str, Any]:
        """An order that was sent, and arrived, so many days ago."""
        sent = self.now - timedelta(days=sent_days)
        arrived = {} if arrived_days is None else {"delivered_at": f"{self.now - timedelta(days=arrived_days)}"}
        parcel = {"carrier": "zto", "waybill_no": f"W{number}", "shipped_at": sent.isoformat()}
        return {
            **self._kettles(),
            "order_no": number,
            "state": "delivered" if arrived else "shipped",
            "created_at": sent.isoformat(),
            "paid_at": sent.isoformat(),
            "parcels": [parcel],
            **arrived,
        }

    async def bring(self, *orders: dict[str, Any]) -> list[dict[str, Any]]:
        """The orders once they are imported."""
        begun = (await self.shop.seller.post("/v1/order-imports", json={"file_hash": "sha256:" + "d" * 64})).json()
        body = {
            "orders": [{"row": row, "order": order} for row, order in enumerate(orders, 1)],
            "next_row": len(orders) + 1,
        }
        part = (await self.shop.seller.post(f"/v1/order-imports/{begun['id']}/rows", json=body)).json()
        assert (part["imported"], part["refusals"]) == (len(orders), []), part
        return [await self.named(order["order_no"]) for order in orders]

    async def named(self, number: str) -> dict[str, Any]:
        [found] = (await self.shop.seller.get("/v1/orders", params={"q": number})).json()["data"]
        return (await self.shop.seller.get(f"/v1/orders/{found['id']}")).json()

    async def parcel(self, number: str) -> Any:
        order = await self.named(number)
        [listed] = (await self.shop.seller.get("/v1/parcels", params={"order_id": order["id"]})).json()["data"]
        async with self.shop.h.runtime.transaction() as tx:
            return await tx.get(PARCELS, listed["id"])

    def hours_to_confirm(self, order: dict[str, Any]) -> float:
        return (datetime.fromisoformat(order["deadline_at"]) - self.now) / timedelta(hours=1)


@pytest.fixture
def imports(shop: Any, kettles: Any) -> Shop:
    return Shop(shop, kettles)


@pytest.fixture
async def kuaidi100(shop: Any) -> AsyncIterator[Depot]:
    async with open_depot(shop, "kuaidi100") as opened:
        yield opened


async def test_silence_of_an_imported_parcel_is_an_anomaly(imports: Shop) -> None:
    await imports.bring(imports.order("A-1", sent_days=9), imports.order("A-2", sent_days=9, arrived_days=3))
    shop = imports.shop
    parcel = await imports.parcel("A-1")
    assert (parcel.watch_at - imports.now, (await imports.parcel("A-2")).watch_at) == (timedelta(hours=48), None)
    await shop.h.run_due()
    assert await shop.events(ParcelAnomalyRaised) == [], "nothing was reported to us before the import"
    shop.h.clock.advance(hours=49)
    await shop.h.run_due()
    [raised] = await shop.events(ParcelAnomalyRaised)
    assert (raised.kind, raised.parcel_id) == ("not_picked_up", parcel.id)
    assert raised.since == parcel.handed_over_at


async def test_couriers_are_asked_about_imported_parcels(imports: Shop, kuaidi100: Depot) -> None:
    """A subscription each, spread over the pause between two queries; then the backstop, as of any other parcel."""
    orders = [imports.order(f"A-{n}", sent_days=2) for n in (1, 2, 3)]
    await imports.bring(*orders, imports.order("A-4", sent_days=61), imports.order("A-5", sent_days=9, arrived_days=3))
    async with imports.shop.h.runtime.transaction() as tx:
        calls = [await tx.find(CALLS, (await imports.parcel(f"A-{n}")).id) for n in (1, 2, 3, 4, 5)]
    assert [each and each.verb for each in calls] == [*[ShippingVerb.SUBSCRIBE] * 3, None, None]
    due = sorted((each.due_at - imports.now) / timedelta(hours=1) for each in calls if each)
    assert due == [0, 2, 4]
    await kuaidi100.work(4 * 3600)
    assert sorted(each["number"] for each in kuaidi100.books.subscriptions) == ["WA-1", "WA-2", "WA-3"]
    kuaidi100.books.scan("WA-2", "301", "已签收")
    await kuaidi100.work(7 * 3600)
    await imports.shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])
    assert (await imports.named("A-2"))["state"] == "delivered"


async def test_without_an_account_nobody_is_asked(imports: Shop) -> None:
    await imports.bring(imports.order("A-1", sent_days=2))
    async with imports.shop.h.runtime.transaction() as tx:
        assert await tx.find(CALLS, (await imports.parcel("A-1")).id) is None


async def test_the_receipt_is_counted_from_the_delivery(imports: Shop) -> None:
    """By the rule: 240 hours from the delivery; and where less than the time of the reminder is left, whole days more."""
    left = {"A-1": 3 * 24 + 1, "A-2": 9 * 24 + 1, "A-3": 30 * 24 + 1}
    orders = [imports.order(number, sent_days=60, arrived_days=hours / 24) for number, hours in left.items()]
    first, second, third = await imports.bring(*orders)
    assert [each["receipt_extended_days"] for each in (first, second, third)] == [None, 1, 22]
    assert [imports.hours_to_confirm(each) for each in (first, second, third)] == [240 - 73, 47, 240 - 721 + 22 * 24]
    assert [each["receipt_from_at"] for each in (first, third)] == [each["delivered_at"] for each in (first, third)]
    delivered = {each.order_id: each.receipt_due_at for each in await imports.shop.events(OrderDelivered)}
    assert delivered[second["id"]] == imports.now + timedelta(hours=47)
    extend = f"/v1/orders/{third['id']}/extend-receipt"
    assert (await imports.shop.buyer.post(extend, json={"days": 3})).status_code == 200
    assert imports.hours_to_confirm(await imports.shop.order(third["id"])) == 240 - 721 + 25 * 24
    imports.shop.h.clock.advance(hours=25)
    await imports.shop.h.run_due()
    assert [each.order_id for each in await imports.shop.events(ReceiptReminder)] == [second["id"]]


async def test_the_times_of_an_imported_order_are_its_merchants(imports: Shop) -> None:
    shop = imports.shop
    assert (await shop.seller.put("/v1/merchants/m-1/order-times", json=TIMES)).status_code == 200
    sent, arrived = await imports.bring(
        imports.order("A-1", sent_days=9), imports.order("A-2", sent_days=9, arrived_days=3)
    )
    assert (imports.hours_to_confirm(sent), imports.hours_to_confirm(arrived)) == (100, 200 - 72)
    assert (await imports.parcel("A-1")).deliver_by_at == imports.now + timedelta(hours=100)
    assert arrived["receipt_extensions_left"] == 2
    assert {each.times_version for each in await shop.events(OrderCreated)} == {1}
    await shop.scan(ParcelStatus.DELIVERED, "WA-1")
    assert imports.hours_to_confirm(await shop.order(sent["id"])) == 200
    async with shop.h.runtime.transaction() as tx:
        assert (await tx.get(ORDERS, sent["id"])).times["version"] == 1


async def test_an_imported_parcel_gets_no_scan_of_one_that_is_known(imports: Shop) -> None:
    """The goods of another buyer are under way under the number; the import states that its own were handed over before."""
    shop = imports.shop
    known, _ = await shop.paid()
    await shop.ship(known, 3, "WA-1")
    shop.h.clock.advance(hours=1)
    await imports.bring({**imports.order("A-1", sent_days=2), "buyer_id": "buyer-2"})
    parcel = await imports.parcel("A-1")
    await shop.scan(ParcelStatus.DELIVERED, "WA-1", delivered_to="person")
    assert (await shop.order(known["id"]))["state"] == "delivered"
    shown = (await shop.seller.get(f"/v1/parcels/{parcel.id}")).json()
    facts = [shown[each] for each in ("status", "delivered_to", "events", "changes", "number_of_another")]
    assert facts == ["pending", None, [], [], True]
    assert (await shop.seller.get(f"/v1/orders/{parcel.order_id}")).json()["state"] == "shipped"
