"""The rows of cs-svc as frozen dataclasses. Times are aware, UTC; what people wrote is kept here and nowhere else."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class ConversationState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class AuthorRole(StrEnum):
    BUYER = "buyer"
    SELLER = "seller"
    AGENT = "agent"
    SYSTEM = "system"


class Turn(StrEnum):
    """Who has to speak next: the people who serve, or the buyer whom they answered."""

    SERVICE = "service"
    BUYER = "buyer"


class ComplaintState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    RESOLVED = "resolved"


class ComplaintChannel(StrEnum):
    """投诉渠道: where a complaint came in."""

    WEB = "web"
    API = "api"
    PHONE = "phone"
    MESSAGE = "message"


class Category(StrEnum):
    """What a complaint is about."""

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


class Outcome(StrEnum):
    """How a complaint ended: the first two by a dispute, the others by an agent."""

    VERDICT_EXECUTED = "verdict_executed"
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    UPHELD = "upheld"
    EXPLAINED = "explained"
    UNFOUNDED = "unfounded"
    WITHDRAWN = "withdrawn"


class FeedbackState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    IMPROVED = "improved"


class FeedbackChannel(StrEnum):
    """反馈渠道: web site, WeChat, QQ group, text message."""

    WEB = "web"
    WECHAT = "wechat"
    QQ = "qq"
    SMS = "sms"


class Sentiment(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """Our copy of an order: whose it is and where it stands."""

    id: str
    buyer_id: str
    merchant_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """Our copy of an after-sale case: whose it is and where it stands."""

    id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a conversation, complaint or feedback is about: an order, or one case of it."""

    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A talk of a buyer with those who serve, about a case, an order or nothing in particular."""

    id: str
    version: int
    state: ConversationState
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None
    agent_id: str | None
    message_count: int
    whose_turn: Turn | None
    answer_due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. People's messages have a text; those of the system have a code, put into words for each reader.

    `place` is its number in the conversation, padded so that places sort as numbers do: ids of two processes may not.
    `citations` are the versions of knowledge-base articles that an answer rests on.
    """

    id: str
    conversation_id: str
    place: str
    author_role: AuthorRole
    author_id: str
    text: str | None
    code: str | None
    event_id: UUID | None
    citations: list[dict[str, Any]]
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """投诉: a buyer's complaint about an order or one case of it."""

    id: str
    version: int
    state: ComplaintState
    channel: ComplaintChannel
    category: Category
    subject_id: str
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    opened_by: str
    text: str
    dispute_id: str | None
    outcome: Outcome | None
    answer_due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an agent answered to a complaint."""

    id: str
    complaint_id: str
    author_id: str
    text: str
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """反馈记录: what somebody told us over one of the channels, and what became of it."""

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
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The four dimensions of a buyer's satisfaction, each from 1 to 5."""

    service: int
    helpfulness: int
    refund: int
    speed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """评价: how a buyer found a finished case, in four dimensions from 1 to 5."""

    id: str
    version: int
    case_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    service: int
    helpfulness: int
    refund: int
    speed: int
    text: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRevision:
    """What a rating said before it was changed."""

    rating_id: str
    version: int
    service: int
    helpfulness: int
    refund: int
    speed: int
    text: str | None
    replaced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """客户档案: what is known here of one buyer, the newest of each first."""

    id: str
    orders: list[KnownOrder]
    cases: list[KnownCase]
    conversations: list[Conversation]
    complaints: list[Complaint]
    ratings: list[Rating]
