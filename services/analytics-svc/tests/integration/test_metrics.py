"""The after-sales metrics of a period, computed from events."""

from datetime import timedelta
from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from example_log import START, ExampleLog, returned_order


async def metrics(analytics: Harness, **period: str) -> Any:
    given = {"from": START.isoformat(), "to": (START + timedelta(days=1)).isoformat(), **period}
    response = await analytics.client("admin", "admin-1").get("/v1/metrics/after-sales", params=given)
    assert response.status_code == 200, response.text
    return response.json()


async def test_the_metrics_of_one_order(analytics: Harness) -> None:
    await returned_order().deliver_to(analytics)
    assert await metrics(analytics) == {
        "from": "2026-03-04T08:00:00Z",
        "to": "2026-03-05T08:00:00Z",
        "cases": {
            "total": 1,
            "by_type": {"return_refund": 1},
            "by_reason": {"quality_defect": 1},
            "by_state": {"completed": 1},
        },
        "refunds": {"count": 1, "amounts": [{"amount": 19133, "currency": "CNY"}]},
        "seconds_to_answer": {"count": 1, "median": 120.0, "p90": 120.0},
        "seconds_to_refund": {"count": 1, "median": 480.0, "p90": 480.0},
        "seconds_to_close": {"count": 1, "median": 540.0, "p90": 540.0},
        "disputes": {
            "total": 1,
            "by_category": {"unfair_rejection": 1},
            "by_state": {"executed": 1},
            "by_liable": {"seller": 1},
        },
        "ratings": {"count": 1, "mean": {"service": 5.0, "speed": 4.0}},
    }


async def test_an_empty_period_is_all_zero(analytics: Harness) -> None:
    await returned_order().deliver_to(analytics)
    empty = await metrics(analytics, to=(START + timedelta(seconds=1)).isoformat())
    assert empty["cases"] == {"total": 0, "by_type": {}, "by_reason": {}, "by_state": {}}
    assert empty["refunds"] == {"count": 0, "amounts": []}
    assert empty["seconds_to_answer"] == {"count": 0, "median": None, "p90": None}
    assert empty["ratings"] == {"count": 0, "mean": {}}


async def test_medians_currencies_and_open_cases(analytics: Harness) -> None:
    log = ExampleLog()
    for number, hours in enumerate((1, 2, 4, 10, None)):
        case = {"case_id": f"case_{number}", "order_id": f"ord_{number}", "case_type": "refund_only"}
        request = {"reason": "changed_mind", "stage": "pre_ship", "lines": (), "requested_minor": 100}
        requested = log.record("AfterSaleRequested", state="pending_review", **request, **case)
        if hours is None:
            continue
        log.now = requested.time + timedelta(hours=hours)
        log.record("AfterSaleApproved", state="refunding", cause="decision", time=log.now, **case)
        payment = {"payment_id": f"pay_{number}", "provider": "simulator", "refund_id": f"ref_{number}"}
        log.record(
            "RefundSucceeded",
            amount_minor=100,
            refunded_minor=100,
            currency="JPY" if number else "CNY",
            order_id=f"ord_{number}",
            case_id=f"case_{number}",
            **payment,
        )
    await log.deliver_to(analytics)
    body = await metrics(analytics, to=(START + timedelta(days=9)).isoformat())
    assert body["cases"]["by_state"] == {"pending_review": 1, "refunding": 4}
    assert body["refunds"] == {
        "count": 4,
        "amounts": [{"amount": 100, "currency": "CNY"}, {"amount": 300, "currency": "JPY"}],
    }
    assert body["seconds_to_answer"]["count"] == 4
    assert body["seconds_to_answer"]["median"] == pytest.approx(3 * 3600, abs=61)
    assert body["seconds_to_close"]["count"] == 0


async def test_what_came_back_and_was_given_back_otherwise_counts_once(analytics: Harness) -> None:
    log = returned_order()
    payment = {"payment_id": "pay_1", "order_id": "ord_1", "provider": "simulator", "amount_minor": 19133}
    back = {**payment, "refund_id": "ref_1", "case_id": "case_1", "refunded_minor": 0}
    log.record("RefundReversed", failure_code="account_closed", **back)
    await log.deliver_to(analytics)
    body = await metrics(analytics)
    assert body["refunds"] == {"count": 0, "amounts": []}
    assert body["seconds_to_refund"]["count"] == 0
    given = log.record("RefundSucceeded", refund_id="ref_2", refunded_minor=19133, outside="bank_transfer", **payment)
    await analytics.deliver(given)
    assert (await metrics(analytics))["refunds"] == {"count": 1, "amounts": [{"amount": 19133, "currency": "CNY"}]}


async def test_the_default_period_is_the_last_thirty_days(analytics: Harness) -> None:
    await returned_order().deliver_to(analytics)
    analytics.clock.set(START + timedelta(days=29))
    response = await analytics.client("agent", "agent-1").get("/v1/metrics/after-sales")
    assert response.json()["cases"]["total"] == 1
    analytics.clock.set(START + timedelta(days=31))
    response = await analytics.client("agent", "agent-1").get("/v1/metrics/after-sales")
    assert response.json()["cases"]["total"] == 0


async def test_the_default_period_does_not_begin_before_the_year_one(analytics: Harness) -> None:
    response = await analytics.client("admin", "admin-1").get(
        "/v1/metrics/after-sales", params={"to": "0001-01-05T00:00:00Z"}
    )
    assert (response.status_code, response.json()["from"]) == (200, "0001-01-01T00:00:00Z")


async def test_a_time_may_be_in_lower_case(analytics: Harness) -> None:
    assert (await metrics(analytics, to="2026-03-05t00:00:00z"))["to"] == "2026-03-05T00:00:00Z"
    assert (await metrics(analytics, to="2026-03-31t23:59:60z"))["to"] == "2026-04-01T00:00:00Z"


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ({"from": "2026-03-05T00:00:00Z", "to": "2026-03-04T00:00:00Z"}, "period_invalid"),
        ({"from": "2026-03-04T00:00:00Z", "to": "2026-03-04T00:00:00Z"}, "period_invalid"),
        ({"from": "2026-03-04T00:00:00"}, "validation_failed"),
        ({"from": "yesterday"}, "validation_failed"),
        ({"to": "9999999"}, "validation_failed"),
        ({"to": "0001-01-01T00:00:00Z"}, "period_invalid"),
    ],
)
async def test_an_invalid_period_is_refused(analytics: Harness, period: dict[str, str], code: str) -> None:
    response = await analytics.client("admin", "admin-1").get("/v1/metrics/after-sales", params=period)
    analytics.problem(response, 422, code)


@pytest.mark.parametrize("role", ["buyer", "seller", "courier", "supplier"])
async def test_metrics_are_for_staff_only(analytics: Harness, role: str) -> None:
    response = await analytics.client(role, "x-1", "m-1").get("/v1/metrics/after-sales")
    analytics.problem(response, 403, "forbidden")
