"""Conversations 会话: a buyer opens, everybody concerned writes, the system tells what happens to the case."""

from typing import Annotated

from aftercare_chassis.languages import choose
from aftercare_chassis.problems import problems
from aftercare_chassis.routing import ApiRoute, Read, Tx, allow
from aftercare_chassis.wire import Cursor, Id, Limit, PageOut
from fastapi import APIRouter, Depends, Request

from cs_svc import queries
from cs_svc.api.schemas import (
    AssignIn,
    ConversationIn,
    ConversationOut,
    ConversationWithMessagesOut,
    MessageIn,
    MessageOut,
)
from cs_svc.commands import conversations
from cs_svc.domain.model import Conversation, ConversationState, Message, Turn

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], route_class=ApiRoute)
TO_ME = AssignIn()


async def _language(request: Request, reader: Read) -> str:
    """What the system says in a conversation is said in the reader's language."""
    language = choose(request.headers.get("accept-language"))
    reader.headers |= {"content-language": language, "vary": "Accept-Language"}
    return language


Language = Annotated[str, Depends(_language)]


@router.post(
    "",
    operation_id="openConversation",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409, 413, 422),
    dependencies=[allow("buyer")],
)
async def open_conversation(body: ConversationIn, tx: Tx, language: Language) -> ConversationWithMessagesOut:
    """Begin a conversation about a case, an order or nothing in particular."""
    opened = await conversations.open_(tx, **body.model_dump())
    return await _with_messages(tx, opened, language)


@router.get("", operation_id="listConversations", responses=problems(400, 401, 422))
async def list_conversations(
    reader: Read,
    state: ConversationState | None = None,
    order_id: Id | None = None,
    case_id: Id | None = None,
    buyer_id: Id | None = None,
    agent_id: Id | None = None,
    whose_turn: Turn | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ConversationOut]:
    """Conversations, newest first; `whose_turn=service` is the queue of those that wait for an answer."""
    filters = {"state": state, "order_id": order_id, "case_id": case_id, "buyer_id": buyer_id}
    page = await queries.conversations(reader, limit, cursor, **filters, agent_id=agent_id, whose_turn=whose_turn)
    return PageOut[ConversationOut].of(page, lambda row: ConversationOut.of(row, reader.actor))


@router.get("/{conversation_id}", operation_id="getConversation", responses=problems(401, 404, 422))
async def get_conversation(conversation_id: Id, reader: Read, language: Language) -> ConversationWithMessagesOut:
    """A conversation with its latest hundred messages, oldest first."""
    return await _with_messages(reader, await queries.conversation(reader, conversation_id), language)


@router.get("/{conversation_id}/messages", operation_id="listMessages", responses=problems(400, 401, 404, 422))
async def list_messages(
    conversation_id: Id, reader: Read, language: Language, limit: Limit = 20, cursor: Cursor = None
) -> PageOut[MessageOut]:
    """All messages of a conversation in pages, newest first."""
    page = await queries.messages(reader, conversation_id, limit, cursor)
    return PageOut[MessageOut].of(page, lambda message: MessageOut.of(message, language))


@router.post(
    "/{conversation_id}/messages",
    operation_id="postMessage",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409, 412, 413, 422),
    dependencies=[allow("buyer", "seller", "agent")],
)
async def post_message(conversation_id: Id, body: MessageIn, tx: Tx, language: Language) -> MessageOut:
    """Say something."""
    return MessageOut.of(await conversations.post(tx, conversation_id, **body.model_dump()), language)


@router.post(
    "/{conversation_id}/assign",
    operation_id="assignConversation",
    responses=problems(400, 401, 403, 404, 409, 412, 413, 422),
    dependencies=[allow("agent")],
)
async def assign_conversation(conversation_id: Id, tx: Tx, body: AssignIn = TO_ME) -> ConversationOut:
    """Give the conversation to an agent."""
    return ConversationOut.of(await conversations.assign(tx, conversation_id, body.agent_id), tx.actor)


@router.post(
    "/{conversation_id}/close",
    operation_id="closeConversation",
    responses=problems(400, 401, 403, 404, 409, 412, 413, 422),
    dependencies=[allow("buyer", "agent")],
)
async def close_conversation(conversation_id: Id, tx: Tx) -> ConversationOut:
    """End the conversation."""
    return ConversationOut.of(await conversations.close(tx, conversation_id), tx.actor)


async def _with_messages(reader: Read, conversation: Conversation, language: str) -> ConversationWithMessagesOut:
    found: list[Message] = await queries.latest_messages(reader, conversation.id)
    shown = [MessageOut.of(message, language) for message in found]
    return ConversationWithMessagesOut.of(conversation, reader.actor, messages=shown)
