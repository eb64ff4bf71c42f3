"""Requests for evidence, assignment and settlements of disputes, as they are sent and shown."""

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from aftercare_chassis.http.schemas import Id, In, Money, Out, PrincipalId, Text, Time, example
from aftercare_chassis.lifecycle import Context
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import Evidence
from aftersale_svc.api.schemas.cases.timelines import StepOut
from aftersale_svc.api.schemas.disputes.appeals import AppealOut, EntryOut
from aftersale_svc.api.schemas.disputes.dispute_explanations import DisputeExplanationOut
from aftersale_svc.api.schemas.disputes.disputes import DisputeOut
from aftersale_svc.api.schemas.disputes.lab_tests import LabTestOut
from aftersale_svc.api.schemas.disputes.verdicts import CiteOut, SanctionOut, VerdictCostOut
from aftersale_svc.api.schemas.money.debts import DebtEntryOut
from aftersale_svc.domain.cases.codes import Liable
from aftersale_svc.domain.decisions.model import Document
from aftersale_svc.domain.disputes.evidence import EvidenceRound
from aftersale_svc.domain.disputes.model import Dispute, DisputeSide, EvidenceParty, Remedy
from aftersale_svc.domain.disputes.parts import DisputeParts, MoneyByCase
from aftersale_svc.domain.disputes.proposals import Proposal, ProposalState, Terms
from aftersale_svc.domain.wording.dispute_explanation import explain


class AssignIn(In):
    """Who decides the dispute; without an arbitrator, the one on the roster with the fewest disputes."""

    model_config = example(arbitrator_id="arbitrator-1")

    arbitrator_id: PrincipalId | None = None
    """The arbitrator; no party of the dispute. If left out, the available one with the fewest disputes who takes cases of this type."""


class EvidenceRequestIn(In):
    """What the arbitrator misses, and of whom."""

    model_config = example(asked_of="buyer", missing="请提供开箱视频。")

    asked_of: EvidenceParty
    """Whom it is asked of."""
    missing: Text
    """What is missing; both sides can read it."""


class EvidenceSubmissionIn(In):
    """What one side submits. It may be a statement alone."""

    model_config = example(note="没有视频，附照片。", evidence=[])

    evidence: Evidence
    note: Text | None = None
    """For the timeline; both sides can read it."""


class ProposalIn(In):
    """How the dispute ends by agreement. `amount` is given with the remedies `refund` and `compensation` only."""

    model_config = example(
        liable="seller", remedy="refund", amount={"amount": 5000, "currency": "CNY"}, text="退一半，商品留用。"
    )

    remedy: Remedy
    """What follows, as by a verdict: `refund` of `amount`, `none` (the case is closed), `resume` (the case goes on), `return`,
    `exchange`, or `compensation` of `amount`."""
    liable: Liable
    """Who is liable by agreement; it counts for whether freight is refunded."""
    amount: Money | None = None
    """What the buyer gets back, freight included; at most what is left of the case's money."""
    text: Text
    """What is offered, in words; both sides can read it."""

    def terms(self) -> Terms:
        """The terms as commands take them."""
        amount = self.amount
        return Terms(
            remedy=self.remedy,
            liable=self.liable,
            amount_minor=amount.amount if amount else None,
            currency=amount.currency if amount else None,
            text=self.text,
        )


class EvidenceRoundOut(Out):
    """One request for evidence."""

    number: int
    """From 1."""
    asked_of: EvidenceParty
    """Whom it was asked of."""
    missing: str
    """What the arbitrator misses."""
    asked_at: Time
    """When it was asked for."""
    deadline_at: Time
    """Until when it had to be submitted."""
    submitted: list[DisputeSide]
    """The sides that submitted theirs in time."""
    ended_at: Time | None = None
    """When the review went on; null while the request is open."""

    @classmethod
    def of(cls, row: EvidenceRound) -> "EvidenceRoundOut":
        return cls(
            number=row.number,
            asked_of=row.asked_of,
            missing=row.missing,
            asked_at=row.asked_at,
            deadline_at=row.deadline_at,
            submitted=[DisputeSide(side) for side in row.submitted],
            ended_at=row.ended_at,
        )


class ProposalOut(Out):
    """A proposal of a settlement, and what became of it."""

    id: Id
    """Identifies the proposal: `prop_…`."""
    side: DisputeSide
    """The side that proposed it."""
    state: ProposalState
    """What became of it; the other side can answer it while it is `open`."""
    remedy: Remedy
    """What would follow."""
    liable: Liable
    """Who would be liable."""
    amount: Money
    """What the buyer would get back; zero unless the remedy has an amount."""
    text: str
    """In the words of the side that proposed it."""
    created_at: Time
    """When it was proposed."""
    deadline_at: Time | None = None
    """When it lapses; null where it is not open."""

    @classmethod
    def of(cls, row: Proposal) -> "ProposalOut":
        return cls(
            id=row.id,
            side=row.side,
            state=row.state,
            remedy=row.remedy,
            liable=row.liable,
            amount=Money.of(row.amount_minor, row.currency),
            text=row.text,
            created_at=row.created_at,
            deadline_at=row.deadline_at,
        )


class MoneyByCaseOut(Out):
    """What goes back in the case, which goes on by what was decided or agreed on."""

    expected: Money | None = None
    """What is to go back, or was: all that is asked for until that is decided; null where no money follows from the case."""
    refunded: Money
    """What has been paid back."""

    @classmethod
    def of(cls, money: MoneyByCase) -> "MoneyByCaseOut":
        """The money of the case."""
        expected, currency = money.expected_minor, money.currency
        return cls(
            expected=None if expected is None else Money.of(expected, currency),
            refunded=Money.of(money.refunded_minor, currency),
        )


class DisputeDetailOut(DisputeOut):
    """A dispute with its requests for evidence and the proposals of a settlement."""

    requests: Annotated[list[EvidenceRoundOut], Field(description="The requests for evidence, oldest first.")]
    proposals: Annotated[list[ProposalOut], Field(description="The proposals of a settlement, oldest first.")]
    cites: Annotated[list[CiteOut], Field(description="The policies that the verdict rests on.")]
    costs: Annotated[list[VerdictCostOut], Field(description="What it has cost and who bears it, by the verdict.")]
    sanctions: Annotated[list[SanctionOut], Field(description="The sanctions that the verdict recommends.")]
    appeals: Annotated[list[AppealOut], Field(description="The appeals against the verdict, oldest first.")]
    entries: Annotated[
        list[EntryOut], Field(description="What a replaced verdict leaves open; empty where nothing is.")
    ]
    debts: Annotated[
        list[DebtEntryOut], Field(description="What of that the buyer has paid back, or need not, oldest first.")
    ]
    by_case: MoneyByCaseOut | None = None
    """What goes back in the case, with the remedies `return`, `exchange` and `resume`, of which `refunded` has nothing; null with any other."""
    tests: Annotated[list[LabTestOut], Field(description="The tests of the goods that were ordered, oldest first.")]
    timeline: Annotated[list[StepOut], Field(description="The steps of the dispute as sentences, oldest first.")]
    explanation: DisputeExplanationOut
    """The dispute in sentences, for the caller."""

    @classmethod
    def with_parts(
        cls, dispute: Dispute, parts: DisputeParts, cites: Sequence[Document], reader: Context, zone: ZoneInfo
    ) -> "DisputeDetailOut":
        """The dispute as this reader sees it, with what belongs to it; times in sentences are in `zone`."""
        # The fields of the parent are values already: they are not validated a second time.
        known = dict(DisputeOut.of(dispute, reader))
        requests = [EvidenceRoundOut.of(each) for each in parts.rounds]
        return cls.model_construct(
            **known,
            requests=requests,
            proposals=[ProposalOut.of(each) for each in parts.proposals],
            cites=[CiteOut.of(each) for each in cites],
            costs=[VerdictCostOut.of(each) for each in parts.costs_in_force],
            sanctions=[SanctionOut.of(each) for each in parts.sanctions],
            appeals=[AppealOut.of(each) for each in parts.appeals],
            entries=[EntryOut.of(each) for each in parts.entries],
            debts=[DebtEntryOut.of(each) for each in parts.debts],
            by_case=None if parts.by_case is None else MoneyByCaseOut.of(parts.by_case),
            tests=[LabTestOut.of(each) for each in parts.tests],
            timeline=[StepOut.of(each, zone) for each in parts.steps],
            explanation=DisputeExplanationOut.of(
                explain(dispute, parts, reader.actor, reader.now, zone, reader.timing)
            ),
        )
