"""What is sent to the routes of disputes, and disputes as they are shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    DeadlineAt,
    In,
    Money,
    Out,
    Text,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.http.turns import effects_of
from aftercare_chassis.lifecycle import Context
from aftercare_chassis.records import replace
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import CitationIn, Evidence, PaymentIds, RequiredEvidence
from aftersale_svc.api.schemas.disputes.frozen import DisputeTurn
from aftersale_svc.api.schemas.disputes.verdicts import CostIn, SanctionIn
from aftersale_svc.domain.cases.codes import Liable
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import (
    Dispute,
    DisputeCategory,
    DisputeOrigin,
    DisputeSide,
    DisputeState,
    Opening,
    Remedy,
    TakesEffect,
    Verdict,
)
from aftersale_svc.domain.policies.model import Citation

_PHOTO = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class DisputeIn(In):
    """What the buyer, or the platform, says when opening a dispute."""

    model_config = example(category="unfair_rejection", text="商家无理由拒绝退货。", evidence=[_PHOTO])

    category: DisputeCategory
    """What the dispute is about."""
    text: Text
    """What happened, or the grounds of the platform; both sides can read it."""
    evidence: Evidence

    def opening(self) -> Opening:
        """What is said, as commands take it."""
        return Opening(self.category, self.text, self.evidence)


class AnswerIn(In):
    """The merchant's answer."""

    model_config = example(text="签收时外观完好，请看附图。", evidence=[_PHOTO])

    text: Text
    """What the merchant says to the complaint; the buyer and the platform can read it."""
    evidence: Evidence


class EvidenceIn(In):
    """Evidence for one side, by its hash."""

    model_config = example(evidence=[_PHOTO], note="开箱照片")

    evidence: RequiredEvidence
    note: Text | None = None
    """For the timeline; both sides can read it."""


class JudgementIn(In):
    """Who is liable, and what follows. `amount` is given with the remedies `refund` and `compensation` only."""

    model_config = example(
        liable="seller",
        remedy="refund",
        amount={"amount": 19133, "currency": "CNY"},
        grounds="商品与描述不符，支持退款。",
    )

    liable: Liable
    """Who is at fault; it counts for whether freight is refunded."""
    remedy: Remedy
    """What follows: `refund` of `amount`, `none` (the case is closed), `resume` (the case goes on), `return` (the buyer sends the
    goods back, and gets the money once they were inspected), `exchange` (the merchant sends goods, where others are to come back for
    them once they have), or `compensation` (`amount` goes back, and the buyer keeps the goods)."""
    amount: Money | None = None
    """What the buyer gets back, with `refund` freight included; required with `refund` and `compensation`, refused with any other
    remedy."""
    grounds: Text
    """Why; both sides can read it."""
    cites: Annotated[list[CitationIn], Field(default_factory=list, max_length=20)]
    """The published policies that it rests on; the version in force where none is named."""
    costs: Annotated[list[CostIn], Field(default_factory=list, max_length=20)]
    """What the dispute has cost, and who bears it."""
    sanctions: Annotated[list[SanctionIn], Field(default_factory=list, max_length=10)]
    """The sanctions that it recommends."""

    def citations(self) -> list[Citation]:
        """What it cites, as commands take it."""
        return [each.citation() for each in self.cites]

    def verdict(self) -> Verdict:
        """The verdict as commands take it."""
        amount = self.amount
        return Verdict(
            liable=self.liable,
            remedy=self.remedy,
            amount_minor=amount.amount if amount else None,
            currency=amount.currency if amount else None,
            grounds=self.grounds,
            costs=tuple(each.cost() for each in self.costs),
            sanctions=tuple(each.sanction() for each in self.sanctions),
        )


class VerdictIn(JudgementIn):
    """A verdict, and when it is executed."""

    takes_effect: TakesEffect | None = None
    """When it is executed: `at_once`, or `after_appeal_window`, when nobody can appeal any more. Where it is left out, a verdict by which the
    case goes on (`resume`, `return`, `exchange`) waits, and any other is executed as the platform has set it. Against one that is executed
    at once, an appeal is possible for the same time, unless the case goes on by it."""
    payment_ids: PaymentIds = None
    """Of an order that was paid in several payments, those that the money is refunded from first, in this order. Where it is left out: as
    the approval of the case had it, or else the newest first."""

    def verdict(self) -> Verdict:
        """The verdict as commands take it."""
        chosen = None if self.payment_ids is None else tuple(self.payment_ids)
        return replace(JudgementIn.verdict(self), takes_effect=self.takes_effect, payment_ids=chosen)


class DisputeOut(Out):
    """A dispute: its state, whose turn it is, what was decided and why."""

    id: str
    """Identifies the dispute: `dsp_…`."""
    version: Version
    case_id: str
    """The case that the dispute stops."""
    order_id: str
    """The order of the case."""
    complaint_id: str
    """The complaint in cs-svc that opened the dispute, or that cs-svc registers for a dispute opened in the case itself."""
    buyer_id: str
    """The buyer of the order."""
    merchant_id: str
    """The merchant of the order."""
    category: str
    """What the complaint is about, such as `unfair_rejection`; the categories of complaints in cs-svc."""
    origin: DisputeOrigin
    """What opened it: a complaint, the buyer in the case itself, or the platform."""
    text: str | None = None
    """What the buyer or the platform wrote when opening it; null where a complaint did, whose text is in cs-svc."""
    merchant_silent: bool
    """Whether the merchant let the time to answer pass, which counts against it."""
    state: DisputeState
    """How far the dispute is; `executed`, `settled` and `withdrawn` are its ends."""
    whose_turn: DisputeTurn
    """Who has to act next; `nobody` in a final state."""
    deadline_at: DeadlineAt
    deadline_effect: Annotated[str | None, effects_of(DISPUTE)] = None
    arbitrator_id: str | None = None
    """The arbitrator who has it; null while nobody does."""
    evidence_rounds: int
    """How often evidence was asked for."""
    awaited: list[DisputeSide]
    """The sides that still have to submit the evidence asked for, or to send the sample for a test."""
    proposed_by: DisputeSide | None = None
    """The side whose proposal of a settlement is open; null where none is."""
    lab_tests: int
    """How often a test of the goods was ordered."""
    lab_test_id: str | None = None
    """The test whose report is awaited; null where none is."""
    evidence: list[str]
    """Hashes of the files of both sides: `sha256:…`."""
    answer: str | None = None
    """What the merchant says; null while there is no answer."""
    answered_at: Time | None = None
    """Null while the merchant has not answered."""
    liable: Liable | None = None
    """Who is at fault; null before the verdict."""
    remedy: Remedy | None = None
    """What the verdict orders; null before it."""
    amount: Money | None = None
    """What the buyer is to get back, freight included: zero unless the remedy has an amount; null before the verdict."""
    grounds: str | None = None
    """Why it was decided so; null before the verdict."""
    decided_by: str | None = None
    """The id of the arbitrator; null before the verdict."""
    decided_at: Time | None = None
    """When the verdict was given; null before it."""
    refunded: Money | None = None
    """What the verdict has paid back; null until it is executed."""
    takes_effect: TakesEffect | None = None
    """When the verdict is executed; null before it."""
    appeal_until: Time | None = None
    """Until when either side may appeal; null where nobody can."""
    appealed_by: list[DisputeSide]
    """The sides that have appealed."""
    final_at: Time | None = None
    """When it was decided that the verdict, or the one in its place, is final; null before that."""
    owed_by_buyer: Money
    """What the buyer still owes of what a replaced verdict had paid too much."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, dispute: Dispute, reader: Context) -> "DisputeOut":
        """The dispute as this reader sees it."""
        return cls(
            id=dispute.id,
            version=dispute.version,
            case_id=dispute.case_id,
            order_id=dispute.order_id,
            complaint_id=dispute.complaint_id,
            buyer_id=dispute.buyer_id,
            merchant_id=dispute.merchant_id,
            category=dispute.category,
            origin=dispute.origin,
            text=dispute.text,
            merchant_silent=dispute.merchant_silent,
            state=dispute.state,
            whose_turn=dispute.whose_turn,
            deadline_at=dispute.deadline_at,
            deadline_effect=DISPUTE.deadline_effect(dispute),
            arbitrator_id=dispute.arbitrator_id,
            evidence_rounds=dispute.evidence_rounds,
            awaited=[DisputeSide(side) for side in dispute.awaited],
            proposed_by=dispute.proposed_by,
            lab_tests=dispute.lab_tests,
            lab_test_id=dispute.lab_test_id,
            evidence=dispute.evidence,
            answer=dispute.answer,
            answered_at=dispute.answered_at,
            liable=dispute.liable,
            remedy=dispute.remedy,
            amount=_money(dispute.amount_minor, dispute.currency),
            grounds=dispute.grounds,
            decided_by=dispute.decided_by,
            decided_at=dispute.decided_at,
            refunded=_money(dispute.refunded_minor, dispute.currency),
            takes_effect=dispute.takes_effect,
            appeal_until=dispute.appeal_until,
            appealed_by=[DisputeSide(side) for side in dispute.appealed_by],
            final_at=dispute.final_at,
            owed_by_buyer=Money.of(dispute.owed_minor, dispute.currency),
            allowed_actions=AllowedOut.of(
                DISPUTE.allowed(dispute, reader.actor, DisputeFacts.of(reader), reader.now, reader.timing)
            ),
            created_at=dispute.created_at,
            updated_at=dispute.updated_at,
        )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money.of(minor, currency)
