"""Feedback 反馈记录: what a buyer or a merchant reported over one of the channels, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Timeout, Transition

from cs_svc.domain.permissions import AGENT


class FeedbackState(StrEnum):
    """The states of feedback; `improved` where something was changed because of it."""

    OPEN = "open"
    ANSWERED = "answered"
    IMPROVED = "improved"


class FeedbackAction(StrEnum):
    ANSWER = "answer"
    IMPROVE = "improve"


class FeedbackChannel(StrEnum):
    """反馈渠道: web site, WeChat, QQ group, text message, e-mail, phone, or something said in a conversation."""

    WEB = "web"
    WECHAT = "wechat"
    QQ = "qq"
    SMS = "sms"
    EMAIL = "email"
    PHONE = "phone"
    CONVERSATION = "conversation"


class Sentiment(StrEnum):
    """How feedback is judged."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One piece of feedback. `recorded_by` wrote it down, `owner_id` is the agent who handles it. `suggested_sentiment` is what its words show, None
    where an earlier build took it in; `sentiment` is what the agent who answered says."""

    id: str
    version: int
    state: FeedbackState
    channel: FeedbackChannel
    source: str | None
    sentiment: Sentiment | None = None
    suggested_sentiment: Sentiment | None = None
    order_id: str | None
    case_id: str | None
    buyer_id: str | None
    merchant_id: str | None
    recorded_by: str
    owner_id: str | None = None
    text: str
    answer: str | None = None
    improvement: str | None = None
    created_at: datetime
    updated_at: datetime


_STATE, _ACTION = FeedbackState, FeedbackAction
FEEDBACK: Lifecycle[FeedbackState, FeedbackAction] = Lifecycle(
    "feedback",
    initial=_STATE.OPEN,
    transitions={
        (_STATE.OPEN, _ACTION.ANSWER): Transition(_STATE.ANSWERED, AGENT),
        (_STATE.ANSWERED, _ACTION.IMPROVE): Transition(_STATE.IMPROVED, AGENT),
    },
    timeouts={_STATE.OPEN: Timeout(turn="agent"), _STATE.ANSWERED: Timeout(turn="agent")},
    ends={_STATE.IMPROVED},
)
