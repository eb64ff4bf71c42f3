"""Feedback and ratings, published by cs-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.catalogue.parcels import ParcelLeg
from aftercare_events.event import Event
from aftercare_events.fields import (
    BuyerId,
    Carrier,
    CaseId,
    Code,
    ConversationId,
    Hash,
    Id,
    MerchantId,
    OrderId,
    ParcelId,
    PrincipalId,
)
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, listed, one_of


class FeedbackChannel(Vocabulary):
    """Where feedback came in."""

    WEB = "web", "the web site"
    WECHAT = "wechat", "WeChat"
    QQ = "qq", "a QQ group"
    SMS = "sms", "a text message"
    EMAIL = "email", "an e-mail"
    PHONE = "phone", "a phone call"
    CONVERSATION = "conversation", "a conversation with those who serve"


class RatingDimension(Vocabulary):
    """What a rating gives a score for."""

    SERVICE = "service", "how friendly the service was"
    HELPFULNESS = "helpfulness", "how much it helped"
    REFUND = "refund", "whether the refund was fair"
    SPEED = "speed", "how long it took"


class MerchantDimension(Vocabulary):
    """What a buyer's rating gives a score for of the merchant."""

    SELLER = "seller", "the merchant as a whole"
    ATTITUDE = "attitude", "how friendly the merchant was"
    DELIVERY = "delivery", "how the merchant sent the goods"


class RatingSide(Vocabulary):
    """Who rates the service."""

    MERCHANT = "merchant", "the merchant, who rates a case"
    CUSTOMER = "customer", "the customer, who rates a conversation"


class ServiceDimension(Vocabulary):
    """What a rating of the service gives a score for."""

    BUYER = "buyer", "how the buyer dealt with the merchant; by the merchant"
    HANDLING = "handling", "how the platform handled the case; by the merchant"
    ATTITUDE = "attitude", "how friendly those who served were; by both"
    DELIVERY = "delivery", "how the goods were carried; by the merchant"
    HELPFULNESS = "helpfulness", "how much it helped; by the customer"
    SPEED = "speed", "how fast the answers came; by the customer"


class CourierFault(Vocabulary):
    """What was wrong with the service of a courier, in the words of a buyer who rates it."""

    LATE = "late", "the parcel came late"
    DAMAGED = "damaged", "the parcel or the goods were damaged"
    LOST = "lost", "the parcel did not come"
    FALSE_DELIVERY = "false_delivery", "it was reported as delivered, and the buyer did not have it"
    NOT_TO_THE_DOOR = "not_to_the_door", "it was left elsewhere without asking"
    BAD_ATTITUDE = "bad_attitude", "the courier's people were impolite"
    NOT_REACHABLE = "not_reachable", "the courier could not be reached"
    OTHER = "other", "something else"


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

    merchant_scores: Annotated[
        dict[str, int],
        Field(
            description=f"those of the merchant by dimension ({listed(MerchantDimension)}); empty where there are none"
        ),
    ] = Field(default_factory=dict)


class RatingGiven(RatingEvent):
    """A buyer rated a finished case, once."""

    matter: Code = "rating"


class RatingChanged(RatingEvent):
    """The author changed the rating; these scores replace the ones before."""

    matter: Code = "rating_change"


class ServiceRatingEvent(Event):
    """What every event of a rating of the service carries."""

    TOPIC: ClassVar[Topic] = topics.FEEDBACK
    KEY: ClassVar[str] = "rating_id"

    rating_id: Annotated[Id, Field(description="the rating")]
    side: Annotated[Code, one_of(RatingSide, "who rates")]
    case_id: CaseId | None = None
    order_id: OrderId | None = None
    conversation_id: ConversationId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId | None = None
    agent_id: Annotated[PrincipalId | None, Field(description="the agent of the conversation that is rated")] = None
    scores: Annotated[
        dict[str, int], Field(description=f"score by dimension ({listed(ServiceDimension)}), 1 (worst) to 5 (best)")
    ]


class ServiceRated(ServiceRatingEvent):
    """A merchant rated an ended case, or a customer a closed conversation, once."""

    OF_PLATFORM: ClassVar[bool] = True
    matter: Code = "service_rating"


class ServiceRatingChanged(ServiceRatingEvent):
    """The author changed the rating; these scores replace the ones before."""

    OF_PLATFORM: ClassVar[bool] = True
    matter: Code = "service_rating_change"


class CourierRated(Event):
    """A buyer rated the courier of a parcel whose way had ended, once."""

    TOPIC: ClassVar[Topic] = topics.FEEDBACK
    KEY: ClassVar[str] = "rating_id"

    matter: Code = "courier_rating"
    rating_id: Annotated[Id, Field(description="the rating")]
    parcel_id: ParcelId
    order_id: OrderId
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId
    leg: Annotated[Code, one_of(ParcelLeg, "which way the parcel went")]
    carrier: Carrier
    score: Annotated[int, Field(strict=True, ge=1, le=5, description="1 (worst) to 5 (best)")]
    faults: Annotated[
        tuple[Code, ...], Field(description=f"what was wrong, of a score up to 2: {listed(CourierFault)}")
    ] = ()
