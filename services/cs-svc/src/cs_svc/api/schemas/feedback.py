"""Bodies of feedback."""

from dataclasses import asdict
from typing import Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    Id,
    In,
    Name,
    Out,
    Text,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.lifecycle import Actor

from cs_svc.api.schemas.shared import CASE_ID
from cs_svc.domain.feedback import FEEDBACK, Feedback, FeedbackChannel, FeedbackState, Sentiment


class FeedbackIn(In):
    """Feedback. `source` is where exactly it came from, such as the name of a group."""

    model_config = example(channel="wechat", text="退款很快，谢谢。", source="买家交流群", case_id=CASE_ID)

    channel: FeedbackChannel
    """Over which channel it came in."""
    text: Text
    """What was said."""
    source: Name | None = None
    """Where exactly it came from, such as the name of a group; may be left out."""
    order_id: Id | None = None
    """What it is about; may be left out."""
    case_id: Id | None = None
    """What it is about; may be left out."""


class FeedbackAnswerIn(In):
    """The answer, and the sentiment of the feedback."""

    model_config = example(text="谢谢您的反馈！", sentiment="positive")

    text: Text
    """The answer."""
    sentiment: Sentiment | None = None
    """How the agent judges the feedback; may be left out."""


class FeedbackOut(Out):
    """Feedback, the answer to it and what was improved because of it."""

    id: str
    """Identifies the feedback: `fb_…`."""
    version: Version
    state: FeedbackState
    """`improved` is the end: something was changed because of it."""
    channel: FeedbackChannel
    """Over which channel it came in."""
    source: str | None
    """Where exactly it came from, such as the name of a group; null where this was not given."""
    sentiment: Sentiment | None
    """How the agent who answered judges it; null where none has."""
    suggested_sentiment: Sentiment | None
    """What its words show, by rules; null where an earlier build took it in."""
    order_id: str | None
    """The order that it is about, also where a case was named; null where it is about none."""
    case_id: str | None
    """The case that it is about; null where it is about none."""
    buyer_id: str | None
    """The buyer who gave it, or for whom an agent recorded it; null where it is of no known buyer."""
    merchant_id: str | None
    """The merchant of the order, or the one who gave it; null where there is none."""
    recorded_by: str
    """Who wrote it down: the buyer, the seller or an agent."""
    owner_id: str | None
    """The agent who handled it last; null before the answer."""
    text: str
    """What was said."""
    answer: str | None
    """Null before `answered`."""
    improvement: str | None
    """What was changed because of it; null before `improved`."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, feedback: Feedback, actor: Actor) -> Self:
        """The feedback with what this actor may do."""
        allowed = AllowedOut.of(FEEDBACK.allowed(feedback, actor))
        return cls.model_validate({**asdict(feedback), "allowed_actions": allowed})
