"""SF signs no push: what arrives at the address that a seller has registered has SF asked, and its answer counts."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aftercare_events.catalogue.parcel_anomalies import DeliveryMeasured
from courier_pushes import SIGNERS, contents
from order_svc.commands.partners import partner_inbox
from order_svc.domain.partners.pushes import ANSWER, PushSource
from order_svc.integrations.couriers.fields import CHINA
from order_svc.integrations.couriers.outward.port import TrackingResult
from order_svc.tables.anomalies import FEEDS
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


async def handed_over(sf: Depot, order: dict[str, Any], waybill_no: str) -> dict[str, Any]:
    """A parcel of SF without a label of ours."""
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
    body = {"carrier": "sf", "waybill_no": waybill_no, "lines": lines}
    response = await sf.shop.seller.post(f"/v1/orders/{order['id']}/parcels", json=body)
    assert response.status_code == 201, response.text
    return response.json()


async def parcel_of(sf: Depot, parcel_id: str) -> dict[str, Any]:
    return (await sf.shop.seller.get(f"/v1/parcels/{parcel_id}")).json()


async def post(sf: Depot, path: str, *waybill_nos: str, code: str = "80") -> None:
    """Whoever has the address writes that SF has delivered the parcels, unless another code is given."""
    routes = [contents(each, sf.shop.h.clock.now())["sf"]["Body"]["WaybillRoute"][0] for each in waybill_nos]
    signed = SIGNERS["sf"]({"Body": {"WaybillRoute": [each | {"opCode": code} for each in routes]}}, "")
    answer = await sf.shop.h.client().post(path, content=signed.raw, headers=signed.headers)
    assert answer.json()["return_code"] == "0000"
    await sf.shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])


async def address_of_the_seller(sf: Depot) -> str:
    [account] = (await sf.shop.seller.get("/v1/shipping-accounts")).json()["data"]
    async with sf.shop.h.runtime.transaction() as tx:
        endpoint = await tx.get(ENDPOINTS, account["endpoint_id"])
    return f"/v1/courier-webhooks/sf/{endpoint.id}?token={endpoint.secret}"


async def posted(sf: Depot) -> dict[str, Any]:
    """The one push that was posted to us, and is no answer."""
    listed = (await sf.shop.h.client("admin", "admin-1").get("/v1/courier-pushes")).json()["data"]
    [push] = [each for each in listed if not each["push_id"].startswith(ANSWER)]
    return push


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


async def test_a_voided_parcel_that_sf_has_scanned_is_an_anomaly(sf):
    parcel, path = await shipped(sf), await address_of_the_seller(sf)
    voided = await sf.shop.seller.post(f"/v1/parcels/{parcel['id']}/void", json={"cancelled_with_courier": True})
    assert voided.json()["status"] == "cancelled"
    await post(sf, path, parcel["waybill_no"])
    await asked(sf)
    assert (await parcel_of(sf, parcel["id"]))["anomalies"] == [], "SF knows of no scan"
    sf.shop.h.clock.advance(hours=2)
    sf.books.scan(parcel["waybill_no"], "50", "已收取快件")
    await post(sf, path, parcel["waybill_no"])
    await asked(sf)
    shown = await parcel_of(sf, parcel["id"])
    assert (shown["status"], shown["anomalies"]) == ("cancelled", ["scanned_after_void"])
    assert [each["status"] for each in shown["events"]] == ["picked_up"]


async def test_goods_that_come_back_after_their_delivery_are_found(sf):
    parcel, path = await shipped(sf), await address_of_the_seller(sf)
    for code, text in (("80", "已签收"), ("648", "快件已退回")):
        sf.shop.h.clock.advance(hours=2)
        sf.books.scan(parcel["waybill_no"], code, text)
        await post(sf, path, parcel["waybill_no"], code=code)
        await asked(sf)
    assert (await parcel_of(sf, parcel["id"]))["anomalies"] == ["returned_after_delivery"]


async def test_a_push_that_waits_for_another_parcel_has_sf_asked_once(sf):
    parcel, path = await shipped(sf), await address_of_the_seller(sf)
    sf.shop.h.clock.advance(hours=2)
    await post(sf, path, parcel["waybill_no"], "SF000000000009")
    await asked(sf)
    assert (await posted(sf))["state"] == "waiting"
    sf.shop.h.clock.advance(seconds=600)
    sf.books.scan(parcel["waybill_no"], "50", "已收取快件")
    await sf.shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])
    await asked(sf)
    assert (await parcel_of(sf, parcel["id"]))["events"] == [], "the next regular query finds it"
    order, _ = await sf.shop.paid()
    late = await handed_over(sf, order, "SF000000000009")
    sf.books.scan("SF000000000009", "50", "已收取快件")
    await sf.shop.h.run_workers(partner_inbox.WORKERS[PushSource.COURIER])
    await asked(sf)
    assert (await posted(sf))["state"] == "applied"
    assert (await parcel_of(sf, late["id"]))["status"] == "picked_up", "it is asked about the parcel that came later"


async def test_what_is_pushed_while_sf_is_being_asked_is_asked_for_afterwards(sf, monkeypatch):
    parcel, path = await shipped(sf), await address_of_the_seller(sf)
    answered, calls = sf.service.track, []

    async def track(*asked_for: object) -> TrackingResult:
        answer = await answered(*asked_for)
        calls.append(answer)
        if len(calls) == 1:
            sf.books.scan(parcel["waybill_no"], "80", "已签收")
            await post(sf, path, parcel["waybill_no"])
        return answer

    monkeypatch.setattr(sf.service, "track", track)
    await sf.work(seconds=7 * 3600)
    await asked(sf)
    assert (await parcel_of(sf, parcel["id"]))["status"] == "delivered"
    assert len(calls) == 2


async def test_a_seller_cannot_keep_the_feed_of_sf_alive_or_fill_the_list_of_codes(sf):
    parcel = await shipped(sf)
    await post(sf, await address_of_the_seller(sf), parcel["waybill_no"], code="ZZ9")
    assert (await posted(sf))["state"] == "applied"
    admin = sf.shop.h.client("admin", "admin-1")
    assert (await admin.get("/v1/courier-codes")).json()["data"] == []
    assert 'signal="courier_unknown_code"' not in sf.shop.h.runtime.metrics.exposition().decode()
    async with sf.shop.h.runtime.transaction() as tx:
        assert await tx.find(FEEDS, "sf") is None
    sf.books.scan(parcel["waybill_no"], "50", "已收取快件")
    await asked(sf)
    async with sf.shop.h.runtime.transaction() as tx:
        assert await tx.find(FEEDS, "sf") is not None, "SF itself has answered"
