"""Disputes about after-sale cases, published by aftersale-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.catalogue.complaints import ComplaintCategory
from aftercare_events.catalogue.deadlines import DeadlineChange
from aftercare_events.catalogue.decisions import DecisionId, PolicyArticleId, PolicyVersion
from aftercare_events.catalogue.verdicts import DisputeCost, PolicyCitation, RecommendedSanction
from aftercare_events.event import Event
from aftercare_events.fields import (
    BuyerId,
    CaseId,
    Code,
    ComplaintId,
    Currency,
    DeadlineAt,
    DisputeId,
    Hash,
    MerchantId,
    Minor,
    OrderId,
    Time,
)
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class DisputeState(Vocabulary):
    """The states of a dispute."""

    AWAIT_MERCHANT_ANSWER = "await_merchant_answer", "the merchant has to answer"
    PLATFORM_REVIEW = "platform_review", "an arbitrator has to decide"
    AWAIT_EVIDENCE = "await_evidence", "one side or both have to submit evidence"
    EXECUTING = "executing", "decided; what the verdict orders is being done"
    EXECUTED = "executed", "ended: what the verdict orders has been done"
    SETTLED = "settled", "ended by agreement; what was agreed is executed like a verdict"
    WITHDRAWN = "withdrawn", "ended by the buyer"
    APPEAL_WINDOW = "appeal_window", "decided; the verdict is executed unless one side appeals in time"
    APPEALED = "appealed", "one side has appealed; another arbitrator has to decide"
    AWAIT_SAMPLE = "await_sample", "one side has to send the sample for a test"
    SAMPLE_SENT = "sample_sent", "the sample is on its way to the testing body"
    AT_LAB = "at_lab", "the testing body has to report"


class TakesEffect(Vocabulary):
    """When a verdict is executed."""

    AT_ONCE = "at_once", "with the verdict"
    AFTER_APPEAL_WINDOW = "after_appeal_window", "when the time to appeal has passed, or the appeal was decided"


class DisputeOrigin(Vocabulary):
    """What a dispute was opened by."""

    COMPLAINT = "complaint", "a complaint to customer service"
    BUYER = "buyer", "the buyer, in the case itself; customer service registers a complaint for it"
    PLATFORM = "platform", "an agent or an arbitrator; customer service registers a complaint for it"


class DisputeEscalationCause(Vocabulary):
    """Whose time ran out."""

    MERCHANT_SILENT = (
        "merchant_silent",
        "the merchant has not answered in time; that counts against it unless the platform has opened the dispute",
    )
    PLATFORM_LATE = "platform_late", "the platform has not decided in time"


class EvidenceSide(Vocabulary):
    """The sides of a dispute, by role."""

    BUYER = "buyer", "the buyer"
    SELLER = "seller", "the merchant"


class Liable(Vocabulary):
    """Whom a verdict finds liable."""

    SELLER = "seller", "the merchant"
    BUYER = "buyer", "the buyer"
    COURIER = "courier", "the courier"
    PLATFORM = "platform", "the platform"
    NOBODY = "nobody", "nobody"


class Remedy(Vocabulary):
    """What a verdict orders."""

    REFUND = "refund", "money goes back"
    NONE = "none", "nothing; the case is closed"
    RESUME = "resume", "the case goes on where the dispute stopped it"
    RETURN = "return", "the buyer sends the goods back, and gets the money once they were inspected"
    EXCHANGE = "exchange", "the merchant sends goods: once others came back for them, or what was missing"
    COMPENSATION = "compensation", "money goes back, and the buyer keeps the goods"


_ENDS = frozenset({DisputeState.EXECUTED, DisputeState.SETTLED, DisputeState.WITHDRAWN})


class DisputeEvent(Event):
    """What every event of a dispute carries."""

    TOPIC: ClassVar[Topic] = topics.DISPUTES
    KEY: ClassVar[str] = "dispute_id"

    dispute_id: DisputeId
    case_id: CaseId
    order_id: OrderId
    complaint_id: ComplaintId
    buyer_id: BuyerId
    merchant_id: MerchantId
    state: Annotated[Code, one_of(DisputeState, "the dispute's state after this event")]
    terminal: Annotated[bool | None, Field(description="whether the dispute has ended")] = None

    deadlines: Annotated[
        tuple[DeadlineChange, ...],
        Field(description="what becomes of the deadline; empty where that goes on as it was"),
    ] = ()

    @property
    def is_terminal(self) -> bool:
        """Return whether the dispute has ended; in events without `terminal`, by the state."""
        return self.state in _ENDS if self.terminal is None else self.terminal


class DisputeOpened(DisputeEvent):
    """A dispute stops a case; the merchant has to answer in time. Where no complaint opened it, cs-svc registers one by this id."""

    matter: Code = "dispute_opening"
    category: Annotated[Code, one_of(ComplaintCategory, "what the complaint is about")]
    deadline_at: DeadlineAt = None
    origin: Annotated[Code | None, one_of(DisputeOrigin, "what opened it; absent: a complaint")] = None
    text_hash: Hash | None = None

    @property
    def needs_complaint(self) -> bool:
        """Whether customer service has to register the complaint, because none opened the dispute."""
        return self.origin is not None and self.origin != DisputeOrigin.COMPLAINT


class DisputeAnswered(DisputeEvent):
    """The merchant answered; the platform reviews."""

    matter: Code = "dispute_answer"
    text_hash: Hash


class DisputeEscalated(DisputeEvent):
    """Time ran out: the merchant's, and the platform reviews without its answer; or the platform's own."""

    matter: Code = "dispute_escalation"
    cause: Annotated[Code, one_of(DisputeEscalationCause, "whose time ran out")]


class EvidenceAdded(DisputeEvent):
    """One side added evidence, by its hash."""

    matter: Code = "dispute_evidence"
    by: Annotated[Code, one_of(EvidenceSide, "the side that added it")]


class VerdictGiven(DisputeEvent):
    """An arbitrator decided who is liable and what is owed."""

    matter: Code = "dispute_verdict"
    liable: Annotated[Code, one_of(Liable, "who is liable")]
    remedy: Annotated[Code, one_of(Remedy, "what is ordered")]
    amount_minor: Minor
    currency: Currency
    grounds_hash: Hash
    decision_id: DecisionId = None
    policy_article_id: PolicyArticleId = None
    policy_version: PolicyVersion = None
    cites: Annotated[
        tuple[PolicyCitation, ...], Field(description="the policies that it rests on, in the order of the verdict")
    ] = ()
    costs: Annotated[tuple[DisputeCost, ...], Field(description="who bears which costs of the dispute")] = ()
    sanctions: Annotated[tuple[RecommendedSanction, ...], Field(description="the sanctions that it recommends")] = ()
    takes_effect: Annotated[Code | None, one_of(TakesEffect, "when it is executed; absent: with the verdict")] = None
    appeal_until: Annotated[
        Time | None, Field(description="until when either side may appeal; absent where none can")
    ] = None


class DisputeExecuted(DisputeEvent):
    """What the verdict ordered has been done."""

    matter: Code = "dispute_execution"
    refunded_minor: Minor
    currency: Currency


class DisputeTurnChanged(DisputeEvent):
    """Somebody else has to act before the verdict is executed: in the case, where its refund has failed, or is tried again."""

    matter: Code = "dispute_turn"
    whose_turn: Annotated[Code, Field(description="who has to act in the case")]


class DisputeWithdrawn(DisputeEvent):
    """The buyer withdrew the complaint before a verdict."""

    matter: Code = "dispute_withdrawal"
