"""Disputes and verdicts. Money is in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aftersale_svc.domain.cases.codes import Liable
from aftersale_svc.domain.disputes.costs import Cost
from aftersale_svc.domain.disputes.sanctions import Sanction


class DisputeOrigin(StrEnum):
    """What a dispute was opened by."""

    COMPLAINT = "complaint"
    BUYER = "buyer"
    PLATFORM = "platform"


class DisputeCategory(StrEnum):
    """What a dispute is about: the categories of complaints."""

    UNFAIR_REJECTION = "unfair_rejection"
    REFUND_DELAYED = "refund_delayed"
    REFUND_TOO_LOW = "refund_too_low"
    NO_ANSWER = "no_answer"
    SERVICE_ATTITUDE = "service_attitude"
    QUALITY = "quality"
    COUNTERFEIT = "counterfeit"
    NOT_AS_DESCRIBED = "not_as_described"
    DELIVERY = "delivery"
    OTHER = "other"


class DisputeSide(StrEnum):
    """The sides of a dispute."""

    BUYER = "buyer"
    MERCHANT = "merchant"


class EvidenceParty(StrEnum):
    """Whom evidence is asked of."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    BOTH = "both"

    @property
    def sides(self) -> list[str]:
        """The sides that are asked."""
        return [each.value for each in DisputeSide] if self is EvidenceParty.BOTH else [self.value]


class DisputeState(StrEnum):
    """The states of a dispute."""

    AWAIT_MERCHANT_ANSWER = "await_merchant_answer"
    PLATFORM_REVIEW = "platform_review"
    AWAIT_EVIDENCE = "await_evidence"
    EXECUTING = "executing"
    EXECUTED = "executed"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    APPEAL_WINDOW = "appeal_window"
    APPEALED = "appealed"
    AWAIT_SAMPLE = "await_sample"
    SAMPLE_SENT = "sample_sent"
    AT_LAB = "at_lab"


class TakesEffect(StrEnum):
    """When a verdict is executed: with it, or when nobody can appeal against it any more."""

    AT_ONCE = "at_once"
    AFTER_APPEAL_WINDOW = "after_appeal_window"


class DisputeAction(StrEnum):
    """What can be done to a dispute."""

    ANSWER = "answer"
    ADD_EVIDENCE = "add_evidence"
    ESCALATE = "escalate"
    DECIDE = "decide"
    EXECUTE = "execute"
    WITHDRAW = "withdraw"
    TAKE = "take"
    ASSIGN = "assign"
    RELEASE = "release"
    REQUEST_EVIDENCE = "request_evidence"
    SUBMIT_EVIDENCE = "submit_evidence"
    END_ROUND = "end_round"
    PROPOSE = "propose"
    DECLINE_PROPOSAL = "decline_proposal"
    SETTLE = "settle"
    ANNOUNCE = "announce"
    FINALIZE = "finalize"
    FOLLOW_CASE = "follow_case"
    APPEAL = "appeal"
    CONFIRM_VERDICT = "confirm_verdict"
    REPLACE_VERDICT = "replace_verdict"
    ORDER_TEST = "order_test"
    SEND_SAMPLE = "send_sample"
    CORRECT_SAMPLE_WAYBILL = "correct_sample_waybill"
    RECEIVE_SAMPLE = "receive_sample"
    LOSE_SAMPLE = "lose_sample"
    REPORT_TEST = "report_test"
    CANCEL_TEST = "cancel_test"
    END_TEST = "end_test"
    RECORD_REPAYMENT = "record_repayment"
    WRITE_OFF = "write_off"


class Remedy(StrEnum):
    """What a verdict orders.

    A refund, nothing, that the case goes on where the dispute stopped it, that the goods come back for their money, that the
    merchant sends goods, or money for a buyer who keeps the goods.
    """

    REFUND = "refund"
    NONE = "none"
    RESUME = "resume"
    RETURN = "return"
    EXCHANGE = "exchange"
    COMPENSATION = "compensation"


GOES_ON = frozenset({Remedy.RESUME, Remedy.RETURN, Remedy.EXCHANGE})
"""Remedies by which the case goes on: what goes back follows from it."""


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """A buyer's complaint about a case, decided by the platform (纠纷单).

    `text` is what a buyer or the platform wrote when opening it directly; the text of a complaint stays in cs-svc.
    `merchant_silent`: the merchant let the time to answer pass, which counts against it. `arbitrator_id` is who has taken
    it. `evidence_rounds` counts the requests for evidence, `awaited` are the sides that have to submit theirs, or the
    sample for a test. `lab_tests` counts the tests that were ordered, `lab_test_id` is the one whose report is awaited, `sample_from` is the
    side that has sent the sample of the last one. `proposed_by` is the side whose proposal of a settlement is open. Of a verdict: `takes_effect` is None of one by an earlier build,
    `appeal_until` is None where nobody can appeal, `appealed_by` are the sides that have, `appealed_in` is where the dispute goes on
    if the verdict is confirmed, `tested_in` is the appeal while a test in it is open, `final_at` is when it was decided that it stays.
    `settled_debt_minor` is what of the `debt_minor` of the buyer was paid back or written off. `party_ids` are the people who have acted for a
    side, `decider_ids` those who had decided about the case when the dispute was opened, assigned or appealed.
    """

    id: str
    version: int
    case_id: str
    order_id: str
    complaint_id: str
    buyer_id: str
    merchant_id: str
    category: str
    origin: DisputeOrigin = DisputeOrigin.COMPLAINT
    opened_by: str | None = None
    text: str | None = None
    merchant_silent: bool = False
    state: DisputeState
    whose_turn: str
    deadline_at: datetime | None
    evidence: list[str]
    arbitrator_id: str | None = None
    evidence_rounds: int = 0
    awaited: list[str] = field(default_factory=list)
    proposed_by: DisputeSide | None = None
    lab_tests: int = 0
    lab_test_id: str | None = None
    sample_from: DisputeSide | None = None
    answer: str | None = None
    answered_at: datetime | None = None
    liable: Liable | None = None
    remedy: Remedy | None = None
    amount_minor: int | None = None
    currency: str
    grounds: str | None = None
    payment_ids: list[str] | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    refunded_minor: int | None = None
    takes_effect: TakesEffect | None = None
    appeal_until: datetime | None = None
    appealed_by: list[str] = field(default_factory=list)
    appealed_in: DisputeState | None = None
    tested_in: DisputeState | None = None
    final_at: datetime | None = None
    settled_debt_minor: int = 0
    party_ids: list[str] = field(default_factory=list)
    decider_ids: list[str] = field(default_factory=list)
    created_at: datetime
    updated_at: datetime

    def was_decided_by(self, person_id: str) -> bool:
        """Whether this person has decided about the case, or has given the verdict of the dispute."""
        return person_id == self.decided_by or person_id in self.decider_ids

    @property
    def debt_minor(self) -> int:
        """What a replaced verdict has paid to the buyer beyond the one in its place."""
        if self.state is not DisputeState.EXECUTED or self.final_at is None:
            return 0
        return max(0, (self.refunded_minor or 0) - (self.amount_minor or 0))

    @property
    def owed_minor(self) -> int:
        """What of it the buyer still owes."""
        return self.debt_minor - self.settled_debt_minor

    @property
    def is_appealed(self) -> bool:
        """Whether an appeal against its verdict has to be decided, perhaps after a test."""
        return DisputeState.APPEALED in (self.state, self.tested_in)

    @property
    def is_being_paid(self) -> bool:
        """Whether what was decided or agreed on is being paid; an appeal does not stop that."""
        if self.is_appealed:
            return self.takes_effect is TakesEffect.AT_ONCE and self.appealed_in is DisputeState.EXECUTING
        agreed = self.state is DisputeState.SETTLED and self.refunded_minor is None
        return agreed or self.state is DisputeState.EXECUTING


@dataclass(frozen=True, slots=True)
class Opening:
    """What is said when a dispute is opened."""

    category: str
    text: str
    evidence: list[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an arbitrator decides. Its grounds stay in this database; the event carries their hash.

    `costs` say who bears what the dispute has cost, `sanctions` are recommended. `takes_effect` None: as the settings say.
    """

    liable: Liable
    remedy: Remedy
    amount_minor: int | None
    currency: str | None
    grounds: str
    costs: tuple[Cost, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    takes_effect: TakesEffect | None = None
    payment_ids: tuple[str, ...] | None = None
