"""Bodies of responses."""

from datetime import datetime
from uuid import UUID

from aftercare_chassis.http.schemas import Money, Out
from pydantic import Field

from analytics_svc.domain.metrics import AfterSalesMetrics, Durations
from analytics_svc.domain.traces import Trace, TraceEvent


class TraceEventOut(Out):
    """One event of the log."""

    sequence: int = Field(description="The number of the event among those of its subject: 1 to n.")
    event_id: UUID
    event_type: str = Field(examples=["AfterSaleRequested.v1"])
    source: str = Field(description="The service that published it.", examples=["/aftersale-svc"])
    subject: str = Field(description="The id of the document that changed.")
    time: datetime
    affected_party: str = Field(
        description="受害者: whose right or interest is concerned. Here and in the next four fields `unknown` where the event "
        "does not say."
    )
    applicant: str = Field(description="申请人: who asked for it.")
    handler: str = Field(description="处理人: who did it; `system` for a timer or a consequence.")
    matter: str = Field(description="事项: a code for what happened.")
    result: str = Field(description="结果: a code for the outcome.")
    evidence: list[str] = Field(description="Hashes of texts and files.")
    caused_by: UUID | None = Field(description="The id of the event that caused this one.")

    @classmethod
    def of(cls, event: TraceEvent) -> "TraceEventOut":
        """The event, without validation: the row has been validated."""
        return cls.model_construct(event_type=event.type, **{name: getattr(event, name) for name in _SAME_NAMES})


_SAME_NAMES = tuple(name for name in TraceEventOut.model_fields if name != "event_type")


class TraceOut(Out):
    """The traceability record 追溯记录 of one subject."""

    data: list[TraceEventOut] = Field(description="In causal order: every event follows its cause.")
    complete: bool = Field(
        description="True where no sequence has a gap, no cause is missing and no event of the trace is set aside for an "
        "operator."
    )
    truncated: bool = Field(description="True where older events exist; only for a party.")

    @classmethod
    def of(cls, trace: Trace) -> "TraceOut":
        """The trace as a response."""
        events = [TraceEventOut.of(event) for event in trace.events]
        return cls(data=events, complete=trace.complete, truncated=trace.truncated)


class CasesOut(Out):
    """The cases requested in the period."""

    total: int
    by_type: dict[str, int]
    by_reason: dict[str, int]
    by_state: dict[str, int] = Field(description="By their present state.")


class RefundsOut(Out):
    """The refunds paid in the period."""

    count: int
    amounts: list[Money] = Field(description="The sum for each currency.")


class SecondsOut(Out):
    """How many seconds a step took since the request, over the cases of the period that have reached it."""

    count: int = Field(description="The number of cases that have reached the step.")
    median: float | None
    p90: float | None = Field(description="The 90th percentile.")

    @classmethod
    def of(cls, durations: Durations) -> "SecondsOut":
        """The durations, rounded to milliseconds."""
        return cls(count=durations.count, median=_rounded(durations.median), p90=_rounded(durations.p90))


class DisputesOut(Out):
    """The disputes opened in the period."""

    total: int
    by_category: dict[str, int]
    by_state: dict[str, int] = Field(description="By their present state.")
    by_liable: dict[str, int] = Field(description="By who was found liable; disputes without a verdict are left out.")


class RatingsOut(Out):
    """The ratings given in the period, with their present scores."""

    count: int
    mean: dict[str, float] = Field(description="The mean score of each dimension, from 1 to 5.")


class FiguresOut(Out):
    """The after-sales metrics of a period."""

    from_: datetime = Field(serialization_alias="from")
    to: datetime
    cases: CasesOut
    refunds: RefundsOut
    seconds_to_answer: SecondsOut = Field(description="Until the merchant or an agent approved or rejected.")
    seconds_to_refund: SecondsOut = Field(description="Until the last refund was paid.")
    seconds_to_close: SecondsOut = Field(description="Until the case ended.")
    disputes: DisputesOut
    ratings: RatingsOut

    @classmethod
    def of(cls, start: datetime, end: datetime, metrics: AfterSalesMetrics) -> "FiguresOut":
        """The metrics as a response."""
        return cls(
            from_=start,
            to=end,
            cases=_cases(metrics),
            refunds=RefundsOut(
                count=metrics.refund_count,
                amounts=[Money.of(minor, currency) for currency, minor in metrics.refunds.items()],
            ),
            seconds_to_answer=SecondsOut.of(metrics.to_answer),
            seconds_to_refund=SecondsOut.of(metrics.to_refund),
            seconds_to_close=SecondsOut.of(metrics.to_close),
            disputes=_disputes(metrics),
            ratings=RatingsOut(
                count=metrics.rating_count,
                mean={dimension: round(mean, 4) for dimension, mean in metrics.ratings.items()},
            ),
        )


def _cases(metrics: AfterSalesMetrics) -> CasesOut:
    counts = metrics.cases
    return CasesOut(
        total=sum(counts["type"].values()),
        by_type=counts["type"],
        by_reason=counts["reason"],
        by_state=counts["state"],
    )


def _disputes(metrics: AfterSalesMetrics) -> DisputesOut:
    counts = metrics.disputes
    return DisputesOut(
        total=sum(counts["state"].values()),
        by_category=counts["category"],
        by_state=counts["state"],
        by_liable=counts["liable"],
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
