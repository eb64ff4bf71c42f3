"""Conversations 会话: a buyer's conversation with those who serve, its messages, and whose turn it is to write."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypedDict
from uuid import UUID

from aftercare_chassis.lifecycle import NOBODY, Actor, Context, Guard, Lifecycle, Timeout, Transition

from cs_svc.domain.attachments import AttachedFile
from cs_svc.domain.channels import Channel
from cs_svc.domain.errors import CaseNotInConversation, ConversationGone, NoAnswerAwaited, NotSnoozed
from cs_svc.domain.orders import KnownCase
from cs_svc.domain.permissions import (
    AGENT,
    AGENT_OR_SELLER,
    AGENT_OR_SYSTEM,
    BUYER_OR_AGENT,
    PARTIES_AND_AGENTS,
    SYSTEM_ONLY,
)


class ConversationState(StrEnum):
    """The states of a conversation; a closed one can be reopened."""

    OPEN = "open"
    CLOSED = "closed"


class ConversationAction(StrEnum):
    POST = "post"
    ASSIGN = "assign"
    CLOSE = "close"
    REOPEN = "reopen"
    TRANSFER = "transfer"
    MERGE = "merge"
    ABSORB = "absorb"
    SPLIT = "split"
    TAG = "tag"
    SNOOZE = "snooze"
    WAKE = "wake"
    NOTIFY = "notify"
    MARK_OVERDUE = "mark_overdue"
    ANSWER_BY_BOT = "answer_by_bot"
    SWITCH_BOT = "switch_bot"
    REFER = "refer"
    SERVE = "serve"


class ServedBy(StrEnum):
    """Whose people serve a conversation: those of the platform, or of the merchant."""

    PLATFORM = "platform"
    MERCHANT = "merchant"


class AuthorRole(StrEnum):
    """In which role somebody writes a message; `system` reports an event, `bot` is a program that answers."""

    BUYER = "buyer"
    SELLER = "seller"
    AGENT = "agent"
    SYSTEM = "system"
    BOT = "bot"


BOT = Actor("bot", "bot")
"""The bot as the author of its messages."""


class Turn(StrEnum):
    """Who has to write next: the seller or an agent, or the buyer whom they answered."""

    SERVICE = "service"
    BUYER = "buyer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation about an after-sale case, an order or nothing in particular.

    `answer_due_at` is when the oldest unanswered message of the buyer is due to be answered, None where there is none.
    `deadline_at` is when the timer marks that answer as overdue, None once it has. `overdue_at` is when the timer last
    marked an answer, also after it was given. `whose_turn` is None in a closed conversation. `identity_id` is the address of the buyer on
    the channel, None over `web`; `subject` is that of its e-mails. `bot_in_charge` is whether the bot answers the buyer until a person does.
    `tags` are ids. `snoozed_until` is when a conversation that was put off comes back, None
    where it was not. `merged_into` is the conversation that has its messages. `places_skipped` are places that no message has any more, or
    never had. `merchant_sees_from` is the place of the first message that the merchant's people see, None where they see all.
    """

    id: str
    version: int
    state: ConversationState
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None
    agent_id: str | None = None
    message_count: int = 0
    whose_turn: Turn | None = None
    answer_due_at: datetime | None = None
    deadline_at: datetime | None = None
    overdue_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    channel: Channel = Channel.WEB
    identity_id: str | None = None
    subject: str | None = None
    bot_in_charge: bool = False
    tags: list[str] = field(default_factory=list)
    snoozed_until: datetime | None = None
    merged_into: str | None = None
    places_skipped: int = 0
    served_by: ServedBy = ServedBy.PLATFORM
    merchant_sees_from: str | None = None

    @property
    def last_place(self) -> str:
        """The place of the last message."""
        return f"{self.message_count + self.places_skipped:08d}"

    def first_shown(self, role: str) -> str:
        """The place of the first message that people of this role see, of those who see the conversation; empty where they see all."""
        return self.merchant_sees_from or "" if role == AuthorRole.SELLER else ""


class Citation(TypedDict):
    """A published version of a knowledge-base article."""

    article_id: str
    article_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. People's messages have a text, those of the system a code that is translated for each reader.

    `place` is its number in the conversation, padded so that places sort as numbers do: ids of two processes may not.
    `citations` are the versions of knowledge-base articles that the message relies on. `case_id` is the case whose timeline
    shows the message. `channel` is over which it came. `quoted` is what its author repeated of earlier messages, or signed with; `external_id` is
    what the channel calls it. `bot` has by what the bot wrote it, see `domain.bot_turns`. `origin_id` is the conversation in which it was
    posted, where that was another one. `attachments` are its files as they were when it was posted.
    """

    id: str
    conversation_id: str
    place: str
    author_role: AuthorRole
    author_id: str
    text: str | None
    code: str | None
    event_id: UUID | None
    citations: list[Citation]
    case_id: str | None = None
    sent_at: datetime
    channel: Channel = Channel.WEB
    quoted: str | None = None
    external_id: str | None = None
    bot: dict[str, Any] | None = None  # Any: JSON
    origin_id: str | None = None
    attachments: list[AttachedFile] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Over which channel a message came and with which files, see Message. `written_at` is when it was written, where the channel says so."""

    channel: Channel = Channel.WEB
    quoted: str | None = None
    external_id: str | None = None
    written_at: datetime | None = None
    attachments: tuple[AttachedFile, ...] = ()


OVER_API = Source()


def _refuse_unless_awaited(conversation: Conversation, _: object) -> NoAnswerAwaited | None:
    """A refusal where no answer is due, or where the one that is due has been marked already."""
    due, marked = conversation.answer_due_at, conversation.overdue_at
    return NoAnswerAwaited() if due is None or (marked is not None and marked >= due) else None


def _turn_while_open(conversation: Conversation, _: object) -> Turn:
    """Those who serve, while a message of the buyer has no answer."""
    return Turn.BUYER if conversation.answer_due_at is None else Turn.SERVICE


def _refuse_unless_snoozed(conversation: Conversation, _: object) -> NotSnoozed | None:
    return NotSnoozed() if conversation.snoozed_until is None else None


def _refuse_where_merged(conversation: Conversation, _: object) -> ConversationGone | None:
    into = conversation.merged_into
    return None if into is None else ConversationGone(merged_into=into)


NOT_MERGED = Guard(ConversationGone.code, _refuse_where_merged)
NOT_SNOOZED = Guard(NotSnoozed.code, _refuse_unless_snoozed)
NOT_AWAITED = Guard(NoAnswerAwaited.code, _refuse_unless_awaited)
_STATE, _ACTION = ConversationState, ConversationAction
CONVERSATION: Lifecycle[ConversationState, ConversationAction] = Lifecycle(
    "conversation",
    initial=_STATE.OPEN,
    transitions={
        (_STATE.OPEN, _ACTION.POST): Transition(_STATE.OPEN, PARTIES_AND_AGENTS),
        (_STATE.OPEN, _ACTION.ASSIGN): Transition(_STATE.OPEN, AGENT),
        (_STATE.OPEN, _ACTION.CLOSE): Transition(_STATE.CLOSED, BUYER_OR_AGENT),
        (_STATE.CLOSED, _ACTION.REOPEN): Transition(_STATE.OPEN, AGENT, guards=(NOT_MERGED,)),
        (_STATE.OPEN, _ACTION.TRANSFER): Transition(_STATE.OPEN, AGENT),
        (_STATE.OPEN, _ACTION.MERGE): Transition(_STATE.CLOSED, AGENT),
        (_STATE.CLOSED, _ACTION.MERGE): Transition(_STATE.CLOSED, AGENT, guards=(NOT_MERGED,)),
        (_STATE.OPEN, _ACTION.ABSORB): Transition(_STATE.OPEN, AGENT, outcome_of="merge"),
        (_STATE.OPEN, _ACTION.SPLIT): Transition(_STATE.OPEN, AGENT),
        (_STATE.OPEN, _ACTION.TAG): Transition(_STATE.OPEN, AGENT),
        (_STATE.CLOSED, _ACTION.TAG): Transition(_STATE.CLOSED, AGENT, guards=(NOT_MERGED,)),
        (_STATE.OPEN, _ACTION.SNOOZE): Transition(_STATE.OPEN, AGENT),
        (_STATE.OPEN, _ACTION.WAKE): Transition(_STATE.OPEN, AGENT_OR_SYSTEM, guards=(NOT_SNOOZED,)),
        (_STATE.OPEN, _ACTION.NOTIFY): Transition(_STATE.OPEN, SYSTEM_ONLY),
        (_STATE.OPEN, _ACTION.MARK_OVERDUE): Transition(_STATE.OPEN, SYSTEM_ONLY),
        (_STATE.OPEN, _ACTION.ANSWER_BY_BOT): Transition(_STATE.OPEN, SYSTEM_ONLY),
        (_STATE.OPEN, _ACTION.SWITCH_BOT): Transition(_STATE.OPEN, AGENT),
        (_STATE.OPEN, _ACTION.REFER): Transition(_STATE.OPEN, AGENT_OR_SELLER),
        (_STATE.OPEN, _ACTION.SERVE): Transition(_STATE.OPEN, SYSTEM_ONLY),
        # Those who may close it may write again and so reopen it (ADR 26).
        (_STATE.CLOSED, _ACTION.POST): Transition(_STATE.OPEN, BUYER_OR_AGENT, guards=(NOT_MERGED,)),
        # A buyer also looks into a closed conversation for news of the case.
        (_STATE.CLOSED, _ACTION.NOTIFY): Transition(_STATE.CLOSED, SYSTEM_ONLY),
    },
    timeouts={
        _STATE.OPEN: Timeout(
            turn=Turn.SERVICE,
            turn_by=_turn_while_open,
            then=_ACTION.MARK_OVERDUE,
            effect="marked_overdue",
            since="answer_due_at",
            unless=NOT_AWAITED,
        )
    },
    ends={_STATE.CLOSED},
)


def with_message(conversation: Conversation, author: AuthorRole, context: Context) -> Conversation:
    """The open conversation with one more message of a person, and whose turn it is then.

    A buyer's message is due to be answered within `reply_hours`, counted from the oldest unanswered one: writing again
    does not postpone the answer. A message of the seller or an agent is the answer; the bot writes no more then.
    """
    due = None
    if author is AuthorRole.BUYER:
        due = conversation.answer_due_at or context.now + timedelta(hours=context.settings.reply_hours)
    in_charge = conversation.bot_in_charge and author is AuthorRole.BUYER
    return _longer(conversation, due, in_charge, context)


def with_bot_message(conversation: Conversation, context: Context, *, hands_over: bool) -> Conversation:
    """The open conversation with one more message of the bot: an answer, or word that a person will answer, which is still due then."""
    due = conversation.answer_due_at if hands_over else None
    return _longer(conversation, due, not hands_over, context)


def _longer(conversation: Conversation, due: datetime | None, in_charge: bool, context: Context) -> Conversation:
    longer = replace(
        conversation, message_count=conversation.message_count + 1, answer_due_at=due, bot_in_charge=in_charge
    )
    return with_turn(CONVERSATION.reschedule(longer, context))


def check_concerns(conversation: Conversation, case: KnownCase) -> None:
    """Check that the conversation is about this case, or about its order and no other case. Raises: CaseNotInConversation."""
    if conversation.order_id != case.order_id or conversation.case_id not in (None, case.id):
        raise CaseNotInConversation(pointer="/case_id")


def mark_overdue(conversation: Conversation, context: Context) -> Conversation:
    """The conversation whose answer is overdue; the timer does not mark the same answer again."""
    return CONVERSATION.apply(replace(conversation, overdue_at=context.now), ConversationAction.MARK_OVERDUE, context)


def close(conversation: Conversation, context: Context) -> Conversation:
    """The closed conversation; no answer is due in it."""
    closed = CONVERSATION.apply(conversation, ConversationAction.CLOSE, context)
    return with_turn(replace(closed, answer_due_at=None, snoozed_until=None, closed_at=context.now))


def reopen(conversation: Conversation, context: Context) -> Conversation:
    """The closed conversation that goes on: no answer is due, and the buyer has to write next."""
    return with_turn(replace(CONVERSATION.apply(conversation, ConversationAction.REOPEN, context), closed_at=None))


def with_turn(conversation: Conversation) -> Conversation:
    """The conversation with whose turn it is by the table. NOBODY is stored as None, which the column and the API have."""
    turn = CONVERSATION.whose_turn(conversation)
    return replace(conversation, whose_turn=None if turn == NOBODY else Turn(turn))
