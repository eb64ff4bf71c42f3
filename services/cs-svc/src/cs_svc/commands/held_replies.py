"""Replies that wait for the approval of another agent: asked for, decided, withdrawn, and ended. The conversation is locked before its replies,
as by those who close or merge it; the timer locks the reply alone."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Actor
from aftercare_events import (
    HeldReplyApproved,
    HeldReplyAsked,
    HeldReplyDeclined,
    HeldReplyExpired,
    HeldReplyWithdrawn,
    digest,
)

from cs_svc.commands import assist
from cs_svc.commands.deadlines import held_reply_timer
from cs_svc.commands.held_reply_ends import held_reply_fields
from cs_svc.domain import held_replies as domain
from cs_svc.domain.conversations import CONVERSATION, Citation, ConversationAction
from cs_svc.domain.held_replies import HELD_REPLY, HeldReply, HeldReplyAction, NoApprovalNeeded
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS
from cs_svc.tables.held_replies import HELD_REPLIES


async def ask(
    tx: Transaction[Settings],
    conversation_id: str,
    *,
    text: str,
    citations: Sequence[Citation],
    case_id: str | None,
    suggestion_id: str | None,
) -> HeldReply:
    """Let a reply of the actor wait for another agent. Nothing is sent yet, and the conversation stays as it is.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        NoApprovalNeeded: it names no amount above the limit.
        IllegalTransition, ActionNotAllowed, ConversationGone: see CONVERSATION.
    """
    conversation = await tx.lock(CONVERSATIONS, conversation_id)
    CONVERSATION.apply(conversation, ConversationAction.POST, tx)
    amount = domain.above_limit(text, conversation.merchant_id, tx.settings.reply_limits)
    if amount is None:
        raise NoApprovalNeeded
    new = HeldReply(
        id=tx.new_id("hrp"),
        version=0,
        state=HELD_REPLY.initial,
        conversation_id=conversation_id,
        buyer_id=conversation.buyer_id,
        author_id=tx.actor.id,
        text=text,
        citations=list(citations),
        case_id=case_id,
        suggestion_id=suggestion_id,
        amount_minor=amount.minor,
        currency=amount.currency,
        created_at=tx.now,
        updated_at=tx.now,
    )
    asked = HELD_REPLY.start(new, tx)
    return await tx.create(HELD_REPLIES, asked, HeldReplyAsked(**held_reply_fields(tx, asked), text_hash=digest(text)))


async def approve(tx: Transaction[Settings], reply_id: str) -> HeldReply:
    """Send the reply as a message of its author, once.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        NotByAuthor: the actor wrote it.
        IllegalTransition: it was decided, withdrawn, or has ended.
        Refusal: as `assist.post`: it cannot be sent any more.
    """
    reply = await _lock(tx, reply_id)
    approved = HELD_REPLY.apply(reply, HeldReplyAction.APPROVE, tx, tx.actor.id)
    author = copy(tx)
    author.actor = Actor(reply.author_id, tx.actor.role)
    message = await assist.post(
        author,
        reply.conversation_id,
        text=reply.text,
        citations=reply.citations,
        case_id=reply.case_id,
        suggestion_id=reply.suggestion_id,
        is_approved=True,
    )
    tx.now = author.now
    sent = replace(approved, decided_by=tx.actor.id, message_id=message.id, updated_at=tx.now)
    event = HeldReplyApproved(**held_reply_fields(tx, sent), message_id=message.id)
    return await tx.save(HELD_REPLIES, sent, event)


async def decline(tx: Transaction[Settings], reply_id: str, *, reason: str) -> HeldReply:
    """Let the reply not be sent. Raises: NotFound, Stale, NotByAuthor, IllegalTransition, as `approve`."""
    declined = HELD_REPLY.apply(await _lock(tx, reply_id), HeldReplyAction.DECLINE, tx, tx.actor.id)
    declined = replace(declined, decided_by=tx.actor.id, reason=reason)
    return await tx.save(
        HELD_REPLIES, declined, HeldReplyDeclined(**held_reply_fields(tx, declined), reason_hash=digest(reason))
    )


async def withdraw(tx: Transaction[Settings], reply_id: str) -> HeldReply:
    """Let an own reply not be sent.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        ByAuthorOnly: somebody else wrote it.
        IllegalTransition: it was decided, or has ended.
    """
    withdrawn = HELD_REPLY.apply(await _lock(tx, reply_id), HeldReplyAction.WITHDRAW, tx, tx.actor.id)
    return await tx.save(HELD_REPLIES, withdrawn, HeldReplyWithdrawn(**held_reply_fields(tx, withdrawn)))


@held_reply_timer(HeldReplyAction.EXPIRE)
async def expire(tx: Transaction[Settings], reply: HeldReply) -> None:
    """End a locked reply that nobody has decided about in time; it is not sent."""
    expired = HELD_REPLY.apply(reply, HeldReplyAction.EXPIRE, tx)
    await tx.save(HELD_REPLIES, expired, HeldReplyExpired(**held_reply_fields(tx, expired)))


async def _lock(tx: Transaction[Settings], reply_id: str) -> HeldReply:
    found = await tx.get(HELD_REPLIES, reply_id)
    tx.check_condition(found.version)
    await tx.lock(CONVERSATIONS, found.conversation_id)
    return await tx.lock(HELD_REPLIES, reply_id)
