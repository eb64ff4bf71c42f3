"""Bodies of responses."""

from datetime import datetime
from uuid import UUID

from aftercare_chassis.http.schemas import Money, Out
from pydantic import Field

from analytics_svc.domain.metrics import AfterSalesMetrics, Durations
from analytics_svc.domain.traces import Trace, TraceEvent


class TraceEventOut(Out):
    """One event of the log."""

    sequence: int
    """The number of the event among those of its subject: 1 to n."""
    event_id: UUID
    """Identifies the event; `caused_by` of others refers to it."""
    event_type: str = Field(examples=["AfterSaleRequested.v1"])
    """What kind of event it is, with the version of its schema."""
    source: str = Field(examples=["/aftersale-svc"])
    """The service that published it."""
    subject: str
    """The id of the document that changed."""
    time: datetime
    """When it happened."""
    affected_party: str
    """受害者: whose right or interest is concerned. Here and in the next four fields `unknown` where the event does not
    say."""
    applicant: str
    """申请人: who asked for it."""
    handler: str
    """处理人: who did it; `system` for a timer or a consequence."""
    matter: str
    """事项: a code for what happened."""
    result: str
    """结果: a code for the outcome."""
    evidence: list[str]
    """Hashes of texts and files."""
    caused_by: UUID | None
    """The `event_id` of the event that caused this one; null where a person or a timer did."""

    @classmethod
    def of(cls, event: TraceEvent) -> "TraceEventOut":
        """The event, without validation: the row has been validated."""
        return cls.model_construct(event_type=event.type, **{name: getattr(event, name) for name in _SAME_NAMES})


_SAME_NAMES = tuple(name for name in TraceEventOut.model_fields if name != "event_type")


class TraceOut(Out):
    """The traceability record 追溯记录 of one subject."""

    data: list[TraceEventOut]
    """In causal order: every event follows its cause."""
    complete: bool
    """True where no sequence has a gap, no cause is missing and no event of the trace is set aside for an operator."""
    truncated: bool
    """True where older events exist; only for a party."""

    @classmethod
    def of(cls, trace: Trace) -> "TraceOut":
        """The trace as a response."""
        events = [TraceEventOut.of(event) for event in trace.events]
        return cls(data=events, complete=trace.complete, truncated=trace.truncated)


class CasesOut(Out):
    """The cases requested in the period."""

    total: int
    """All of them."""
    by_type: dict[str, int]
    """How many of each type, such as `return_refund`; types without cases are left out."""
    by_reason: dict[str, int]
    """How many for each reason, such as `quality_defect`; reasons without cases are left out."""
    by_state: dict[str, int]
    """How many are in each state now; states without cases are left out."""


class RefundsOut(Out):
    """The refunds paid in the period, without what came back to the merchant afterwards."""

    count: int
    """All of them, whatever the currency."""
    amounts: list[Money]
    """The sum for each currency."""


class SecondsOut(Out):
    """How many seconds a step took since the request, over the cases of the period that have reached it."""

    count: int
    """The number of cases that have reached the step."""
    median: float | None
    """Half of these cases took at most so many seconds; null where no case has reached the step."""
    p90: float | None
    """The 90th percentile, in seconds; null where no case has reached the step."""

    @classmethod
    def of(cls, durations: Durations) -> "SecondsOut":
        """The durations, rounded to milliseconds."""
        return cls(count=durations.count, median=_rounded(durations.median), p90=_rounded(durations.p90))


class DisputesOut(Out):
    """The disputes opened in the period."""

    total: int
    """All of them."""
    by_category: dict[str, int]
    """How many of each category of complaint, such as `unfair_rejection`; others are left out."""
    by_state: dict[str, int]
    """How many are in each state now; states without disputes are left out."""
    by_liable: dict[str, int]
    """By who was found liable; disputes without a verdict are left out."""


class RatingsOut(Out):
    """The ratings given in the period, with their present scores."""

    count: int
    """All of them."""
    mean: dict[str, float]
    """The mean score of each dimension, from 1 to 5; empty where there are no ratings."""


class FiguresOut(Out):
    """The after-sales metrics of a period."""

    from_: datetime = Field(serialization_alias="from")
    """The beginning of the period, inclusive."""
    to: datetime
    """The end of the period, exclusive."""
    cases: CasesOut
    """Counts of the cases that were requested in the period."""
    refunds: RefundsOut
    """The refunds paid in the period, for cases or not."""
    seconds_to_answer: SecondsOut
    """From the request until the merchant or an agent approved or rejected."""
    seconds_to_refund: SecondsOut
    """From the request until the last refund was paid."""
    seconds_to_close: SecondsOut
    """From the request until the case ended."""
    disputes: DisputesOut
    """Counts of the disputes that were opened in the period."""
    ratings: RatingsOut
    """How the cases were rated: the ratings that were given in the period."""

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
