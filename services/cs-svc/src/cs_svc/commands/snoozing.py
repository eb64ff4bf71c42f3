"""Conversations that agents put off, take back and reopen. One that is put off comes back once: at its time, when the buyer writes, or
when an agent takes it back, whichever locks it first."""

from dataclasses import replace
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    ConversationAssigned,
    ConversationReopened,
    ConversationSnoozed,
    ConversationWoken,
    WakeCause,
)

from cs_svc.commands import effects
from cs_svc.commands.deadlines import snooze_timer
from cs_svc.commands.record import conversation_fields
from cs_svc.domain import conversations
from cs_svc.domain import snoozing as domain
from cs_svc.domain.conversations import Conversation, ConversationAction
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS


async def snooze(tx: Transaction[Settings], conversation_id: str, *, until: datetime) -> Conversation:
    """Put the conversation off until then; again, with another time, is a new time. One that nobody has is the actor's from now on.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        SnoozeTooShort, SnoozeTooLong: the time has passed, or is too far away.
        IllegalTransition, ActionNotAllowed: see CONVERSATION.
    """
    before = await tx.lock(CONVERSATIONS, conversation_id)
    agent = before.agent_id or tx.actor.id
    snoozed = replace(domain.snooze(before, until, tx), agent_id=agent)
    fields = conversation_fields(tx, snoozed)
    taken = [] if before.agent_id else [ConversationAssigned(**fields, agent_id=agent)]
    saved = await tx.save(CONVERSATIONS, snoozed, *taken, ConversationSnoozed(**fields, until=until))
    await effects.conversation_snoozed(tx, saved)
    return saved


async def wake(tx: Transaction[Settings], conversation_id: str) -> Conversation:
    """Take a conversation back before its time.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        NotSnoozed: it was not put off, or is back already.
        IllegalTransition, ActionNotAllowed: see CONVERSATION.
    """
    return await _woken(tx, await tx.lock(CONVERSATIONS, conversation_id), WakeCause.SET)


@snooze_timer(ConversationAction.WAKE)
async def wake_in_time(tx: Transaction[Settings], conversation: Conversation) -> None:
    """Let a locked conversation come back, whose time has come."""
    await _woken(tx, conversation, WakeCause.TIME)


async def _woken(tx: Transaction[Settings], before: Conversation, cause: WakeCause) -> Conversation:
    back = domain.wake(before, tx)
    event = ConversationWoken(**conversation_fields(tx, back), cause=cause, agent_id=back.agent_id)
    saved = await tx.save(CONVERSATIONS, back, event)
    await effects.conversation_woken(tx, saved)
    return saved


async def reopen(tx: Transaction[Settings], conversation_id: str) -> Conversation:
    """Let a closed conversation go on without a message, such as one that was closed by mistake.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see CONVERSATION.
    """
    reopened = conversations.reopen(await tx.lock(CONVERSATIONS, conversation_id), tx)
    saved = await tx.save(CONVERSATIONS, reopened, ConversationReopened(**conversation_fields(tx, reopened)))
    await effects.conversation_reopened(tx, saved)
    return saved
