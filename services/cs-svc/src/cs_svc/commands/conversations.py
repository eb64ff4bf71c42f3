"""Talking: open, post, assign, close; and what the system says in a conversation when its case moves."""

from dataclasses import replace
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    ConversationAssigned,
    ConversationClosed,
    ConversationOpened,
    ConversationReopened,
    MessagePosted,
    TraceFields,
)

from cs_svc.commands import subjects
from cs_svc.domain import policy
from cs_svc.domain.errors import CitationsByAgentsOnly
from cs_svc.domain.lifecycle import CONVERSATION, ConversationAction
from cs_svc.domain.model import AuthorRole, Conversation, ConversationState, Message
from cs_svc.tables import CONVERSATIONS, CONVERSATIONS_TO_TELL, MESSAGES


async def open_(tx: Transaction, *, order_id: str | None, case_id: str | None, text: str) -> Conversation:
    """Begin to talk with a first message, about a case, an order or nothing in particular."""
    subject = await subjects.find(tx, order_id, case_id)
    begun = Conversation(
        id=tx.new_id("conv"),
        version=0,
        state=ConversationState.OPEN,
        order_id=subject.order_id if subject else None,
        case_id=subject.case_id if subject else None,
        buyer_id=tx.actor.id,
        merchant_id=subject.merchant_id if subject else None,
        agent_id=None,
        message_count=0,
        whose_turn=None,
        answer_due_at=None,
        created_at=tx.now,
        updated_at=tx.now,
        closed_at=None,
    )
    conversation = policy.spoken(begun, AuthorRole.BUYER, tx.now, tx.settings.reply_hours)
    message = _message(tx, conversation, text=text)
    opened = ConversationOpened(**about(tx, conversation))
    saved = await tx.create(CONVERSATIONS, conversation, opened, _posted(tx, conversation, message, text))
    await tx.insert(MESSAGES, message)
    return saved


async def post(tx: Transaction, conversation_id: str, text: str, citations: list[dict[str, Any]]) -> Message:
    """Say something; a buyer's message waits for an answer, an answer ends the waiting. A closed conversation is open again:
    its agent stays, and a buyer's message gets a new time to be answered in."""
    if citations and tx.actor.role != AuthorRole.AGENT:
        raise CitationsByAgentsOnly(pointer="/citations")
    conversation = await tx.lock(CONVERSATIONS, conversation_id)
    state = CONVERSATION.move(conversation.state, ConversationAction.POST, tx.actor)
    going_on = replace(conversation, state=state, closed_at=None)
    said = policy.spoken(going_on, AuthorRole(tx.actor.role), tx.now, tx.settings.reply_hours)
    message = _message(tx, said, text=text, citations=citations)
    reopened = [ConversationReopened(**about(tx, said))] if conversation.state is ConversationState.CLOSED else []
    await tx.save(CONVERSATIONS, said, *reopened, _posted(tx, said, message, text))
    await tx.insert(MESSAGES, message)
    return message


async def assign(tx: Transaction, conversation_id: str, agent_id: str | None) -> Conversation:
    """Give the conversation to an agent: to the one who asks, where nobody is named."""
    conversation = await tx.lock(CONVERSATIONS, conversation_id)
    state = CONVERSATION.move(conversation.state, ConversationAction.ASSIGN, tx.actor)
    agent = agent_id or tx.actor.id
    taken = replace(conversation, state=state, agent_id=agent, updated_at=tx.now)
    told = ConversationAssigned(**about(tx, taken), agent_id=agent)
    return await tx.save(CONVERSATIONS, taken, told)


async def close(tx: Transaction, conversation_id: str) -> Conversation:
    """End the talk; nobody waits for an answer any more."""
    conversation = await tx.lock(CONVERSATIONS, conversation_id)
    state = CONVERSATION.move(conversation.state, ConversationAction.CLOSE, tx.actor)
    closed = replace(
        conversation, state=state, whose_turn=None, answer_due_at=None, updated_at=tx.now, closed_at=tx.now
    )
    return await tx.save(CONVERSATIONS, closed, ConversationClosed(**about(tx, closed)))


async def tell(tx: Transaction, *, order_id: str, case_id: str, code: str) -> None:
    """Say in each conversation about the case or its order what has happened; once per event, however often it comes."""
    event_id = tx.cause.id if tx.cause else None
    found = await tx.all(CONVERSATIONS_TO_TELL, order_id=order_id, case_id=case_id, event_id=event_id)
    for conversation in found:
        state = CONVERSATION.move(conversation.state, ConversationAction.NOTIFY, tx.actor)
        told = policy.spoken(replace(conversation, state=state), AuthorRole.SYSTEM, tx.now, tx.settings.reply_hours)
        message = _message(tx, told, code=code)
        await tx.save(CONVERSATIONS, told, _posted(tx, told, message, code))
        await tx.insert(MESSAGES, message)


class About(TraceFields):
    """What every event of a conversation says."""

    conversation_id: str
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None


def about(tx: Transaction, conversation: Conversation) -> About:
    """Five of the six answers (the matter is the event's own) and the conversation they belong to."""
    return About(
        affected_party=conversation.buyer_id,
        applicant=conversation.buyer_id,
        handler=tx.actor.id,
        time=tx.now,
        result=conversation.state,
        conversation_id=conversation.id,
        order_id=conversation.order_id,
        case_id=conversation.case_id,
        buyer_id=conversation.buyer_id,
        merchant_id=conversation.merchant_id,
    )


def _message(
    tx: Transaction,
    conversation: Conversation,
    *,
    text: str | None = None,
    code: str | None = None,
    citations: list[dict[str, Any]] | None = None,
) -> Message:
    return Message(
        id=tx.new_id("msg"),
        conversation_id=conversation.id,
        place=f"{conversation.message_count:08d}",
        author_role=AuthorRole(tx.actor.role),
        author_id=tx.actor.id,
        text=text,
        code=code,
        event_id=tx.cause.id if tx.cause and code else None,
        citations=citations or [],
        sent_at=tx.now,
    )


def _posted(tx: Transaction, conversation: Conversation, message: Message, said: str) -> MessagePosted:
    text_hash = policy.digest(said)
    return MessagePosted(
        **about(tx, conversation),
        message_id=message.id,
        author_role=message.author_role,
        author_id=message.author_id,
        text_hash=text_hash,
        evidence=(text_hash,),
    )
