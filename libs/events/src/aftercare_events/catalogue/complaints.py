"""Complaints, published by cs-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import (
    AnswerDueAt,
    BuyerId,
    CaseId,
    Code,
    ComplaintId,
    DisputeId,
    Hash,
    Id,
    MerchantId,
    OrderId,
    Time,
)
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class ComplaintChannel(Vocabulary):
    """Where a complaint came in."""

    WEB = "web", "the web site"
    API = "api", "the public API"
    PHONE = "phone", "a phone call, written down by an agent"
    MESSAGE = "message", "a message, written down by an agent"
    CASE = "case", "an after-sale case, in which a dispute was opened directly"


class ComplaintState(Vocabulary):
    """The states of a complaint."""

    OPEN = "open", "an agent has to answer"
    ANSWERED = "answered", "an agent has answered"
    ESCALATED = "escalated", "it became a dispute, whose end settles it"
    RESOLVED = "resolved", "settled"


class ComplaintCategory(Vocabulary):
    """What a complaint is about."""

    UNFAIR_REJECTION = "unfair_rejection", "a request was refused without good reason"
    REFUND_DELAYED = "refund_delayed", "a refund takes too long"
    REFUND_TOO_LOW = "refund_too_low", "a refund is smaller than it should be"
    NO_ANSWER = "no_answer", "nobody answers"
    SERVICE_ATTITUDE = "service_attitude", "the way the buyer was treated"
    QUALITY = "quality", "the quality of the goods"
    COUNTERFEIT = "counterfeit", "the goods are not genuine"
    NOT_AS_DESCRIBED = "not_as_described", "the goods differ from their description"
    DELIVERY = "delivery", "the delivery"
    OTHER = "other", "anything else"


class ComplaintOutcome(Vocabulary):
    """How a complaint was settled."""

    VERDICT_EXECUTED = "verdict_executed", "what the verdict of its dispute ordered has been done"
    DISPUTE_WITHDRAWN = "dispute_withdrawn", "the buyer withdrew its dispute"
    DISPUTE_SETTLED = "dispute_settled", "buyer and merchant agreed in its dispute"
    UPHELD = "upheld", "an agent agreed with it"
    EXPLAINED = "explained", "an agent explained the matter"
    UNFOUNDED = "unfounded", "an agent found no ground for it"
    WITHDRAWN = "withdrawn", "the buyer withdrew it"
    MERGED = "merged", "it goes on in another complaint about the same matter"


class ComplaintSeverity(Vocabulary):
    """How severe a complaint is."""

    LOW = "low", "about manners, or nothing in particular"
    NORMAL = "normal", "about goods, money or delivery"
    HIGH = "high", "about counterfeits or a large amount, or one of several of the buyer"
    CRITICAL = "critical", "somebody was hurt or may be"


Severity = Annotated[
    Code | None, one_of(ComplaintSeverity, "how severe it is; absent in events of builds that did not judge it")
]
SubmissionId = Annotated[Id, Field(description="what was submitted again about the matter of the complaint")]


class ComplaintEvent(Event):
    """What every event of a complaint carries."""

    TOPIC: ClassVar[Topic] = topics.COMPLAINTS
    KEY: ClassVar[str] = "complaint_id"

    complaint_id: ComplaintId
    channel: Annotated[Code, one_of(ComplaintChannel, "where it came in")]
    order_id: OrderId
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId | None = None
    state: Annotated[Code, one_of(ComplaintState, "the complaint's state after this event")]


class ComplaintOpened(ComplaintEvent):
    """A buyer complained. Has all that aftersale-svc needs to open a dispute; with `dispute_id` it belongs to one already."""

    matter: Code = "complaint"
    category: Annotated[Code, one_of(ComplaintCategory, "what it is about")]
    text_hash: Hash
    dispute_id: DisputeId | None = None
    severity: Severity = None


class ComplaintEscalated(ComplaintEvent):
    """A dispute was opened for the complaint."""

    matter: Code = "complaint_escalation"
    dispute_id: DisputeId


class ComplaintAnswered(ComplaintEvent):
    """The complaint was answered."""

    matter: Code = "complaint_answer"
    text_hash: Hash


class ComplaintOverdue(ComplaintEvent):
    """No agent replied to the complaint in time."""

    matter: Code = "complaint_overdue"
    answer_due_at: AnswerDueAt
    severity: Severity = None


class ComplaintResolutionOverdue(ComplaintEvent):
    """The complaint was not resolved in time."""

    matter: Code = "complaint_resolution_overdue"
    resolve_due_at: Annotated[Time, Field(description="when it was to be resolved")]
    severity: Severity = None


class ComplaintSupervised(ComplaintEvent):
    """Something of the complaint is overdue for the first time: supervisors look after it from then on."""

    matter: Code = "complaint_supervision"
    severity: Severity = None


class ComplaintResolved(ComplaintEvent):
    """The complaint is settled."""

    matter: Code = "complaint_resolution"
    dispute_id: DisputeId | None = None
    outcome: Annotated[Code, one_of(ComplaintOutcome, "how it was settled")]


class ComplaintSubmissionAdded(ComplaintEvent):
    """What was submitted repeats the complaint, and was added to it; with `merged_from` an agent has merged that complaint into it."""

    matter: Code = "complaint_submission"
    submission_id: SubmissionId
    submitted_over: Annotated[Code, one_of(ComplaintChannel, "where the submission came in")]
    text_hash: Hash
    likeness_percent: Annotated[
        int | None,
        Field(ge=0, le=100, strict=True, description="how like the texts are; absent where an agent merged complaints"),
    ] = None
    merged_from: ComplaintId | None = None


class ComplaintSubmissionSeparated(ComplaintEvent):
    """An agent made a submission of the complaint a complaint of its own, which ComplaintOpened reports as well."""

    matter: Code = "complaint_separation"
    submission_id: SubmissionId
    separated_to: ComplaintId
    reason_hash: Hash


class ComplaintMerged(ComplaintEvent):
    """An agent merged the complaint into another one about the same matter, in which it goes on."""

    matter: Code = "complaint_merger"
    merged_into: ComplaintId
    reason_hash: Hash
