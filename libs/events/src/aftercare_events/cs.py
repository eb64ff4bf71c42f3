"""What cs-svc says: complaints, conversations, feedback and ratings."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import (
    BuyerId,
    CaseId,
    Code,
    ComplaintId,
    ConversationId,
    DisputeId,
    Hash,
    Id,
    MerchantId,
    OrderId,
    PrincipalId,
)
from aftercare_events.topics import Topic

Channel = Annotated[Code, Field(description="where it came in: web, wechat, qq, sms, …")]


class ComplaintEvent(Event):
    TOPIC: ClassVar[Topic] = topics.COMPLAINTS
    KEY: ClassVar[str] = "complaint_id"

    complaint_id: ComplaintId
    channel: Channel
    order_id: OrderId
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId | None = None
    state: Annotated[Code, Field(description="the complaint's state after this event")]


class ComplaintOpened(ComplaintEvent):
    """A buyer complained. Carries what aftersale-svc needs to open a dispute without asking back."""

    matter: Code = "complaint"
    category: Code
    text_hash: Hash


class ComplaintEscalated(ComplaintEvent):
    """A dispute was opened for the complaint."""

    matter: Code = "complaint_escalation"
    dispute_id: DisputeId


class ComplaintAnswered(ComplaintEvent):
    """The complaint was answered."""

    matter: Code = "complaint_answer"
    text_hash: Hash


class ComplaintResolved(ComplaintEvent):
    """The complaint is settled."""

    matter: Code = "complaint_resolution"
    dispute_id: DisputeId | None = None
    outcome: Code


class ConversationEvent(Event):
    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "conversation_id"

    conversation_id: ConversationId
    order_id: OrderId | None = None
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId | None = None


class ConversationOpened(ConversationEvent):
    """Somebody began to talk."""

    matter: Code = "conversation"


class MessagePosted(ConversationEvent):
    """A message was added; its text stays with cs-svc."""

    matter: Code = "conversation_message"
    message_id: Id
    author_role: Code
    author_id: PrincipalId
    text_hash: Hash


class ConversationAssigned(ConversationEvent):
    """An agent took the conversation over."""

    matter: Code = "conversation_assignment"
    agent_id: Annotated[PrincipalId, Field(description="the agent who answers from now on")]


class ConversationClosed(ConversationEvent):
    """The conversation ended."""

    matter: Code = "conversation"


class ConversationReopened(ConversationEvent):
    """The conversation had ended and goes on: the buyer or an agent, who is its handler, wrote again."""

    matter: Code = "conversation"


class FeedbackEvent(Event):
    TOPIC: ClassVar[Topic] = topics.FEEDBACK
    KEY: ClassVar[str] = "feedback_id"

    feedback_id: Annotated[Id, Field(description="the feedback")]
    channel: Channel
    case_id: CaseId | None = None
    order_id: OrderId | None = None
    text_hash: Hash


class FeedbackReceived(FeedbackEvent):
    """Feedback came in over one of the channels."""

    matter: Code = "feedback"


class FeedbackAnswered(FeedbackEvent):
    """The feedback was answered."""

    matter: Code = "feedback_answer"


class FeedbackImproved(FeedbackEvent):
    """Something was made better because of the feedback."""

    matter: Code = "feedback_improvement"


class RatingEvent(Event):
    TOPIC: ClassVar[Topic] = topics.FEEDBACK
    KEY: ClassVar[str] = "rating_id"

    rating_id: Annotated[Id, Field(description="the rating")]
    case_id: CaseId
    order_id: OrderId
    buyer_id: BuyerId
    merchant_id: MerchantId
    scores: Annotated[dict[str, int], Field(description="score by dimension, 1 to 5")]


class RatingGiven(RatingEvent):
    """A party rated a finished case, once."""

    matter: Code = "rating"


class RatingChanged(RatingEvent):
    """The author changed the rating; these scores stand in place of the ones before."""

    matter: Code = "rating_change"
