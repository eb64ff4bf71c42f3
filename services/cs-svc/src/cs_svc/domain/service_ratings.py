"""Ratings of the service 服务评价: by the merchant of an ended case, and by the customer of a closed conversation. Each once, and nothing rates by itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.refusals import Kind, Refusal

from cs_svc.domain.conversations import Conversation, ConversationState
from cs_svc.domain.errors import ConversationGone
from cs_svc.domain.orders import KnownCase


class RatingSide(StrEnum):
    """Who rates: the merchant, who rates a case, or the customer, who rates a conversation."""

    MERCHANT = "merchant"
    CUSTOMER = "customer"


class RatedConversationUnknown(Refusal):
    """The conversation that is to be rated does not exist, or is not the customer's."""

    kind, code = Kind.NOT_FOUND, "rated_conversation_unknown"
    zh = "未找到要评价的会话。"
    en = "There is no such conversation to rate."


class ConversationNotClosed(Refusal):
    """The conversation goes on, so that its customer cannot rate it yet."""

    kind, code = Kind.CONFLICT, "conversation_not_closed"
    zh = "会话尚未结束，结束后才能评价。"
    en = "The conversation is open; it can be rated once it is closed."


class ServiceAlreadyRated(Refusal):
    """That side has rated this case or conversation, and may change its rating; `rating_id` names it."""

    kind, code = Kind.CONFLICT, "service_already_rated"
    zh = "已评价过（{rating_id}），可以修改原评价。"
    en = "This has been rated ({rating_id}); that rating can be changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRating:
    """A rating by a merchant or a customer, with scores from 1 to 5 by dimension.

    `buyer_id` and `merchant_id` are those whom the case or conversation is of. `by_buyer_id` is the customer who rated, `by_merchant_id` the merchant:
    a side sees its own ratings alone. `agent_id` is the agent of the conversation when it was rated.
    """

    id: str
    version: int
    side: RatingSide
    case_id: str | None
    order_id: str | None
    conversation_id: str | None
    buyer_id: str
    merchant_id: str | None
    by_buyer_id: str | None
    by_merchant_id: str | None
    agent_id: str | None
    scores: dict[str, int]
    text: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRatingRevision:
    """An earlier version of a rating, which a change replaced."""

    rating_id: str
    version: int
    scores: dict[str, int]
    text: str | None
    replaced_at: datetime


def check_conversation(conversation: Conversation) -> None:
    """Accept a closed conversation that has its messages. Raises: ConversationNotClosed, ConversationGone."""
    if conversation.merged_into is not None:
        raise ConversationGone(merged_into=conversation.merged_into)
    if conversation.state is not ConversationState.CLOSED:
        raise ConversationNotClosed


def of_case(case: KnownCase) -> dict[str, str | None]:
    """Whose case it is, and who sees the rating of it by its merchant."""
    return {
        "case_id": case.id,
        "order_id": case.order_id,
        "conversation_id": None,
        "buyer_id": case.buyer_id,
        "merchant_id": case.merchant_id,
        "by_buyer_id": None,
        "by_merchant_id": case.merchant_id,
        "agent_id": None,
    }


def of_conversation(conversation: Conversation) -> dict[str, str | None]:
    """Whose conversation it is, and who sees the rating of it by its customer."""
    return {
        "case_id": conversation.case_id,
        "order_id": conversation.order_id,
        "conversation_id": conversation.id,
        "buyer_id": conversation.buyer_id,
        "merchant_id": conversation.merchant_id,
        "by_buyer_id": conversation.buyer_id,
        "by_merchant_id": None,
        "agent_id": conversation.agent_id,
    }
