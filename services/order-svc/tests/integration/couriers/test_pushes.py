"""From a courier's push to the parcel's status, through the real inbox."""

import asyncio
from datetime import datetime, timedelta

import pytest
from aftercare_events import OrderDelivered, ParcelStatusChanged
from order_svc.commands.parcels import courier_reports

WAYBILL = "73000000000001"


async def test_a_push_is_stored_acknowledged_and_processed(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint()
    answer = await desk.zto(endpoint, "GOT", desc="业务员李雷(13800000000)已揽收")
    assert (answer.status_code, answer.json()["status"]) == (200, True)
    assert answer.headers["content-type"] == "application/json"
    await desk.work()
    shown = await desk.parcel(parcel)
    assert shown["status"] == "picked_up"
    (push,) = await desk.pushes()
    assert push["state"] == "applied"
    assert push["reports"][0]["text"] == "业务员*(*)已揽收"
    (event,) = [e for e in await desk.harness.published() if isinstance(e, ParcelStatusChanged)]
    assert (event.status, event.raw_code, event.occurred_at) == ("picked_up", "GOT", desk.harness.clock.now())


async def test_twenty_times_the_same_push_is_one(desk, order):
    await desk.ship(order)
    endpoint = await desk.endpoint()
    answers = await asyncio.gather(*(desk.zto(endpoint, "SIGNED") for _ in range(20)))
    assert all(answer.json()["status"] is True for answer in answers)
    await desk.work()
    assert len(await desk.pushes()) == 1
    events = await desk.harness.published()
    assert len([e for e in events if isinstance(e, ParcelStatusChanged)]) == 1
    assert len([e for e in events if isinstance(e, OrderDelivered)]) == 1


async def test_pushes_out_of_order_lead_to_the_latest_status(desk, order):
    parcel, endpoint, now = await desk.ship(order), await desk.endpoint(), desk.harness.clock.advance(hours=48)
    for action, hours in (("SIGNED", 0), ("GOT", 30), ("DISPATCH", 2), ("ARRIVAL", 5)):
        await desk.zto(endpoint, action, at=now - timedelta(hours=hours))
    await desk.work()
    shown = await desk.parcel(parcel)
    assert shown["status"] == "delivered"
    assert [event["status"] for event in shown["events"]] == [
        "picked_up",
        "in_transit",
        "out_for_delivery",
        "delivered",
    ]


async def test_signed_after_a_return_scan_is_returned_and_does_not_deliver_the_order(desk, order):
    parcel, endpoint, now = await desk.ship(order), await desk.endpoint(), desk.harness.clock.advance(hours=48)
    await desk.zto(endpoint, "RETURN_SCAN", at=now - timedelta(hours=20), desc="客户拒收")
    await desk.zto(endpoint, "SIGNED", at=now)
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "returned"
    assert not [e for e in await desk.harness.published() if isinstance(e, OrderDelivered)]


async def test_left_at_a_station_opens_no_window_before_it_is_collected(desk, order):
    parcel, endpoint, now = await desk.ship(order), await desk.endpoint(), desk.harness.clock.advance(hours=48)
    await desk.zto(endpoint, "HANDOVERSCAN_SIGNED", at=now - timedelta(hours=3))
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "ready_for_pickup"
    await desk.zto(endpoint, "DEPARTURE_SIGNED", at=now)
    await desk.work()
    shown = await desk.parcel(parcel)
    assert (shown["status"], shown["delivered_to"]) == ("delivered", "person")
    delivered = (await desk.buyer.get(f"/v1/orders/{order['id']}")).json()
    assert datetime.fromisoformat(delivered["deadline_at"]) - now == timedelta(hours=240)


async def test_a_push_faster_than_the_seller_waits_for_its_parcel(desk, order):
    endpoint = await desk.endpoint()
    assert (await desk.zto(endpoint, "GOT")).json()["status"] is True
    await desk.work()
    (push,) = await desk.pushes(state="waiting")
    assert push["why"] == f"unknown waybill: {WAYBILL}"
    parcel = await desk.ship(order)
    desk.harness.clock.advance(seconds=1)
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "picked_up"


async def test_an_unknown_waybill_is_given_up_after_its_hours_and_can_be_redriven(desk, order):
    endpoint = await desk.endpoint()
    await desk.zto(endpoint, "GOT")
    tries = 0
    while not await desk.pushes(state="unmatched"):
        await desk.work()
        desk.harness.clock.advance(hours=8)
        tries += 1
    assert tries <= 11
    (push,) = await desk.pushes(state="unmatched")
    parcel = await desk.ship(order)
    again = await desk.admin.post(f"/v1/courier-pushes/{push['id']}/redrive")
    assert (again.status_code, again.json()["state"]) == (200, "received")
    await desk.work()
    shown = await desk.parcel(parcel)
    assert (shown["status"], [event["ignored"] for event in shown["events"]]) == ("pending", ["before_hand_over"])
    refused = await desk.admin.post(f"/v1/courier-pushes/{push['id']}/redrive")
    desk.harness.problem(refused, 409, "illegal_transition")


async def test_waiting_pushes_do_not_hold_up_others(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint()
    for number in range(20):
        await desk.zto(endpoint, "GOT", billCode=f"7400000000{number:04}")
    await desk.zto(endpoint, "GOT")
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "picked_up"


async def test_a_forged_push_is_refused_in_zto_s_format_stored_and_changes_nothing(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint()
    before = await desk.harness.published()
    for _ in range(3):
        answer = await desk.zto(endpoint, "SIGNED", signed_with="not the secret")
        assert (answer.status_code, answer.json()["status"]) == (200, False)
    await desk.work()
    (push,) = await desk.pushes()
    assert (push["state"], push["why"], push["reports"]) == ("refused", "signature_invalid", [])
    assert (await desk.parcel(parcel))["status"] == "pending"
    assert await desk.harness.published() == before
    again = await desk.admin.post(f"/v1/courier-pushes/{push['id']}/redrive")
    desk.harness.problem(again, 409, "illegal_transition")
    assert [each["id"] for each in await desk.pushes(state="refused")] == [push["id"]]
    wrong = await desk.admin.get("/v1/courier-pushes", params={"state": "refuse"})
    desk.harness.problem(wrong, 422, "validation_failed")


async def test_a_forged_push_does_not_block_the_genuine_one(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint()
    await desk.zto(endpoint, "SIGNED", signed_with="not the secret")
    await desk.zto(endpoint, "SIGNED")
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "delivered"


async def test_an_unknown_code_is_counted_and_changes_nothing(desk, order):
    parcel, endpoint, now = await desk.ship(order), await desk.endpoint(), desk.harness.clock.advance(hours=2)
    await desk.zto(endpoint, "GOT", at=now - timedelta(hours=1))
    await desk.zto(endpoint, "SOMETHING_NEW")
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "picked_up"
    figures = (await desk.courier.get("/metrics")).text
    assert 'aftercare_signals_total{signal="courier_unknown_code",source="zto"} 1.0' in figures


async def test_a_signed_push_that_cannot_be_read_is_acknowledged_and_kept_with_its_reason(desk):
    endpoint = await desk.endpoint()
    answer = await desk.zto_text(endpoint, "这不是 JSON")
    assert (answer.status_code, answer.json()["status"]) == (200, True)
    (push,) = await desk.pushes()
    assert push["state"] == "unreadable"
    assert "JSON" in push["why"]
    await desk.admin.post(f"/v1/courier-pushes/{push['id']}/redrive")
    await desk.work()
    assert [push["state"] for push in await desk.pushes()] == ["failed"]


async def test_an_unknown_code_is_counted_once_however_often_its_push_is_processed(desk, order):
    endpoint = await desk.endpoint("jt")
    detail = {"scanType": "快件签收", "scanTime": "2026-03-01 12:00:00", "desc": "已签收"}
    await desk.push(endpoint, {"billCode": "JT1", "details": [detail]})
    await desk.work()
    desk.harness.clock.advance(hours=73)
    await desk.work()
    [push] = await desk.pushes()
    assert push["state"] == "unmatched"
    await desk.admin.post(f"/v1/courier-pushes/{push['id']}/redrive")
    await desk.work()
    [code] = (await desk.admin.get("/v1/courier-codes")).json()["data"]
    assert (code["partner"], code["code"], code["occurrences"], code["text"]) == ("jt", "快件签收", 1, "已签收")


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(hours=23), timedelta(days=400)])
async def test_a_scan_dated_into_the_future_counts_from_its_arrival(desk, order, ahead):
    parcel, endpoint, clock = await desk.ship(order), await desk.endpoint(), desk.harness.clock
    now = clock.advance(hours=1)
    await desk.zto(endpoint, "ARRIVAL", at=now + ahead)
    await desk.work()
    [push] = await desk.pushes()
    assert (push["state"], push["why"]) == ("applied", "scans dated into the future count from their arrival")
    assert datetime.fromisoformat(push["reports"][0]["occurred_at"]) == (now + ahead).replace(microsecond=0)
    await desk.zto(endpoint, "DISPATCH", at=clock.advance(seconds=60))
    await desk.work()
    shown = await desk.parcel(parcel)
    assert (shown["status"], len(shown["events"])) == ("out_for_delivery", 2)
    assert datetime.fromisoformat(shown["events"][0]["occurred_at"]) == now


async def test_a_courier_whose_clock_is_some_minutes_ahead_keeps_its_time(desk, order):
    parcel, endpoint = await desk.ship(order), await desk.endpoint()
    at = (desk.harness.clock.now() + timedelta(minutes=4)).replace(microsecond=0)
    await desk.zto(endpoint, "ARRIVAL", at=at)
    await desk.work()
    assert [datetime.fromisoformat(each["occurred_at"]) for each in (await desk.parcel(parcel))["events"]] == [at]


async def test_messages_about_other_things_are_acknowledged_and_ignored(desk):
    endpoint = await desk.endpoint("standard-webhooks")
    assert (await desk.standard(endpoint, {"label": "A4"}, type_="parcel.label_printed")).status_code == 200
    await desk.work()
    assert [push["state"] for push in await desk.pushes()] == ["ignored"]


async def test_standard_webhooks_from_end_to_end(desk, order):
    parcel, endpoint, now = await desk.ship(order), await desk.endpoint("standard-webhooks"), desk.harness.clock.now()
    data = {"waybill_no": WAYBILL, "status": "delivered", "occurred_at": now.isoformat(), "delivered_to": "locker"}
    assert (await desk.standard(endpoint, data)).status_code == 200
    assert (await desk.standard(endpoint, data)).status_code == 200
    await desk.work()
    shown = await desk.parcel(parcel)
    assert (shown["status"], shown["delivered_to"]) == ("delivered", "locker")
    assert len(await desk.pushes()) == 1


async def test_an_old_standard_webhook_is_refused_and_recorded(desk, order):
    await desk.ship(order)
    endpoint, now = await desk.endpoint("standard-webhooks"), desk.harness.clock.now()
    data = {"waybill_no": WAYBILL, "status": "delivered", "occurred_at": now.isoformat()}
    answer = await desk.standard(endpoint, data, at=now - timedelta(minutes=6))
    assert answer.status_code == 401
    assert [push["why"] for push in await desk.pushes()] == ["timestamp_out_of_tolerance"]


@pytest.mark.parametrize("field", ["waybill_no", "status", "carrier", "reason", "occurred_at"])
@pytest.mark.parametrize("text", ["a\x00b", "\ud800"], ids=["NUL", "half a pair"])
async def test_text_that_cannot_be_stored_is_acknowledged_with_the_reason(desk, field, text):
    endpoint, now = await desk.endpoint("standard-webhooks"), desk.harness.clock.now()
    data = {"waybill_no": WAYBILL, "status": "delivered", "occurred_at": now.isoformat(), field: text}
    answer = await desk.standard(endpoint, data)
    assert (answer.status_code, answer.json()["code"]) == (200, "unreadable")
    assert [push["state"] for push in await desk.pushes()] == ["unreadable"]


@pytest.mark.parametrize("body", [b"", b"\x00", b"\xff" * 100, b"{}", b"data=%FF&data_digest=x", b"[" * 10_000])
@pytest.mark.parametrize("partner", ["zto", "standard-webhooks"])
async def test_garbage_is_refused_with_401(desk, partner, body):
    endpoint = await desk.endpoint(partner)
    answer = await desk.courier.post(endpoint["path"], content=body)
    assert answer.status_code == 401
    assert "problem" not in answer.headers["content-type"]


async def test_finished_pushes_are_deleted_after_their_retention(desk, order):
    await desk.ship(order)
    endpoint = await desk.endpoint()
    await desk.zto(endpoint, "GOT")
    await desk.work()
    desk.harness.clock.advance(hours=24 * 31)
    await desk.harness.run_workers("retention")
    assert await desk.pushes() == []


async def test_several_workers_process_each_push_once(desk, order):
    parcel, endpoint, now = await desk.ship(order), await desk.endpoint(), desk.harness.clock.advance(hours=48)
    for hours, action in enumerate(("SIGNED", "DISPATCH", "ARRIVAL", "DEPARTURE", "GOT")):
        await desk.zto(endpoint, action, at=now - timedelta(hours=hours))

    await asyncio.gather(*(desk.work() for _ in range(4)))
    assert {push["state"] for push in await desk.pushes()} == {"applied"}
    assert [push["attempts"] for push in await desk.pushes()] == [1] * 5
    shown = await desk.parcel(parcel)
    assert (shown["status"], len(shown["events"])) == ("delivered", 5)


async def test_a_push_on_which_our_code_fails_is_rescheduled_and_at_last_failed(desk, order, monkeypatch):
    await desk.ship(order)
    endpoint = await desk.endpoint()

    async def fail(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(courier_reports.parcels, "apply_scans", fail)
    await desk.zto(endpoint, "GOT")
    await desk.work()
    (push,) = await desk.pushes()
    assert (push["state"], push["why"], push["attempts"]) == ("waiting", "ZeroDivisionError", 1)
    for _ in range(11):
        desk.harness.clock.advance(hours=1)
        await desk.work()
    (push,) = await desk.pushes()
    assert (push["state"], push["attempts"], push["due_at"]) == ("failed", 12, None)
