"""Conversations 会话: a buyer opens one; buyer, seller, agents and the system write in it."""

from functools import partial
from typing import Annotated

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http import fan_out_stream
from aftercare_chassis.http.fan_out import BEGINNING
from aftercare_chassis.http.languages import choose
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.http.sse import EventStream, LastEventId, LastEventUnknown
from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition
from fastapi import APIRouter, Depends, Path, Query, Request

from cs_svc import queries
from cs_svc.api.filters import OfBuyer, OfCase, OfOrder, OfTag, of_platform
from cs_svc.api.live_conversations import live_conversations
from cs_svc.api.schemas.conversations import (
    AssignIn,
    ConversationIn,
    ConversationOut,
    ConversationWithMessagesOut,
    MessageIn,
    MessageOut,
    ReadIn,
    ReadMarkOut,
    SwitchBotIn,
)
from cs_svc.commands import assist, bot_messages, conversations, read_marks
from cs_svc.domain.assist import SuggestionUnknown
from cs_svc.domain.attachments import AttachmentUnusable
from cs_svc.domain.channels import Channel
from cs_svc.domain.conversations import (
    CONVERSATION,
    Citation,
    Conversation,
    ConversationAction,
    ConversationState,
    ServedBy,
    Turn,
)
from cs_svc.domain.errors import (
    CaseNotInConversation,
    CaseOfOtherOrder,
    CaseUnknown,
    CitationsByAgentsOnly,
    ConversationGone,
    OptedOut,
    OrderUnknown,
    ReplyWindowClosed,
)
from cs_svc.domain.held_replies import ApprovalNeeded
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], route_class=ApiRoute)
ConversationId = Annotated[Id, Path(description="The id of the conversation.")]
TO_CALLER = AssignIn()
PLACE_DIGITS = 8
"""Of the place of a message, which is the id of its event in a stream."""


async def _language(request: Request, reader: Read) -> str:
    """The language of the system's messages in the response: the reader's."""
    language = choose(request.headers.get("accept-language"))
    reader.headers |= {"content-language": language, "vary": "Accept-Language"}
    return language


Language = Annotated[str, Depends(_language)]


@router.post(
    "",
    operation_id="openConversation",
    status_code=201,
    responses=refusals(OrderUnknown, CaseUnknown, CaseOfOtherOrder),
    dependencies=[require_role("buyer")],
)
async def open_conversation(body: ConversationIn, tx: Tx[Settings], language: Language) -> ConversationWithMessagesOut:
    """Open a conversation about an after-sale case, an order or nothing in particular."""
    opened = await conversations.open_(tx, order_id=body.order_id, case_id=body.case_id, text=body.text)
    return await _with_messages(tx, opened, language)


@router.get("", operation_id="listConversations")
async def list_conversations(
    reader: Read,
    state: Annotated[ConversationState | None, Query(description="Only conversations in this state.")] = None,
    order_id: OfOrder = None,
    case_id: OfCase = None,
    buyer_id: OfBuyer = None,
    agent_id: Annotated[
        PrincipalId | None, Query(description="Only conversations that are assigned to this agent.")
    ] = None,
    whose_turn: Annotated[
        Turn | None, Query(description="Only conversations in which these have to write next.")
    ] = None,
    channel: Annotated[Channel | None, Query(description="Only conversations over this channel.")] = None,
    served_by: Annotated[ServedBy | None, Query(description="Only conversations that these people serve.")] = None,
    tag: OfTag = None,
    snoozed: Annotated[
        bool | None,
        Query(description="Only conversations that are put off, or only those that are not; for the platform."),
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ConversationOut]:
    """Conversations, newest first. `whose_turn=service` lists those in which the buyer awaits an answer."""
    filters = {"state": state, "order_id": order_id, "case_id": case_id, "buyer_id": buyer_id, "channel": channel}
    filters |= {
        "agent_id": agent_id,
        "whose_turn": whose_turn,
        "served_by": served_by,
        **of_platform(reader.actor, tag, snoozed),
    }
    page = await queries.conversations(reader, limit, cursor, **filters)
    unread = await queries.unread(reader, page.data)
    return PageOut[ConversationOut].of(page, lambda row: ConversationOut.of(row, reader.actor, unread[row.id]))


@router.get("/{conversation_id}", operation_id="getConversation")
async def get_conversation(
    conversation_id: ConversationId, reader: Read, language: Language
) -> ConversationWithMessagesOut:
    """A conversation with its latest hundred messages, oldest first."""
    conversation = await queries.conversation(reader, conversation_id)
    unread = await queries.unread(reader, [conversation])
    return await _with_messages(reader, conversation, language, unread[conversation.id])


@router.get("/{conversation_id}/messages", operation_id="listMessages")
async def list_messages(
    conversation_id: ConversationId, reader: Read, language: Language, limit: Limit = 20, cursor: Cursor = None
) -> PageOut[MessageOut]:
    """All messages of a conversation in pages, newest first."""
    page = await queries.messages(reader, conversation_id, limit, cursor)
    marks = await queries.marks(reader, conversation_id)
    return PageOut[MessageOut].of(page, lambda message: MessageOut.of(message, language, marks))


@router.get("/{conversation_id}/live", operation_id="followConversation", response_class=EventStream)
async def follow_conversation(
    conversation_id: ConversationId,
    request: Request,
    reader: Read,
    language: Language,
    last_event_id: LastEventId = None,
) -> EventStream:
    """The messages of a conversation as server-sent events while they are posted, oldest first; each event's data is a
    message."""
    await queries.conversation(reader, conversation_id)
    live = live_conversations(request.app.state.runtime).messages
    subscribed = conversation_id, _place(last_event_id)
    return await fan_out_stream.stream(request, reader, live, subscribed, partial(MessageOut.of, language=language))


@router.post(
    "/{conversation_id}/messages",
    operation_id="postMessage",
    status_code=201,
    responses=refusals(
        ActionNotAllowed,
        CitationsByAgentsOnly,
        ApprovalNeeded,
        CaseUnknown,
        CaseNotInConversation,
        OptedOut,
        ReplyWindowClosed,
        ConversationGone,
        SuggestionUnknown,
        AttachmentUnusable,
    ),
    dependencies=[require_action(CONVERSATION, ConversationAction.POST)],
)
async def post_message(
    conversation_id: ConversationId, body: MessageIn, tx: Tx[Settings], language: Language
) -> MessageOut:
    """Post a message. A message of the buyer or an agent reopens a closed conversation."""
    cited = [Citation(article_id=each.article_id, article_version=each.article_version) for each in body.citations]
    posted = await assist.post(
        tx,
        conversation_id,
        text=body.text,
        citations=cited,
        case_id=body.case_id,
        suggestion_id=body.suggestion_id,
        attachment_ids=body.attachment_ids,
    )
    return MessageOut.of(posted, language)


@router.post(
    "/{conversation_id}/read",
    operation_id="markConversationRead",
    dependencies=[require_action(CONVERSATION, ConversationAction.POST)],
)
async def mark_conversation_read(conversation_id: ConversationId, body: ReadIn, tx: Tx[Settings]) -> ReadMarkOut:
    """Report how far the caller has received and read the conversation. The others see it at the messages; no event is published."""
    return ReadMarkOut.of(await read_marks.mark(tx, conversation_id, place=body.place, read=body.read))


@router.post(
    "/{conversation_id}/assign",
    operation_id="assignConversation",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(CONVERSATION, ConversationAction.ASSIGN)],
)
async def assign_conversation(
    conversation_id: ConversationId, tx: Tx[Settings], body: AssignIn = TO_CALLER
) -> ConversationOut:
    """Assign the conversation to an agent."""
    return ConversationOut.of(await conversations.assign(tx, conversation_id, agent_id=body.agent_id), tx.actor)


@router.post(
    "/{conversation_id}/switch-bot",
    operation_id="switchBot",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(CONVERSATION, ConversationAction.SWITCH_BOT)],
)
async def switch_bot(conversation_id: ConversationId, body: SwitchBotIn, tx: Tx[Settings]) -> ConversationOut:
    """Let the bot answer the buyer from now on, or no more; an agent who writes in the conversation ends it as well."""
    return ConversationOut.of(await bot_messages.switch(tx, conversation_id, in_charge=body.in_charge), tx.actor)


@router.post(
    "/{conversation_id}/close",
    operation_id="closeConversation",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(CONVERSATION, ConversationAction.CLOSE)],
)
async def close_conversation(conversation_id: ConversationId, tx: Tx[Settings]) -> ConversationOut:
    """Close the conversation; the next message of the buyer or an agent reopens it."""
    return ConversationOut.of(await conversations.close(tx, conversation_id), tx.actor)


def _place(last: str | None) -> str:
    if last is not None and not (len(last) == PLACE_DIGITS and last.isascii() and last.isdigit()):
        raise LastEventUnknown
    return last or BEGINNING


async def _with_messages(
    reader: Reader, conversation: Conversation, language: str, unread: int | None = None
) -> ConversationWithMessagesOut:
    marks = await queries.marks(reader, conversation.id)
    found = await queries.latest_messages(reader, conversation)
    messages = [MessageOut.of(each, language, marks) for each in found]
    return ConversationWithMessagesOut.with_messages(conversation, reader.actor, messages, unread)
