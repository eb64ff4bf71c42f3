"""What is published at the end of the way of a parcel, and what the timeline of its order states."""

from datetime import timedelta

from aftercare_events import DeliveryMeasured
from order_svc.domain.tracking import ParcelStatus as S


async def shipped(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    start = shop.h.clock.now()
    shop.h.clock.advance(hours=100)
    return start


async def test_all_scans_count_whenever_they_have_arrived(shop):
    start = await shipped(shop)
    await shop.scan(S.OUT_FOR_DELIVERY, hours=-50)
    await shop.scan(S.ATTEMPT_FAILED, hours=-45)
    await shop.scan(S.IN_TRANSIT, hours=-80)
    await shop.scan(S.PICKED_UP, hours=-95)
    assert await shop.events(DeliveryMeasured) == []
    await shop.scan(S.DELIVERED, hours=-20, delivered_to="person")
    await shop.scan(S.DELIVERED, hours=-20, delivered_to="person")
    (found,) = await shop.events(DeliveryMeasured)
    assert (found.outcome, found.delivered, found.delivered_to) == ("delivered", True, "person")
    assert (found.handed_over_at, found.first_scan_at - start) == (start, timedelta(hours=5))
    assert (found.first_attempt_at - start, found.ended_at - start) == (timedelta(hours=55), timedelta(hours=80))
    assert (found.attempts, found.scans, found.anomalies, found.loss) == (2, 5, (), None)


async def test_a_parcel_that_comes_back_was_not_delivered(shop):
    await shipped(shop)
    await shop.scan(S.ATTEMPT_FAILED, hours=-60, reason="consignee_refused")
    await shop.scan(S.RETURNING, hours=-50)
    await shop.scan(S.DELIVERED, hours=-10)
    (found,) = await shop.events(DeliveryMeasured)
    assert (found.outcome, found.delivered, found.attempts) == ("returned", False, 1)
    assert found.anomalies == ("refused",)


async def test_where_the_end_changes_it_is_measured_again(shop):
    await shipped(shop)
    await shop.scan(S.DELIVERED, hours=-60)
    await shop.scan(S.RETURNING, hours=-50)
    await shop.scan(S.RETURNED, hours=-10)
    first, second = await shop.events(DeliveryMeasured)
    assert (first.delivered, second.delivered, second.outcome) == (True, False, "returned")
    assert second.anomalies == ("returned_after_delivery",)


async def test_a_lost_parcel_has_a_loss_and_no_first_attempt(shop):
    await shipped(shop)
    await shop.scan(S.EXCEPTION, hours=-60, reason="carrier_damaged_parcel")
    await shop.scan(S.LOST, hours=-50)
    (found,) = await shop.events(DeliveryMeasured)
    assert (found.loss, found.first_attempt_at, found.attempts) == ("lost", None, 0)
    assert found.anomalies == ("damaged", "lost")


async def test_the_timeline_of_the_order_states_what_is_wrong(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    await shop.scan(S.EXCEPTION, reason="carrier_damaged_parcel")
    (found,) = (await shop.seller.get("/v1/parcel-anomalies")).json()["data"]
    await shop.seller.post(f"/v1/parcel-anomalies/{found['id']}/acknowledge", json={})
    await shop.seller.post(f"/v1/parcel-anomalies/{found['id']}/resolve", json={"resolution": "refunded"})
    response = await shop.seller.get(f"/v1/orders/{order['id']}/timeline")
    assert response.status_code == 200, response.text
    assert "zto 运单 73001 出现异常：破损。" in response.text
    assert "商家受理了 zto 运单 73001 的异常：破损。" in response.text
    assert "The anomaly of zto, waybill 73001, has ended: it is damaged." in response.text
    of_buyer = (await shop.buyer.get(f"/v1/orders/{order['id']}/timeline")).json()["data"]
    assert [each["event"] for each in of_buyer][-2:] == ["ParcelAnomalyRaised", "ParcelAnomalyEnded"]
