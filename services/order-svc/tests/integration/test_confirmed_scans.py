"""SF signs no push: what arrives at the address that a seller has registered has SF asked, and its answer counts."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aftercare_events.catalogue.parcel_anomalies import DeliveryMeasured
from courier_pushes import SIGNERS, contents
from order_svc.commands.parcels import partner_inbox
from order_svc.domain.partners.pushes import PushSource
from order_svc.integrations.couriers.fields import CHINA
from order_svc.tables.couriers import ENDPOINTS
from shipping_depot import SENDER, Depot, open_depot


@pytest.fixture
async def sf(shop) -> AsyncIterator[Depot]:
    async with open_depot(shop, "sf") as opened:
        yield opened


async def shipped(sf: Depot) -> dict[str, Any]:
    order, _ = await sf.shop.paid()
    label = await sf.ordered(order)
    await sf.work()
    label = await sf.label(label)
    await sf.work()
    return await parcel_of(sf, label["parcel_id"])


async def parcel_of(sf: Depot, parcel_id: str) -> dict[str, Any]:
    return (await sf.shop.seller.get(f"/v1/parcels/{parcel_id}")).json()


async def post(sf: Depot, path: str, waybill_no: str) -> None:
    """Whoever has the address writes that SF has delivered the parcel."""
    signed = SIGNERS["sf"](contents(waybill_no, sf.shop.h.clock.now())["sf"], "")
    answer = await sf.shop.h.client().post(path, content=signed.raw, headers=signed.headers)
    assert answer.json()["return_code"] == "0000"
    await sf.shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])


async def address_of_the_seller(sf: Depot) -> str:
    [account] = (await sf.shop.seller.get("/v1/shipping-accounts")).json()["data"]
    async with sf.shop.h.runtime.transaction() as tx:
        endpoint = await tx.get(ENDPOINTS, account["endpoint_id"])
    return f"/v1/courier-webhooks/sf/{endpoint.id}?token={endpoint.secret}"


async def asked(sf: Depot) -> None:
    await sf.work()
    await sf.shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])


async def test_a_seller_cannot_write_that_its_own_parcel_is_delivered(sf):
    parcel = await shipped(sf)
    await post(sf, await address_of_the_seller(sf), parcel["waybill_no"])
    await asked(sf)
    assert (await parcel_of(sf, parcel["id"]))["status"] == "pending"
    admin = sf.shop.h.client("admin", "admin-1")
    [push] = (await admin.get("/v1/courier-pushes")).json()["data"]
    assert (push["state"], push["why"]) == ("applied", "not signed: the courier was asked")
    assert [each["status"] for each in push["reports"]] == ["delivered"]


async def test_a_seller_cannot_write_anything_about_the_parcel_of_another_merchant(sf):
    parcel = await shipped(sf)
    other = sf.shop.h.client("seller", "seller-2", tenant="m-2")
    body = {"courier": "sf", "account_no": "SHOP2", "secret": "a-secret-of-no-courier", "sender": SENDER}
    connected = await other.post("/v1/shipping-accounts", json=body)
    await post(sf, connected.json()["callback_path"], parcel["waybill_no"])
    await asked(sf)
    assert (await parcel_of(sf, parcel["id"]))["events"] == []


async def test_what_sf_confirms_counts_at_once_and_once(sf):
    parcel, path = await shipped(sf), await address_of_the_seller(sf)
    sf.shop.h.clock.advance(hours=2)
    sf.books.scan(parcel["waybill_no"], "50", "已收取快件")
    await post(sf, path, parcel["waybill_no"])
    await asked(sf)
    assert (await parcel_of(sf, parcel["id"]))["status"] == "picked_up"
    sf.shop.h.clock.advance(hours=2)
    sf.books.scan(parcel["waybill_no"], "80", "已签收")
    await post(sf, path, parcel["waybill_no"])
    await asked(sf)
    shown = await parcel_of(sf, parcel["id"])
    assert [each["status"] for each in shown["events"]] == ["picked_up", "delivered"]


async def test_what_is_pushed_to_the_platform_and_polled_counts_once(sf):
    parcel = await shipped(sf)
    admin = sf.shop.h.client("admin", "admin-1")
    endpoint = (await admin.post("/v1/courier-endpoints", json={"partner": "sf"})).json()
    for code in ("70", "80"):
        sf.shop.h.clock.advance(hours=2)
        sf.books.scan(parcel["waybill_no"], code, "派送")
        at = sf.shop.h.clock.now().astimezone(CHINA)
        route = {"mailno": parcel["waybill_no"], "acceptTime": f"{at:%Y-%m-%d %H:%M:%S}", "opCode": code, "id": code}
        signed = SIGNERS["sf"]({"Body": {"WaybillRoute": [route | {"remark": "派送"}]}}, endpoint["secret"])
        await sf.shop.h.client().post(endpoint["path"], content=signed.raw, headers=signed.headers)
        await post(sf, await address_of_the_seller(sf), parcel["waybill_no"])
        await asked(sf)
    [measured] = await sf.shop.events(DeliveryMeasured)
    assert (measured.attempts, measured.scans) == (2, 2)


async def test_a_revoked_account_serves_the_parcels_from_before(sf):
    parcel, path = await shipped(sf), await address_of_the_seller(sf)
    [account] = (await sf.shop.seller.get("/v1/shipping-accounts")).json()["data"]
    sf.shop.h.clock.advance(hours=2)
    await sf.shop.seller.post(f"/v1/shipping-accounts/{account['id']}/revoke")
    sf.books.scan(parcel["waybill_no"], "80", "已签收")
    await post(sf, path, parcel["waybill_no"])
    await asked(sf)
    assert (await parcel_of(sf, parcel["id"]))["status"] == "delivered"
