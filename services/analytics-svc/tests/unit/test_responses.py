"""Responses: what of a trace and of metrics is shown, and how."""

from datetime import UTC, datetime

from analytics_examples import event
from analytics_svc.api.schemas import FiguresOut, SecondsOut, TraceOut
from analytics_svc.domain.metrics import AfterSalesMetrics, Durations
from analytics_svc.domain.traces import Trace

NONE = Durations(count=0, median=None, p90=None)


def test_durations_are_rounded_to_milliseconds() -> None:
    shown = SecondsOut.of(Durations(count=3, median=1.23456, p90=2.0))
    assert (shown.count, shown.median, shown.p90) == (3, 1.235, 2.0)


def test_a_duration_that_no_case_has_is_null() -> None:
    assert SecondsOut.of(NONE).model_dump() == {"count": 0, "median": None, "p90": None}


def test_totals_are_the_sums_of_the_counts() -> None:
    metrics = AfterSalesMetrics(
        cases={"type": {"refund_only": 2, "return_refund": 3}, "reason": {"changed_mind": 5}, "state": {"closed": 5}},
        refunds={"CNY": 1999, "JPY": 500},
        refund_count=4,
        to_answer=NONE,
        to_refund=NONE,
        to_close=NONE,
        disputes={"category": {"quality": 2}, "state": {"executed": 1, "withdrawn": 1}, "liable": {"seller": 1}},
        ratings={"speed": 4.33333333},
        rating_count=3,
    )
    shown = FiguresOut.of(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), metrics)
    assert (shown.cases.total, shown.disputes.total) == (5, 2)
    assert [(money.amount, money.currency) for money in shown.refunds.amounts] == [(1999, "CNY"), (500, "JPY")]
    assert shown.ratings.mean == {"speed": 4.3333}
    assert shown.model_dump(by_alias=True)["from"] == datetime(2026, 3, 1, tzinfo=UTC)


def test_an_event_is_shown_without_what_the_trace_needs_inside() -> None:
    [shown] = TraceOut.of(Trace(events=[event(1, "ord_1", 1)], complete=True)).model_dump()["data"]
    assert shown["event_type"] == "SomethingHappened.v1"
    assert not {"work_id", "correlation_id", "topic", "documents", "parties", "type"} & shown.keys()
