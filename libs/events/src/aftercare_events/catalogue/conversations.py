"""Conversations with customer service, published by cs-svc. What people write stays there."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import (
    AnswerDueAt,
    BuyerId,
    CaseId,
    Code,
    ConversationId,
    Hash,
    Id,
    MerchantId,
    OrderId,
    PrincipalId,
)
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class AuthorRole(Vocabulary):
    """Who writes in conversations."""

    BUYER = "buyer", "the buyer"
    SELLER = "seller", "somebody of the merchant"
    AGENT = "agent", "an agent of customer service"
    SYSTEM = "system", "the system, about what happened to the case"


class ConversationEvent(Event):
    """What every event of a conversation carries."""

    TOPIC: ClassVar[Topic] = topics.CONVERSATIONS
    KEY: ClassVar[str] = "conversation_id"

    conversation_id: ConversationId
    order_id: OrderId | None = None
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId | None = None


class ConversationOpened(ConversationEvent):
    """A buyer started a conversation."""

    matter: Code = "conversation"


class MessagePosted(ConversationEvent):
    """A message was added; its text stays with cs-svc."""

    matter: Code = "conversation_message"
    message_id: Id
    author_role: Annotated[Code, one_of(AuthorRole, "who wrote it")]
    author_id: PrincipalId
    text_hash: Hash
    for_case: Annotated[bool | None, Field(description="whether it is an answer for the case, which is to show it")] = (
        None
    )


class ConversationAssigned(ConversationEvent):
    """An agent took the conversation over."""

    matter: Code = "conversation_assignment"
    agent_id: Annotated[PrincipalId, Field(description="the agent who answers from now on")]


class ConversationOverdue(ConversationEvent):
    """Nobody answered the buyer's message in time."""

    matter: Code = "conversation_overdue"
    answer_due_at: AnswerDueAt


class ConversationClosed(ConversationEvent):
    """The conversation ended."""

    matter: Code = "conversation"


class ConversationReopened(ConversationEvent):
    """The conversation had ended and goes on: the buyer or an agent, who is its handler, wrote again."""

    matter: Code = "conversation"
