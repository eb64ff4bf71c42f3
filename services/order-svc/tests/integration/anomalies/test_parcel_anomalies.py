"""Anomalies of parcels, as merchants and agents see them and as events."""

from datetime import datetime, timedelta

import pytest
from aftercare_events import (
    ParcelAnomalyAcknowledged,
    ParcelAnomalyEnded,
    ParcelAnomalyRaised,
    ReturnShipped,
    ShippedLine,
)
from order_svc.domain.tracking import ParcelStatus as S


async def shipped(shop, waybill_no="73001"):
    order, _ = await shop.paid()
    return await shop.ship(order, 3, waybill_no)


async def listed(shop, who=None, **filters):
    response = await (who or shop.seller).get("/v1/parcel-anomalies", params=filters)
    assert response.status_code == 200, response.text
    return response.json()["data"]


async def open_kinds(shop):
    return [each["kind"] for each in await listed(shop, state="open")]


async def raised(shop):
    return [(each.kind, each.loss) for each in await shop.events(ParcelAnomalyRaised)]


async def ended(shop):
    return [(each.kind, each.cause) for each in await shop.events(ParcelAnomalyEnded)]


async def wait(shop, **time):
    """So much time passes, in which nothing is reported by any courier and this service runs; then the timers look."""
    shop.h.clock.advance(**time)
    await shop.h.run_due()


async def test_a_parcel_that_nobody_picks_up_until_a_courier_scans_it(shop):
    parcel = await shipped(shop)
    await wait(shop, hours=47)
    assert await raised(shop) == []
    await wait(shop, hours=2)
    await wait(shop, hours=2)
    assert await raised(shop) == [("not_picked_up", None)], "once"
    (found,) = await listed(shop)
    assert (found["parcel_id"], found["state"], found["since"]) == (parcel["id"], "open", parcel["handed_over_at"])
    shown = (await shop.buyer.get(f"/v1/parcels/{parcel['id']}")).json()
    assert shown["anomalies"] == ["not_picked_up"]

    await shop.scan(S.PICKED_UP)

    assert await ended(shop) == [("not_picked_up", "scanned")]
    (found,) = await listed(shop)
    assert (found["state"], found["ended_as"], found["resolution"]) == ("resolved", "scanned", None)
    assert (await shop.buyer.get(f"/v1/parcels/{parcel['id']}")).json()["anomalies"] == []


@pytest.mark.parametrize(
    ("status", "hours", "kind"),
    [
        (S.IN_TRANSIT, 72, "stuck_in_transit"),
        (S.EXCEPTION, 72, "stuck_in_transit"),
        (S.CUSTOMS, 240, "stuck_in_customs"),
        (S.OUT_FOR_DELIVERY, 48, "stuck_in_delivery"),
        (S.ATTEMPT_FAILED, 48, "stuck_in_delivery"),
        (S.READY_FOR_PICKUP, 120, "not_collected"),
    ],
)
async def test_silence_is_an_anomaly_after_the_hours_of_its_status(shop, status, hours, kind):
    await shipped(shop)
    await shop.scan(status)
    await wait(shop, hours=hours - 1)
    assert await raised(shop) == []
    await wait(shop, hours=1.1)
    assert await raised(shop) == [(kind, None)]
    await shop.scan(S.DELIVERED)
    assert await ended(shop) == [(kind, "arrived")]


async def test_each_scan_begins_the_silence_again_and_another_silence_is_another_anomaly(shop):
    await shipped(shop)
    await shop.scan(S.IN_TRANSIT)
    await wait(shop, hours=60)
    await shop.scan(S.IN_TRANSIT)
    await wait(shop, hours=60)
    assert await raised(shop) == []
    await wait(shop, hours=13)
    await shop.scan(S.IN_TRANSIT)
    await wait(shop, hours=73)
    assert await raised(shop) == [("stuck_in_transit", None)] * 2
    first, second = await shop.events(ParcelAnomalyRaised)
    assert second.since - first.since == timedelta(hours=73)
    assert len({first.anomaly_id, second.anomaly_id}) == 2


async def test_a_scan_that_arrives_late_ends_no_silence_that_it_is_older_than(shop):
    await shipped(shop)
    shop.h.clock.advance(hours=10)
    await shop.scan(S.IN_TRANSIT)
    await wait(shop, hours=73)
    await shop.scan(S.PICKED_UP, hours=-80)
    assert await ended(shop) == []
    assert await open_kinds(shop) == ["stuck_in_transit"]


async def test_long_silence_counts_as_a_loss_with_the_last_scans_as_evidence(shop):
    await shipped(shop)
    shop.h.clock.advance(hours=1)
    for number in range(12):
        await shop.scan(S.IN_TRANSIT, hours=(number - 12) / 100, raw_code=f"DEPARTURE:{number}", partner="zto")
    await wait(shop, hours=73)
    await wait(shop, hours=170)
    assert await raised(shop) == [("stuck_in_transit", None), ("presumed_lost", "lost")]
    event = (await shop.events(ParcelAnomalyRaised))[-1]
    assert [scan.raw_code for scan in event.scans] == [f"DEPARTURE:{number}" for number in range(2, 12)]
    assert (event.silent, event.scans[-1].occurred_at) == (True, event.since)
    await wait(shop, hours=120)
    assert (await raised(shop))[2:] == [("delivery_overdue", None)]
    await shop.scan(S.DELIVERED)
    assert sorted(await ended(shop)) == [
        (k, "arrived") for k in ("delivery_overdue", "presumed_lost", "stuck_in_transit")
    ]


@pytest.mark.parametrize(
    ("scan", "kind", "loss"),
    [
        ({"status": S.LOST}, "lost", "lost"),
        ({"status": S.EXCEPTION, "reason": "carrier_damaged_parcel"}, "damaged", "damaged"),
        ({"status": S.EXCEPTION, "reason": "disposed"}, "disposed", "lost"),
        ({"status": S.EXCEPTION, "reason": "customs_confiscated"}, "disposed", "lost"),
        ({"status": S.EXCEPTION, "reason": "consignee_refused"}, "refused", None),
        ({"status": S.RETURNING}, "returned_to_sender", None),
        ({"status": S.EXCEPTION, "reason": "carrier_sorting_error"}, "misrouted", None),
        ({"status": S.ATTEMPT_FAILED, "reason": "consignee_incorrect_address"}, "address_problem", None),
        ({"status": S.EXCEPTION, "reason": "pickup_overdue"}, "not_collected", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_report_of_the_courier_is_an_anomaly_once_however_often_it_comes(shop, scan, kind, loss):
    await shipped(shop)
    await shop.scan(**scan, key="first")
    await shop.scan(**scan, key="first")
    await shop.scan(**scan, key="again", hours=0.5)
    assert await raised(shop) == [(kind, loss)]
    assert await open_kinds(shop) == [kind]


async def test_goods_that_leave_after_their_delivery(shop):
    await shipped(shop)
    await shop.scan(S.DELIVERED, delivered_to="person")
    await shop.scan(S.RETURNING, hours=3)
    assert await raised(shop) == [("returned_after_delivery", None)]


@pytest.mark.parametrize("reason", ["consignee_refused", "intercepted"])
async def test_a_return_that_is_explained_is_not_unasked(shop, reason):
    await shipped(shop)
    await shop.scan(S.EXCEPTION, reason=reason)
    await shop.scan(S.RETURNING, hours=1)
    assert "returned_to_sender" not in {kind for kind, _ in await raised(shop)}


async def test_goods_that_were_refused_and_then_taken(shop):
    await shipped(shop)
    await shop.scan(S.ATTEMPT_FAILED, reason="consignee_refused")
    await shop.scan(S.DELIVERED, hours=5, delivered_to="person")
    assert await ended(shop) == [("refused", "arrived")]


async def test_a_correct_way_ends_a_wrong_one_and_damage_stays(shop):
    await shipped(shop)
    await shop.scan(S.EXCEPTION, reason="carrier_sorting_error")
    await shop.scan(S.EXCEPTION, hours=1, reason="carrier_damaged_parcel")
    await shop.scan(S.IN_TRANSIT, hours=2)
    assert await ended(shop) == [("misrouted", "scanned")]
    assert await open_kinds(shop) == ["damaged"]


async def test_an_anomaly_is_looked_after_and_resolved(shop):
    await shipped(shop)
    await shop.scan(S.EXCEPTION, reason="carrier_damaged_parcel")
    (found,) = await listed(shop)
    path = f"/v1/parcel-anomalies/{found['id']}"
    assert [(each["action"], each["allowed"]) for each in found["allowed_actions"]] == [
        ("acknowledge", True),
        ("resolve", True),
        ("end", False),
    ]
    taken = await shop.seller.post(f"{path}/acknowledge", json={"note": "called the depot"})
    assert (taken.json()["state"], taken.json()["handler_id"]) == ("acknowledged", "seller-1")
    assert [each.acknowledged_by for each in await shop.events(ParcelAnomalyAcknowledged)] == ["seller-1"]
    shop.problem(await shop.seller.post(f"{path}/acknowledge", json={}), 409, "illegal_transition")

    agent = shop.h.client("agent", "agent-1")
    done = await agent.post(f"{path}/resolve", json={"resolution": "reshipped"})

    assert (done.json()["state"], done.json()["ended_as"], done.json()["note"]) == (
        "resolved",
        "resolved",
        "called the depot",
    )
    (event,) = await shop.events(ParcelAnomalyEnded)
    assert (event.cause, event.resolution, event.handler) == ("resolved", "reshipped", "agent-1")
    shop.problem(await agent.post(f"{path}/resolve", json={"resolution": "other"}), 409, "illegal_transition")
    shop.problem(await agent.post(f"{path}/resolve", json={"resolution": "gone"}), 422, "validation_failed")


async def test_what_was_resolved_is_raised_again_by_what_happens_afterwards_alone(shop):
    await shipped(shop)
    await shop.scan(S.EXCEPTION, reason="carrier_damaged_parcel", key="first")
    (found,) = await listed(shop)
    await shop.seller.post(f"/v1/parcel-anomalies/{found['id']}/resolve", json={"resolution": "false_alarm"})
    await shop.scan(S.IN_TRANSIT, hours=1)
    await shop.scan(S.EXCEPTION, reason="carrier_damaged_parcel", hours=-0.05, key="earlier")
    assert len(await raised(shop)) == 1
    await shop.scan(S.EXCEPTION, reason="carrier_damaged_parcel", hours=2, key="later")
    assert len(await raised(shop)) == 2


async def test_silence_that_was_resolved_stays_so_until_a_scan(shop):
    await shipped(shop)
    await shop.scan(S.IN_TRANSIT)
    await wait(shop, hours=73)
    (found,) = await listed(shop)
    await shop.seller.post(f"/v1/parcel-anomalies/{found['id']}/resolve", json={"resolution": "hurried"})
    await wait(shop, hours=80)
    assert [kind for kind, _ in await raised(shop)] == ["stuck_in_transit"]


async def test_a_corrected_waybill_ends_what_was_wrong_with_the_first_one(shop):
    order = await shop.delivered()
    line = ShippedLine(line_id=order["lines"][0]["id"], quantity=2)
    facts = {"case_type": "return_refund", "carrier": "sf", "lines": (line,)}
    await shop.h.consume(shop.case(ReturnShipped, order, waybill_no="SF001", **facts))
    await wait(shop, hours=100)
    assert await raised(shop) == [], "a buyer may hand goods over days later"
    await wait(shop, hours=21)
    assert await raised(shop) == [("not_picked_up", None)]
    (found,) = await listed(shop, case_id="case_1")
    assert (found["leg"], found["carrier"]) == ("return", "sf")


async def test_who_sees_anomalies(shop):
    await shipped(shop)
    await shop.scan(S.LOST)
    (found,) = await listed(shop)
    path = f"/v1/parcel-anomalies/{found['id']}"
    foreign = shop.h.client("seller", "seller-2", tenant="m-2")
    assert await listed(shop, foreign) == []
    shop.problem(await foreign.get(path), 404, "not_found")
    shop.problem(await foreign.post(f"{path}/resolve", json={"resolution": "other"}), 404, "not_found")
    shop.problem(await shop.buyer.get("/v1/parcel-anomalies"), 403, "forbidden")
    admin = shop.h.client("admin", "admin-1")
    assert (await admin.get(path)).json()["kind"] == "lost"
    shop.problem(await admin.post(f"{path}/acknowledge", json={}), 403, "forbidden")


async def test_anomalies_are_filtered_and_counted(shop):
    await shipped(shop, "73001")
    await shipped(shop, "73002")
    await shop.scan(S.LOST, "73001")
    await shop.scan(S.EXCEPTION, "73002", reason="carrier_damaged_parcel")
    assert [each["waybill_no"] for each in await listed(shop, kind="lost")] == ["73001"]
    assert len(await listed(shop, carrier="ZTO")) == 2
    assert await listed(shop, carrier="sf") == []
    counts = (await shop.seller.get("/v1/parcel-anomaly-counts")).json()
    assert counts["total"] == 2
    assert {(each["kind"], each["carrier"], each["number"]) for each in counts["data"]} == {
        ("lost", "zto", 1),
        ("damaged", "zto", 1),
    }


async def test_a_parcel_is_lost_until_it_is_delivered_after_all(shop):
    await shipped(shop)
    await shop.scan(S.LOST)
    await shop.scan(S.DELIVERED, hours=30)
    assert await ended(shop) == [("lost", "arrived")]
    (found,) = await listed(shop)
    assert datetime.fromisoformat(found["changed_at"]) == shop.h.clock.now()
