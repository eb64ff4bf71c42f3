"""Appeals against verdicts, as they are sent and shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import In, Money, Out, Text, Time, example
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import CitationIn, Evidence
from aftersale_svc.domain.disputes.appeals import Appeal, AppealOutcome, Entry, EntryDirection
from aftersale_svc.domain.disputes.model import DisputeSide
from aftersale_svc.domain.policies.model import Citation


class AppealIn(In):
    """Why one side does not accept the verdict."""

    model_config = example(grounds="裁决没有考虑开箱视频。", evidence=[])

    grounds: Text
    """Why; both sides can read it."""
    evidence: Evidence


class ConfirmationIn(In):
    """Why the verdict stays."""

    model_config = example(grounds="申诉没有新的事实，维持原判。")

    grounds: Text
    """Why; both sides can read it."""
    cites: Annotated[list[CitationIn], Field(default_factory=list, max_length=20)]
    """The published policies that it rests on; the version in force where none is named."""

    def citations(self) -> list[Citation]:
        """What it cites, as commands take it."""
        return [each.citation() for each in self.cites]


class AppealOut(Out):
    """The appeal of one side, and what became of it."""

    side: DisputeSide
    """The side that appealed."""
    appealed_at: Time
    """When."""
    grounds: str
    """Why, in the words of that side."""
    evidence: list[str]
    """Hashes of the files that came with it."""
    outcome: AppealOutcome | None = None
    """What was decided; null while it is open."""
    decided_at: Time | None = None
    """When; null while it is open."""
    decision: str | None = None
    """Why it was decided so; null while it is open."""

    @classmethod
    def of(cls, row: Appeal) -> "AppealOut":
        return cls(
            side=row.side,
            appealed_at=row.appealed_at,
            grounds=row.grounds,
            evidence=row.evidence,
            outcome=row.outcome,
            decided_at=row.decided_at,
            decision=row.decision,
        )


class EntryOut(Out):
    """What a replaced verdict has paid too much or too little. It is recorded; no money moves by it."""

    direction: EntryDirection
    """Who owes whom."""
    amount: Money
    """How much."""
    recorded_at: Time
    """When the verdict was replaced."""

    @classmethod
    def of(cls, row: Entry) -> "EntryOut":
        return cls(
            direction=row.direction, amount=Money.of(row.amount_minor, row.currency), recorded_at=row.recorded_at
        )
