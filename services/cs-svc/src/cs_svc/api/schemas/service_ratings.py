"""Bodies of ratings of the service."""

from dataclasses import asdict
from typing import Self

from aftercare_chassis.http.schemas import CreatedAt, Id, In, Out, Text, Time, UpdatedAt, Version, example

from cs_svc.api.schemas.ratings import Score
from cs_svc.api.schemas.shared import CASE_ID
from cs_svc.domain.service_ratings import RatingSide, ServiceRating, ServiceRatingRevision

_OF_CASE = {"buyer": 4, "handling": 5, "attitude": 5, "delivery": 3}
_OF_CONVERSATION = {"helpfulness": 5, "attitude": 5, "speed": 4}


class CaseServiceScoresIn(In):
    """How a merchant rates a case, in four dimensions from 1 to 5; 5 is best."""

    buyer: Score
    """How the buyer dealt with the merchant."""
    handling: Score
    """How the platform handled the case."""
    attitude: Score
    """How friendly those who served were."""
    delivery: Score
    """How the goods were carried."""


class ConversationScoresIn(In):
    """How a customer rates a conversation, in three dimensions from 1 to 5; 5 is best."""

    helpfulness: Score
    """How much it helped."""
    attitude: Score
    """How friendly those who served were."""
    speed: Score
    """How fast the answers came."""


class MerchantRatingIn(In):
    """The rating of an ended case by its merchant."""

    model_config = example(case_id=CASE_ID, scores=_OF_CASE, text="平台处理及时。")

    case_id: Id
    """A case of the merchant that has ended; it can be rated once."""
    scores: CaseServiceScoresIn
    """All four are required."""
    text: Text | None = None
    """A comment; may be left out."""


class MerchantRatingChangeIn(In):
    """The new scores, the new text or both."""

    model_config = example(scores=_OF_CASE, text="后来又有改进。")

    scores: CaseServiceScoresIn | None = None
    """Replaces all; the old ones stay where it is left out."""
    text: Text | None = None
    """Replaces the comment; the old one stays where it is left out."""


class ConversationRatingIn(In):
    """The rating of a closed conversation by its customer."""

    model_config = example(
        conversation_id="conv_0196a3cb2a1472d09f7c5a3e1b8d6f42", scores=_OF_CONVERSATION, text="很耐心。"
    )

    conversation_id: Id
    """A closed conversation of the customer; it can be rated once."""
    scores: ConversationScoresIn
    """All three are required."""
    text: Text | None = None
    """A comment; may be left out."""


class ConversationRatingChangeIn(In):
    """The new scores, the new text or both."""

    model_config = example(scores=_OF_CONVERSATION, text="后来又有改进。")

    scores: ConversationScoresIn | None = None
    """Replaces all; the old ones stay where it is left out."""
    text: Text | None = None
    """Replaces the comment; the old one stays where it is left out."""


class ServiceRevisionOut(Out):
    """An earlier version of a rating of the service."""

    version: int
    """The version of the rating that it was."""
    scores: dict[str, int]
    """The scores of that version, by dimension."""
    text: str | None
    """The comment of that version; null where there was none."""
    replaced_at: Time
    """When the next version took its place."""

    @classmethod
    def of(cls, revision: ServiceRatingRevision) -> Self:
        """The earlier version."""
        return cls.model_validate(asdict(revision))


class ServiceRatingOut(Out):
    """A rating of the service without its earlier versions."""

    id: str
    """Identifies the rating: `srat_…`."""
    version: Version
    side: RatingSide
    """Who rates."""
    case_id: str | None
    """The case that is rated, or that the rated conversation is about; null where it is about none."""
    order_id: str | None
    """The order of either; null where it is about none."""
    conversation_id: str | None
    """The conversation that is rated; null of a case."""
    buyer_id: str
    """The buyer of the case, or the customer of the conversation."""
    merchant_id: str | None
    """The merchant of either; null where it is about no order."""
    agent_id: str | None
    """The agent of the conversation when it was rated; null where there was none, and of a case."""
    scores: dict[str, int]
    """The present ones, by dimension, from 1 to 5; 5 is best."""
    text: str | None
    """The comment; null where there is none."""
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, rating: ServiceRating) -> Self:
        """The rating in its current version."""
        return cls.model_validate(asdict(rating))


class ServiceRatingWithHistoryOut(ServiceRatingOut):
    """A rating of the service and its earlier versions, oldest first."""

    history: list[ServiceRevisionOut]
    """Oldest first, without the present version."""

    @classmethod
    def with_history(cls, rating: ServiceRating, revisions: list[ServiceRatingRevision]) -> Self:
        """The rating with these earlier versions."""
        return cls.model_validate({**asdict(rating), "history": [ServiceRevisionOut.of(each) for each in revisions]})
