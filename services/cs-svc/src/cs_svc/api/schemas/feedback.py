"""Bodies of feedback."""

from dataclasses import asdict
from typing import Self

from aftercare_chassis.http.schemas import AllowedOut, Id, In, Name, Out, Text, Time, example
from aftercare_chassis.lifecycle import Actor

from cs_svc.api.schemas.shared import CASE_ID
from cs_svc.domain.feedback import FEEDBACK, Feedback, FeedbackChannel, FeedbackState, Sentiment


class FeedbackIn(In):
    """Feedback. `source` is where exactly it came from, such as the name of a group."""

    model_config = example(channel="wechat", text="退款很快，谢谢。", source="买家交流群", case_id=CASE_ID)

    channel: FeedbackChannel
    text: Text
    source: Name | None = None
    order_id: Id | None = None
    case_id: Id | None = None


class FeedbackAnswerIn(In):
    """The answer, and the sentiment of the feedback."""

    model_config = example(text="谢谢您的反馈！", sentiment="positive")

    text: Text
    sentiment: Sentiment | None = None


class FeedbackOut(Out):
    """Feedback, the answer to it and what was improved because of it."""

    id: str
    version: int
    state: FeedbackState
    channel: FeedbackChannel
    source: str | None
    sentiment: Sentiment | None
    order_id: str | None
    case_id: str | None
    buyer_id: str | None
    merchant_id: str | None
    recorded_by: str
    owner_id: str | None
    text: str
    answer: str | None
    improvement: str | None
    allowed_actions: list[AllowedOut]
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, feedback: Feedback, actor: Actor) -> Self:
        """The feedback with what this actor may do."""
        allowed = AllowedOut.of(FEEDBACK.allowed(feedback, actor))
        return cls.model_validate({**asdict(feedback), "allowed_actions": allowed})
