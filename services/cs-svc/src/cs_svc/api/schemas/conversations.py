"""Bodies of conversations and messages."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    Id,
    In,
    Out,
    PrincipalId,
    Text,
    Time,
    UpdatedAt,
    Version,
    example,
)
from aftercare_chassis.lifecycle import Actor
from pydantic import Field, StringConstraints

from cs_svc.api.schemas.attachments import AttachedFileOut
from cs_svc.api.schemas.bot_questions import AlternativeOut as BotAlternativeOut
from cs_svc.api.schemas.bot_questions import CitationOut as BotCitationOut
from cs_svc.api.schemas.bot_questions import ProposalOut
from cs_svc.api.schemas.shared import CASE_ID, ORDER_ID
from cs_svc.domain.attachments import MOST_ADDED
from cs_svc.domain.bot import AnswerKind, HandoverReason
from cs_svc.domain.case_notifications import notification_text
from cs_svc.domain.channels import Channel
from cs_svc.domain.conversations import (
    CONVERSATION,
    AuthorRole,
    Conversation,
    ConversationState,
    Message,
    ServedBy,
    Turn,
)
from cs_svc.domain.read_marks import DeliveryState, ReadMark, delivery


class ConversationIn(In):
    """The first message, and the after-sale case or order that it is about; both ids are optional."""

    model_config = example(order_id=ORDER_ID, case_id=CASE_ID, text="什么时候退款?")

    order_id: Id | None = None
    """What it is about; may be left out."""
    case_id: Id | None = None
    """What it is about; may be left out."""
    text: Text
    """The first message."""


class CitationIn(In):
    """A published version of a knowledge-base article."""

    article_id: Id
    """The id of the article in kb-svc."""
    article_version: Annotated[int, Field(ge=1, le=1_000_000)]
    """The number of its published version: 1, 2, …."""


class HoldReplyIn(In):
    """A reply without files that waits for another agent before it is sent."""

    model_config = example(text="退款将在两个工作日内原路退回。")

    text: Text
    """What the others read."""
    citations: Annotated[list[CitationIn], Field(default_factory=list, max_length=10)]
    """The articles that the message relies on; only agents may cite."""
    case_id: Id | None = None
    """A case for which the message is an answer: its timeline shows the message. It is the case of the conversation, or one of
    its order; may be left out."""
    suggestion_id: Id | None = None
    """The suggestion that an agent posts, as it is or with other words; may be left out."""


class MessageIn(HoldReplyIn):
    """A message. Agents may cite the articles that it relies on."""

    attachment_ids: Annotated[list[Id], Field(default_factory=list, max_length=MOST_ADDED)]
    """Files of the author in this conversation that were accepted and are in no message yet."""


class AssignIn(In):
    """The agent to assign the conversation to; the caller where it is left out."""

    model_config = example(agent_id="agent-1")

    agent_id: PrincipalId | None = None
    """The caller where it is left out."""


class SwitchBotIn(In):
    """Whether the bot answers."""

    model_config = example(in_charge=True)

    in_charge: bool
    """Whether the bot answers the buyer until a person does."""


class CitationOut(Out):
    """The version of an article that a message relies on."""

    article_id: str
    """The id of the article in kb-svc."""
    article_version: int
    """The number of its published version: 1, 2, …."""


class BotBasisOut(Out):
    """By what the bot wrote a message."""

    answer_id: str
    """The answer, to state whether it helped: `ans_…`."""
    kind: AnswerKind
    """An answer, a question back, or that a person will answer."""
    reason: HandoverReason | None
    """Why a person will; null otherwise."""
    intent: str | None
    """The intent that is answered; null where none is."""
    confidence: float
    """How likely the likeliest intent is right, between 0 and 1."""
    model: int | None
    """The version of the model; null where none is active."""
    alternatives: list[BotAlternativeOut]
    """Other likely intents; the two to choose from where the bot asks back."""
    citations: list[BotCitationOut]
    """The clauses that it relies on."""
    proposal: ProposalOut | None
    """A request to confirm; null where there is none."""
    choices: list[str]
    """The buyer's own orders or cases to choose from, where it asks which one is meant."""
    is_generated: bool = False
    """Whether a generative model has worded it, each of whose sentences a cited clause supports."""


class MessageOut(Out):
    """One message. `code` identifies a message of the system, whose `text` is in the reader's language."""

    id: str
    """Identifies the message: `msg_…`."""
    place: str
    """Its place in the conversation: eight digits, which sort as the messages do. A client resumes after it."""
    author_role: AuthorRole
    """In which role the author wrote; `system` for an event of the case, `bot` for a program that answers."""
    author_id: str
    """The id of the person, or `system`, or `bot`."""
    text: str
    """What was written; a message of the system is in the language of the request."""
    code: str | None
    """What a message of the system reports, for programs; null for messages of people."""
    citations: list[CitationOut]
    """The articles that the message relies on."""
    case_id: str | None
    """The case for which it is an answer, and whose timeline shows it; null for any other message."""
    sent_at: Time
    """When it was posted."""
    channel: Channel
    """Over which channel its author wrote; `web` is this API, over which agents answer on every channel."""
    bot: BotBasisOut | None
    """By what the bot wrote it; null for what others write."""
    quoted: str | None
    """What its author repeated of earlier messages, or signed with; null where there is none."""
    delivery: DeliveryState | None = None
    """How far it has come to the other side, the buyer or those who serve; null for a message of the system."""
    origin_id: str | None
    """The conversation in which it was posted, where that was merged into this one, or this one was split from it; else null."""
    attachments: list[AttachedFileOut]
    """Its files."""

    @classmethod
    def of(cls, message: Message, language: str, marks: Collection[ReadMark] = ()) -> Self:
        """The message in the reader's language; without marks, nobody has received it."""
        text = message.text if message.text is not None else notification_text(message.code or "", language)
        return cls.model_validate({**asdict(message), "text": text, "delivery": delivery(message, marks)})


class ReadIn(In):
    """How far the caller has come."""

    model_config = example(place="00000012")

    place: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
    """The place of the last message that the caller has read; one beyond the last message is that of the last one."""
    read: bool = True
    """False where the messages were received and not read yet."""


class ReadMarkOut(Out):
    """How far somebody has come with this report; a mark never goes back."""

    conversation_id: str
    """The id of the conversation."""
    reader_role: AuthorRole
    """In which role."""
    reader_id: str
    """The id of the person."""
    read_place: str
    """The place of the last message that was read by this report; `00000000` where none was."""
    delivered_place: str
    """The place of the last message that was received."""

    @classmethod
    def of(cls, mark: ReadMark) -> Self:
        """The mark."""
        return cls.model_validate(asdict(mark))


class ConversationOut(Out):
    """A conversation without its messages."""

    id: str
    """Identifies the conversation: `conv_…`."""
    version: Version
    state: ConversationState
    """A closed conversation is reopened by the next message of the buyer or an agent."""
    order_id: str | None
    """The order that it is about, also where a case was named; null where it is about none."""
    case_id: str | None
    """The case that it is about; null where it is about none."""
    buyer_id: str
    """Who opened it."""
    merchant_id: str | None
    """The merchant of the order; null where it is about no order."""
    agent_id: str | None
    """The agent to whom it is assigned; null where it is to nobody."""
    bot_in_charge: bool
    """Whether the bot answers the buyer until a person does."""
    message_count: int
    """All messages, those of the system included."""
    unread_count: int | None = None
    """How many of them come after the last one that the caller has read or written; null in the response to a command."""
    whose_turn: Turn | None
    """Who has to write next; null in a closed conversation."""
    answer_due_at: Time | None
    """When the oldest unanswered message of the buyer is due to be answered; null where there is none."""
    overdue_at: Time | None
    """When an answer was last found to be overdue, also where it has been given since; null where none ever was."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt
    closed_at: Time | None
    """Null while the conversation is open."""
    channel: Channel
    """Over which channel the buyer writes; what others write is delivered over it, too."""
    identity_id: str | None
    """The buyer's address on the channel; null over `web`."""
    subject: str | None
    """The subject of its e-mails; null where there is none."""
    merged_into: str | None
    """The conversation that has its messages, where it goes on; null where it was not merged into one."""
    tags: list[str]
    """The tags that agents gave it; empty for buyers and merchants, who do not see them."""
    snoozed_until: Time | None
    """When a conversation that an agent put off comes back; null where it was not, and for buyers and merchants."""

    served_by: ServedBy
    """Whose people serve it: those of the platform, or of the merchant."""
    merchant_sees_from: str | None
    """The place of the first message that the merchant's people see; null where they see all that there is."""

    @classmethod
    def of(cls, conversation: Conversation, actor: Actor, unread: int | None = None) -> Self:
        """The conversation with what this actor may do, and how many messages it has not read."""
        return cls.model_validate(_shown(conversation, actor) | {"unread_count": unread})


class ConversationWithMessagesOut(ConversationOut):
    """A conversation and its latest messages, oldest first; earlier ones are at `/messages`."""

    messages: list[MessageOut]
    """The latest hundred, oldest first."""

    @classmethod
    def with_messages(
        cls, conversation: Conversation, actor: Actor, messages: list[MessageOut], unread: int | None = None
    ) -> Self:
        """The conversation with these messages, and how many the actor has not read."""
        return cls.model_validate({**_shown(conversation, actor), "messages": messages, "unread_count": unread})


_OUTSIDE = ("buyer", "seller")
_OF_PLATFORM: dict[str, object] = {"tags": [], "snoozed_until": None}


def _shown(conversation: Conversation, actor: Actor) -> dict[str, object]:
    hidden = _OF_PLATFORM if actor.role in _OUTSIDE else {}
    allowed = AllowedOut.of(CONVERSATION.allowed(conversation, actor))
    return {**asdict(conversation), **hidden, "allowed_actions": allowed}
