"""The figures: out of events only, for the period that was asked for."""

from datetime import timedelta
from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from written_log import START, Log, journey


async def figures(desk: Harness, **period: str) -> Any:
    given = {"from": START.isoformat(), "to": (START + timedelta(days=1)).isoformat(), **period}
    response = await desk.client("admin", "admin-1").get("/v1/metrics/after-sales", params=given)
    assert response.status_code == 200, response.text
    return response.json()


async def test_one_journey_in_figures(desk: Harness) -> None:
    await journey().reach(desk)
    assert await figures(desk) == {
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


async def test_before_anything_happened_everything_is_zero(desk: Harness) -> None:
    await journey().reach(desk)
    empty = await figures(desk, to=(START + timedelta(seconds=1)).isoformat())
    assert empty["cases"] == {"total": 0, "by_type": {}, "by_reason": {}, "by_state": {}}
    assert empty["refunds"] == {"count": 0, "amounts": []}
    assert empty["seconds_to_answer"] == {"count": 0, "median": None, "p90": None}
    assert empty["ratings"] == {"count": 0, "mean": {}}


async def test_medians_currencies_and_open_cases(desk: Harness) -> None:
    log = Log()
    for number, hours in enumerate((1, 2, 4, 10, None)):
        case = {"case_id": f"case_{number}", "order_id": f"ord_{number}", "case_type": "refund_only"}
        request = {"reason": "changed_mind", "stage": "pre_ship", "lines": (), "requested_minor": 100}
        asked = log.say("AfterSaleRequested", state="pending_review", **request, **case)
        if hours is None:
            continue
        log.now = asked.time + timedelta(hours=hours)
        log.say("AfterSaleApproved", state="refunding", cause="decision", time=log.now, **case)
        payment = {"payment_id": f"pay_{number}", "provider": "simulator", "refund_id": f"ref_{number}"}
        log.say(
            "RefundSucceeded",
            amount_minor=100,
            refunded_minor=100,
            currency="JPY" if number else "CNY",
            order_id=f"ord_{number}",
            case_id=f"case_{number}",
            **payment,
        )
    await log.reach(desk)
    body = await figures(desk, to=(START + timedelta(days=9)).isoformat())
    assert body["cases"]["by_state"] == {"pending_review": 1, "refunding": 4}
    assert body["refunds"] == {
        "count": 4,
        "amounts": [{"amount": 100, "currency": "CNY"}, {"amount": 300, "currency": "JPY"}],
    }
    assert body["seconds_to_answer"]["count"] == 4
    assert body["seconds_to_answer"]["median"] == pytest.approx(3 * 3600, abs=61)
    assert body["seconds_to_close"]["count"] == 0


async def test_without_a_period_it_is_the_last_thirty_days(desk: Harness) -> None:
    await journey().reach(desk)
    desk.clock.set(START + timedelta(days=29))
    response = await desk.client("agent", "agent-1").get("/v1/metrics/after-sales")
    assert response.json()["cases"]["total"] == 1
    desk.clock.set(START + timedelta(days=31))
    response = await desk.client("agent", "agent-1").get("/v1/metrics/after-sales")
    assert response.json()["cases"]["total"] == 0


async def test_thirty_days_before_the_first_days_there_are(desk: Harness) -> None:
    response = await desk.client("admin", "admin-1").get(
        "/v1/metrics/after-sales", params={"to": "0001-01-05T00:00:00Z"}
    )
    assert (response.status_code, response.json()["from"]) == (200, "0001-01-01T00:00:00Z")


async def test_a_period_may_be_written_in_small_letters(desk: Harness) -> None:
    assert (await figures(desk, to="2026-03-05t00:00:00z"))["to"] == "2026-03-05T00:00:00Z"
    assert (await figures(desk, to="2026-03-31t23:59:60z"))["to"] == "2026-04-01T00:00:00Z"


@pytest.mark.parametrize(
    ("period", "status"),
    [
        ({"from": "2026-03-05T00:00:00Z", "to": "2026-03-04T00:00:00Z"}, 422),
        ({"from": "2026-03-04T00:00:00Z", "to": "2026-03-04T00:00:00Z"}, 422),
        ({"from": "2026-03-04T00:00:00"}, 422),
        ({"from": "yesterday"}, 422),
        ({"to": "9999999"}, 422),
        ({"to": "0001-01-01T00:00:00Z"}, 422),
    ],
)
async def test_periods_that_are_none(desk: Harness, period: dict[str, str], status: int) -> None:
    response = await desk.client("admin", "admin-1").get("/v1/metrics/after-sales", params=period)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("role", ["buyer", "seller", "courier", "supplier"])
async def test_figures_are_for_staff(desk: Harness, role: str) -> None:
    response = await desk.client(role, "x-1", "m-1").get("/v1/metrics/after-sales")
    desk.problem(response, 403, "forbidden")
