"""Codes that a release knows and an earlier one did not: the scans that were kept are read again, and parcels move by their true times."""

from datetime import timedelta
from typing import Any

import pytest
from aftercare_events import OrderDelivered, ParcelStatusChanged
from order_svc.commands.parcels import reread_scans
from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.partners import kuaidi100, zto
from order_svc.integrations.couriers.port import Meaning
from order_svc.workers import courier_codes

DELIVERED = Meaning(ParcelStatus.DELIVERED)


async def reread(desk: Any) -> None:
    await desk.harness.run_workers(courier_codes.NAME)


async def codes(desk: Any) -> list[tuple[str, str, int]]:
    found = (await desk.admin.get("/v1/courier-codes")).json()["data"]
    return [(each["partner"], each["code"], each["occurrences"]) for each in found]


async def test_kept_scans_are_read_again_once(desk: Any, order: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reread_scans, "AT_A_TIME", 2)
    parcel, endpoint, clock = await desk.ship(order), await desk.endpoint(), desk.harness.clock
    for number in range(5):
        await desk.zto(endpoint, "ARRIVAL", billCode=f"7300000000010{number}")
    await desk.zto(endpoint, "ARRIVAL", at=clock.advance(hours=1))
    signed_at = clock.advance(hours=1).replace(microsecond=0)
    await desk.zto(endpoint, "SIGNED_BY_DRONE", at=signed_at)
    await desk.zto(endpoint, "STILL_UNKNOWN", at=signed_at)
    clock.advance(hours=30)
    await desk.work()
    await reread(desk)
    before = await desk.parcel(parcel)
    assert (before["status"], await codes(desk)) == (
        "in_transit",
        [("zto", "STILL_UNKNOWN", 1), ("zto", "SIGNED_BY_DRONE", 1)],
    )
    monkeypatch.setitem(zto._ACTIONS, "SIGNED_BY_DRONE", DELIVERED)
    await reread(desk)
    after = await desk.parcel(parcel)
    assert (after["status"], after["status_at"]) == ("delivered", f"{signed_at:%Y-%m-%dT%H:%M:%SZ}")
    times = [
        {each["raw_code"]: (each["occurred_at"], each["received_at"]) for each in shown["events"]}
        for shown in (before, after)
    ]
    assert times[0] == times[1]
    assert await codes(desk) == [("zto", "STILL_UNKNOWN", 1)]
    [delivered] = [each for each in await desk.harness.published() if isinstance(each, OrderDelivered)]
    assert delivered.delivered_at == signed_at
    published = await desk.harness.published()
    await reread(desk)
    await desk.zto(endpoint, "SIGNED_BY_DRONE", at=signed_at)
    await desk.work()
    assert await desk.harness.published() == published
    [push] = [
        each for each in await desk.pushes(limit=50) if (each["reports"] or [{}])[0]["raw_code"] == "SIGNED_BY_DRONE"
    ]
    assert (push["state"], push["reports"][0]["status"]) == ("applied", "delivered")


async def test_a_parcel_that_has_gone_on_stays_where_it_is(
    desk: Any, order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What had no meaning was before the newest scan."""
    parcel, endpoint, clock = await desk.ship(order), await desk.endpoint(), desk.harness.clock
    await desk.zto(endpoint, "SORTED", at=clock.advance(hours=1))
    await desk.zto(endpoint, "DISPATCH", at=clock.advance(hours=1))
    await desk.work()
    monkeypatch.setitem(zto._ACTIONS, "SORTED", Meaning(ParcelStatus.IN_TRANSIT))
    await reread(desk)
    assert await desk.scans(parcel) == [("in_transit", None), ("out_for_delivery", None)]
    moves = [each.status for each in await desk.harness.published() if isinstance(each, ParcelStatusChanged)]
    assert moves == ["out_for_delivery"]


async def test_a_history_that_comes_again_has_the_meaning_too(
    desk: Any, order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partner that pushes whole histories pushes the scan once more after the release, before anything is read again."""
    parcel, endpoint = await desk.ship(order), await desk.endpoint("kuaidi100")
    at = desk.harness.clock.advance(hours=1) + timedelta(hours=8)
    row = {"ftime": f"{at:%Y-%m-%d %H:%M:%S}", "context": "快件有新状态", "statusCode": "399", "status": "新"}
    last = {"message": "", "com": "zhongtong", "nu": parcel["waybill_no"], "data": [row]}
    await desk.push(endpoint, {"status": "polling", "lastResult": last})
    await desk.work()
    assert await desk.scans(parcel) == [("unknown", None)]
    table = next(value for name, value in vars(kuaidi100).items() if isinstance(value, dict) and "301" in value)
    monkeypatch.setitem(table, "399", DELIVERED)
    await desk.push(endpoint, {"status": "polling", "message": "again", "lastResult": last})
    await desk.work()
    assert await desk.scans(parcel) == [("delivered", None)]
    await reread(desk)
    assert await codes(desk) == []
    moves = [each.status for each in await desk.harness.published() if isinstance(each, ParcelStatusChanged)]
    assert moves == ["delivered"]
