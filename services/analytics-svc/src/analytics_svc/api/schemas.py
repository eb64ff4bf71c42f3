"""What analytics-svc answers."""

from datetime import datetime
from uuid import UUID

from aftercare_chassis.http.schemas import Money, Out
from pydantic import Field

from analytics_svc.domain.model import Figures, Spread, Trace, TraceEvent


class TraceEventOut(Out):
    """One event with its six answers."""

    sequence: int = Field(description="The aggregate's version after this event: 1 to n for each subject.")
    event_id: UUID
    event_type: str = Field(examples=["AfterSaleRequested.v1"])
    source: str = Field(examples=["/aftersale-svc"])
    subject: str
    time: datetime
    affected_party: str = Field(description="This answer and the next four: `unknown` where the event gives none.")
    applicant: str
    handler: str
    matter: str
    result: str
    evidence: list[str]
    caused_by: UUID | None = Field(description="The event this one is an effect of.")

    @classmethod
    def of(cls, event: TraceEvent) -> "TraceEventOut":
        return cls.model_construct(event_type=event.type, **{name: getattr(event, name) for name in _AS_IT_IS})


_AS_IT_IS = tuple(name for name in TraceEventOut.model_fields if name != "event_type")


class TraceOut(Out):
    """The traceability record 追溯记录 of one question."""

    data: list[TraceEventOut] = Field(description="In causal order: no effect before its cause.")
    complete: bool = Field(
        description="No aggregate's sequence has a gap, no cause is missing, and no event of it waits for an operator."
    )
    truncated: bool = Field(description="Older events than these exist; only where a party is asked for.")

    @classmethod
    def of(cls, trace: Trace) -> "TraceOut":
        events = [TraceEventOut.of(event) for event in trace.events]
        return cls(data=events, complete=trace.complete, truncated=trace.truncated)


class CasesOut(Out):
    """Cases requested in the period."""

    total: int
    by_type: dict[str, int]
    by_reason: dict[str, int]
    by_state: dict[str, int]


class RefundsOut(Out):
    """Refunds paid in the period."""

    count: int
    amounts: list[Money] = Field(description="One per currency.")


class SecondsOut(Out):
    """How long it took, over the cases of the period where it happened."""

    count: int
    median: float | None
    p90: float | None

    @classmethod
    def of(cls, spread: Spread) -> "SecondsOut":
        return cls(count=spread.count, median=_rounded(spread.median), p90=_rounded(spread.p90))


class DisputesOut(Out):
    """Disputes opened in the period."""

    total: int
    by_category: dict[str, int]
    by_state: dict[str, int]
    by_liable: dict[str, int]


class RatingsOut(Out):
    """Ratings given in the period."""

    count: int
    mean: dict[str, float] = Field(description="By dimension, 1 to 5.")


class FiguresOut(Out):
    """The after-sales figures of a period, computed from events alone."""

    from_: datetime = Field(serialization_alias="from")
    to: datetime
    cases: CasesOut
    refunds: RefundsOut
    seconds_to_answer: SecondsOut
    seconds_to_refund: SecondsOut
    seconds_to_close: SecondsOut
    disputes: DisputesOut
    ratings: RatingsOut

    @classmethod
    def of(cls, start: datetime, end: datetime, figures: Figures) -> "FiguresOut":
        cases, disputes = figures.cases, figures.disputes
        return cls(
            from_=start,
            to=end,
            cases=CasesOut(
                total=sum(cases["type"].values()),
                by_type=cases["type"],
                by_reason=cases["reason"],
                by_state=cases["state"],
            ),
            refunds=RefundsOut(
                count=figures.refund_count,
                amounts=[Money.of(minor, currency) for currency, minor in figures.refunds.items()],
            ),
            seconds_to_answer=SecondsOut.of(figures.to_answer),
            seconds_to_refund=SecondsOut.of(figures.to_refund),
            seconds_to_close=SecondsOut.of(figures.to_close),
            disputes=DisputesOut(
                total=sum(disputes["state"].values()),
                by_category=disputes["category"],
                by_state=disputes["state"],
                by_liable=disputes["liable"],
            ),
            ratings=RatingsOut(
                count=figures.rating_count,
                mean={dimension: round(mean, 4) for dimension, mean in figures.ratings.items()},
            ),
        )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
