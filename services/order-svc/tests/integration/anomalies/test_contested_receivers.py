"""Receipts by somebody for the buyer: usual, and wrong only where the buyer states so."""

from datetime import datetime

import pytest
from aftercare_events import AfterSaleRequested, ParcelAnomalyRaised
from order_svc.domain.tracking import ParcelStatus as S


async def received_by_proxy(shop, waybill_no="73001", quantity=3):
    """An order of which somebody has received a parcel for the buyer."""
    order, _ = await shop.paid()
    parcel = await shop.ship(order, quantity, waybill_no)
    await shop.scan(S.DELIVERED, waybill_no, delivered_to="proxy")
    return order, parcel


async def kinds(shop):
    return [each.kind for each in await shop.events(ParcelAnomalyRaised)]


async def state_missing(shop, order, *, not_received=True, case_id="case_1"):
    """The buyer opens a case, and states in it whether a parcel with its units did not arrive."""
    facts = {"requested_minor": 0, "currency": "CNY", "reason": "delivered_not_received", "stage": "post_receipt"}
    lines = shop.units(order, 1)
    event = shop.case(AfterSaleRequested, order, case_id, lines=lines, not_received=not_received, **facts)
    await shop.h.consume(event)


async def test_an_ordinary_receipt_by_somebody_else_is_shown_and_no_anomaly(shop):
    _, parcel = await received_by_proxy(shop)
    shown = (await shop.buyer.get(f"/v1/parcels/{parcel['id']}")).json()
    assert (shown["delivered_to"], shown["anomalies"]) == ("proxy", [])
    assert await kinds(shop) == []
    counts = (await shop.seller.get("/v1/parcel-anomaly-counts")).json()
    assert counts["data"] == []


async def test_a_buyer_who_does_not_have_it_contests_the_receiver_once(shop):
    _, parcel = await received_by_proxy(shop)
    for _ in range(2):
        contested = await shop.buyer.post(f"/v1/parcels/{parcel['id']}/contest-receiver")
        assert (contested.status_code, contested.json()["anomalies"]) == (200, ["other_receiver"])
        assert datetime.fromisoformat(contested.json()["receiver_contested_at"]) == shop.h.clock.now()
    await shop.scan(S.DELIVERED, hours=1, delivered_to="proxy")
    assert await kinds(shop) == ["other_receiver"]


async def test_a_case_about_goods_that_did_not_arrive_contests_the_receiver(shop):
    order, _ = await received_by_proxy(shop)
    await state_missing(shop, order, not_received=None)
    assert await kinds(shop) == [], "the case does not state that"
    await state_missing(shop, order, case_id="case_2")
    assert await kinds(shop) == ["other_receiver"]


async def test_what_people_have_resolved_is_not_raised_again_by_the_same_receipt(shop):
    _, parcel = await received_by_proxy(shop)
    await shop.buyer.post(f"/v1/parcels/{parcel['id']}/contest-receiver")
    [anomaly] = (await shop.seller.get("/v1/parcel-anomalies")).json()["data"]
    resolved = {"resolution": "receiver_confirmed"}
    assert (await shop.seller.post(f"/v1/parcel-anomalies/{anomaly['id']}/resolve", json=resolved)).status_code == 200
    again = await shop.buyer.post(f"/v1/parcels/{parcel['id']}/contest-receiver")
    assert again.json()["anomalies"] == []


async def test_a_receiver_is_contested_where_the_anomaly_was_raised_before(shop):
    """Builds before revision 0059 raised it for every receipt by somebody else, and noted no contest."""
    _, parcel = await received_by_proxy(shop)
    await shop.buyer.post(f"/v1/parcels/{parcel['id']}/contest-receiver")
    await shop.h.runtime.pool.execute("UPDATE parcels SET receiver_contested_at = NULL")
    contested = await shop.buyer.post(f"/v1/parcels/{parcel['id']}/contest-receiver")
    assert contested.json()["anomalies"] == ["other_receiver"]
    await shop.scan(S.DELIVERED, hours=1, delivered_to="proxy")
    shown = (await shop.buyer.get(f"/v1/parcels/{parcel['id']}")).json()
    assert shown["anomalies"] == ["other_receiver"], "the contest holds"
    assert await kinds(shop) == ["other_receiver"]


@pytest.mark.parametrize("scan", [{"status": S.IN_TRANSIT}, {"status": S.DELIVERED, "delivered_to": "person"}])
async def test_what_nobody_else_has_received_is_not_contested(shop, scan):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 3)
    await shop.scan(**scan)
    shop.problem(await shop.buyer.post(f"/v1/parcels/{parcel['id']}/contest-receiver"), 409, "receiver_not_other")
    await state_missing(shop, order)
    assert await kinds(shop) == []


async def test_other_buyers_contest_nothing(shop):
    _, parcel = await received_by_proxy(shop)
    other = shop.h.client("buyer", "buyer-2")
    assert (await other.post(f"/v1/parcels/{parcel['id']}/contest-receiver")).status_code == 404
