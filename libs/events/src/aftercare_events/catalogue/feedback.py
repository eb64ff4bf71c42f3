"""Feedback and ratings, published by cs-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import BuyerId, CaseId, Code, Hash, Id, MerchantId, OrderId
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, listed, one_of


class FeedbackChannel(Vocabulary):
    """Where feedback came in."""

    WEB = "web", "the web site"
    WECHAT = "wechat", "WeChat"
    QQ = "qq", "a QQ group"
    SMS = "sms", "a text message"


class RatingDimension(Vocabulary):
    """What a rating gives a score for."""

    SERVICE = "service", "how friendly the service was"
    HELPFULNESS = "helpfulness", "how much it helped"
    REFUND = "refund", "whether the refund was fair"
    SPEED = "speed", "how long it took"


class FeedbackEvent(Event):
    """What every event of feedback carries."""

    TOPIC: ClassVar[Topic] = topics.FEEDBACK
    KEY: ClassVar[str] = "feedback_id"

    feedback_id: Annotated[Id, Field(description="the feedback")]
    channel: Annotated[Code, one_of(FeedbackChannel, "where it came in")]
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
    """Something was improved because of the feedback."""

    matter: Code = "feedback_improvement"


class RatingEvent(Event):
    """What every event of a rating carries."""

    TOPIC: ClassVar[Topic] = topics.FEEDBACK
    KEY: ClassVar[str] = "rating_id"

    rating_id: Annotated[Id, Field(description="the rating")]
    case_id: CaseId
    order_id: OrderId
    buyer_id: BuyerId
    merchant_id: MerchantId
    scores: Annotated[
        dict[str, int], Field(description=f"score by dimension ({listed(RatingDimension)}), 1 (worst) to 5 (best)")
    ]


class RatingGiven(RatingEvent):
    """A buyer rated a finished case, once."""

    matter: Code = "rating"


class RatingChanged(RatingEvent):
    """The author changed the rating; these scores replace the ones before."""

    matter: Code = "rating_change"
