"""Bodies of conversations and messages."""

from dataclasses import asdict
from typing import Annotated, Self

from aftercare_chassis.http.schemas import AllowedOut, Id, In, Out, PrincipalId, Text, Time, example
from aftercare_chassis.lifecycle import Actor
from pydantic import Field

from cs_svc.api.schemas.shared import CASE_ID, ORDER_ID
from cs_svc.domain.case_notifications import notification_text
from cs_svc.domain.conversations import CONVERSATION, AuthorRole, Conversation, ConversationState, Message, Turn


class ConversationIn(In):
    """The first message, and the after-sale case or order that it is about; both ids are optional."""

    model_config = example(order_id=ORDER_ID, case_id=CASE_ID, text="什么时候退款?")

    order_id: Id | None = None
    case_id: Id | None = None
    text: Text


class CitationIn(In):
    """A published version of a knowledge-base article."""

    article_id: Id
    article_version: Annotated[int, Field(ge=1, le=1_000_000)]


class MessageIn(In):
    """A message. Agents may cite the articles that it relies on."""

    model_config = example(text="退款将在两个工作日内原路退回。")

    text: Text
    citations: Annotated[list[CitationIn], Field(default_factory=list, max_length=10)]


class AssignIn(In):
    """The agent to assign the conversation to; the caller where it is left out."""

    model_config = example(agent_id="agent-1")

    agent_id: PrincipalId | None = None


class CitationOut(Out):
    """The version of an article that a message relies on."""

    article_id: str
    article_version: int


class MessageOut(Out):
    """One message. `code` identifies a message of the system, whose `text` is in the reader's language."""

    id: str
    author_role: AuthorRole
    author_id: str
    text: str
    code: str | None
    citations: list[CitationOut]
    sent_at: Time

    @classmethod
    def of(cls, message: Message, language: str) -> Self:
        """The message in the reader's language."""
        text = message.text if message.text is not None else notification_text(message.code or "", language)
        return cls.model_validate({**asdict(message), "text": text})


class ConversationOut(Out):
    """A conversation without its messages."""

    id: str
    version: int
    state: ConversationState
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None
    agent_id: str | None
    message_count: int
    whose_turn: Annotated[Turn | None, Field(description="Who has to write next; null in a closed conversation.")]
    answer_due_at: Annotated[
        Time | None, Field(description="When the oldest unanswered message of the buyer is due to be answered.")
    ]
    overdue_at: Annotated[
        Time | None,
        Field(description="When an answer was last found to be overdue, also where it has been given since."),
    ]
    allowed_actions: list[AllowedOut]
    created_at: Time
    updated_at: Time
    closed_at: Time | None

    @classmethod
    def of(cls, conversation: Conversation, actor: Actor) -> Self:
        """The conversation with what this actor may do."""
        return cls.model_validate(_shown(conversation, actor))


class ConversationWithMessagesOut(ConversationOut):
    """A conversation and its latest messages, oldest first; earlier ones are at `/messages`."""

    messages: list[MessageOut]

    @classmethod
    def with_messages(cls, conversation: Conversation, actor: Actor, messages: list[MessageOut]) -> Self:
        """The conversation with these messages."""
        return cls.model_validate({**_shown(conversation, actor), "messages": messages})


def _shown(conversation: Conversation, actor: Actor) -> dict[str, object]:
    return {**asdict(conversation), "allowed_actions": AllowedOut.of(CONVERSATION.allowed(conversation, actor))}
