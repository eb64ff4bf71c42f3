"""The metrics of couriers, computed from the ends of parcels."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from example_log import ExampleLog

PERIOD = {"from": "2020-01-01T00:00:00Z", "to": "2030-01-01T00:00:00Z"}


@pytest.fixture
def log() -> ExampleLog:
    return ExampleLog()


def measured(log: ExampleLog, parcel: str, hours: float, **other: Any) -> None:
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    facts: dict[str, Any] = {
        "parcel_id": parcel,
        "order_id": "ord_1",
        "buyer_id": "buyer-1",
        "merchant_id": "m-1",
        "leg": "outbound",
        "carrier": "zto",
        "waybill_no": parcel,
        "outcome": "delivered",
        "delivered": True,
        "handed_over_at": start,
        "first_scan_at": start + timedelta(hours=1),
        "first_attempt_at": start + timedelta(hours=hours),
        "ended_at": start + timedelta(hours=hours),
        "attempts": 1,
        "scans": 4,
    }
    log.record("DeliveryMeasured", **facts | other)


async def metrics(analytics: Harness, **more: str) -> list[dict[str, Any]]:
    response = await analytics.client("agent", "agent-1").get("/v1/metrics/couriers", params={**PERIOD, **more})
    assert response.status_code == 200, response.text
    data: list[dict[str, Any]] = response.json()["data"]
    return data


async def test_parcels_are_counted_and_timed_by_courier(analytics: Harness, log: ExampleLog) -> None:
    measured(log, "parcel_1", 10)
    measured(log, "parcel_2", 20, attempts=2)
    measured(log, "parcel_3", 400, anomalies=("delivery_overdue",))
    measured(log, "parcel_4", 30, outcome="lost", delivered=False, loss="lost", anomalies=("lost",), attempts=0)
    measured(log, "parcel_5", 5, carrier="sf", leg="return")
    await log.deliver_to(analytics)

    sf, zto = await metrics(analytics)

    counts = ("carrier", "parcels", "delivered", "on_time", "at_first_attempt", "lost", "damaged", "with_anomalies")
    assert [zto[name] for name in counts] == ["zto", 4, 3, 2, 2, 1, 0, 2]
    assert [sf[name] for name in counts] == ["sf", 1, 1, 1, 1, 0, 0, 0]
    assert zto["seconds_to_first_scan"] == {"count": 4, "median": 3600.0, "p90": 3600.0}
    assert zto["seconds_to_delivery"]["count"] == 3
    assert zto["seconds_to_delivery"]["median"] == 72000.0
    assert [each["carrier"] for each in await metrics(analytics, leg="return")] == ["sf"]


async def test_the_last_end_of_a_parcel_counts(analytics: Harness, log: ExampleLog) -> None:
    measured(log, "parcel_1", 10)
    measured(log, "parcel_1", 50, outcome="returned", delivered=False)
    await log.deliver_to(analytics)
    [zto] = await metrics(analytics)
    assert (zto["parcels"], zto["delivered"], zto["seconds_to_delivery"]["median"]) == (1, 0, None)


async def test_a_period_that_ends_before_it_begins_is_refused(analytics: Harness) -> None:
    wrong = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}
    response = await analytics.client("agent", "agent-1").get("/v1/metrics/couriers", params=wrong)
    assert (response.status_code, response.json()["code"]) == (422, "period_invalid")


def rated(log: ExampleLog, parcel: str, score: int, *faults: str, carrier: str = "zto") -> None:
    log.record(
        "CourierRated",
        rating_id=f"crat_{parcel}",
        parcel_id=parcel,
        order_id="ord_1",
        leg="outbound",
        carrier=carrier,
        score=score,
        faults=faults,
    )


async def test_ratings_are_counted_by_courier(analytics: Harness, log: ExampleLog) -> None:
    for number in range(1, 5):
        measured(log, f"parcel_{number}", 10)
    measured(log, "parcel_5", 10, carrier="sf")
    rated(log, "parcel_1", 1, "late", "damaged")
    rated(log, "parcel_2", 2, "late")
    rated(log, "parcel_3", 5)
    await log.deliver_to(analytics)

    sf, zto = await metrics(analytics)

    assert zto["ratings"] == {"count": 3, "mean": 2.6666666666666665, "bad": 2, "faults": {"damaged": 1, "late": 2}}
    assert sf["ratings"]["count"] == sf["ratings"]["bad"] == 0
    assert sf["ratings"].get("mean") is None
    assert sf["ratings"]["faults"] == {}
    assert zto["parcels"] == 4, "a rating adds no parcel"
