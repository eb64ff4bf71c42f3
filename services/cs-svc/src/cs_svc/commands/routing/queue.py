"""Conversations in queues: they enter, are offered, taken, moved to another team, and leave."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.refusals import NotFound
from aftercare_events import (
    ConversationAssigned,
    ConversationOffered,
    ConversationOfferEnded,
    ConversationOverflowed,
    ConversationQueued,
    QueuedConversationLeft,
    QueuedConversationTaken,
)

from cs_svc.commands.deadlines import queue_timer
from cs_svc.commands.record import conversation_fields
from cs_svc.commands.routing import forecasts
from cs_svc.commands.routing.record import queue_fields
from cs_svc.domain.conversations import CONVERSATION, Conversation, ConversationAction, ServedBy
from cs_svc.domain.orders import Subject
from cs_svc.domain.routing import queue as domain
from cs_svc.domain.routing.agents import WEIGHTS, Team
from cs_svc.domain.routing.errors import OfferedToAnother
from cs_svc.domain.routing.queue import (
    QUEUE_ENTRY,
    RANKS,
    LeaveCause,
    OfferEnd,
    Priority,
    QueueAction,
    QueueEntry,
)
from cs_svc.settings import Settings
from cs_svc.tables.conversations import CONVERSATIONS
from cs_svc.tables.orders import SUBJECT
from cs_svc.tables.routing import agents, queue
from cs_svc.tables.routing.hard_cases import IS_HARD

ROUTING = "routing"
"""The worker that offers waiting conversations to agents."""


async def enter(
    tx: Transaction[Settings],
    conversation: Conversation,
    *,
    language: str | None = None,
    priority: Priority = Priority.NORMAL,
    is_hard: bool = False,
    team: Team | None = None,
    since: datetime | None = None,
    refused_by: Sequence[str] = (),
) -> QueueEntry | None:
    """Let a conversation wait for an agent of this team, or of the one that is for it; None where none is, or where the merchant's people serve it. One that
    waits already goes on waiting.

    It has waited `since` then, and is offered last to those in `refused_by`.
    """
    if conversation.served_by is ServedBy.MERCHANT:
        return None
    live = await tx.one(queue.LOCK_LIVE_ENTRY, conversation_id=conversation.id)
    if live is not None:
        return live
    subject = await tx.one(SUBJECT, case_id=conversation.case_id, order_id=conversation.order_id)
    reason = None if subject is None else subject.reason
    if team is None:
        team = await tx.one(agents.TEAM_FOR, merchant_id=conversation.merchant_id, reason=reason, language=language)
    if team is None:
        return None
    entry = _new(tx, conversation, team, subject, language)
    entry = replace(entry, waiting_since=since or tx.now, refused_by=list(refused_by))
    is_hard = is_hard or await _is_hard(tx, conversation)
    entry = QUEUE_ENTRY.start(replace(entry, priority=RANKS[priority], is_hard=is_hard), tx)
    entry = await forecasts.with_forecast(tx, entry)
    tx.wake(ROUTING)
    return await tx.create(
        queue.QUEUE_ENTRIES, entry, ConversationQueued(**queue_fields(tx, entry), priority=entry.priority)
    )


async def _is_hard(tx: Transaction[Settings], conversation: Conversation) -> bool:
    """Whether it is about an order that is complained or disputed about, written about again and again, or of a high total."""
    if conversation.order_id is None:
        return False
    found = await tx.one(
        IS_HARD,
        order_id=conversation.order_id,
        case_id=conversation.case_id,
        high_minor=tx.settings.hard_amount_minor,
    )
    return found is not None and bool(found["is_hard"])


def _new(
    tx: Transaction[Settings],
    conversation: Conversation,
    team: Team,
    subject: Subject | None,
    language: str | None,
) -> QueueEntry:
    wanted = {
        "language": language,
        "reason": None if subject is None else subject.reason,
        "category": None if subject is None else subject.category,
    }
    return QueueEntry(
        id=tx.new_id("que"),
        version=0,
        state=QUEUE_ENTRY.initial,
        conversation_id=conversation.id,
        order_id=conversation.order_id,
        case_id=conversation.case_id,
        buyer_id=conversation.buyer_id,
        merchant_id=conversation.merchant_id,
        team_id=team.id,
        first_team_id=team.id,
        priority=RANKS[Priority.NORMAL],
        weight=WEIGHTS[conversation.channel],
        skills=sorted(f"{kind}:{code}" for kind, code in wanted.items() if code is not None),
        reason=wanted["reason"],
        last_agent_id=conversation.agent_id,
        refused_by=[],
        waiting_since=tx.now,
        overflow_at=domain.overflow_time(team, tx.now),
        created_at=tx.now,
        updated_at=tx.now,
    )


async def offer(tx: Transaction[Settings], entry: QueueEntry, agent_id: str, *, seconds: int) -> None:
    """Offer a locked entry to an agent, who has so many seconds to take it."""
    offered = domain.offer(entry, agent_id, seconds, tx)
    assert offered.offer_ends_at is not None
    event = ConversationOffered(**queue_fields(tx, offered), agent_id=agent_id, offer_ends_at=offered.offer_ends_at)
    await tx.save(queue.QUEUE_ENTRIES, offered, event)


async def accept(tx: Transaction[Settings], entry_id: str) -> QueueEntry:
    """Take what is offered to the actor: the conversation is assigned to them.

    Raises:
        NotFound: there is no such entry.
        OfferedToAnother: it is offered to somebody else.
        IllegalTransition: it is not offered, or the conversation is closed.
        Stale: the request's If-Match names another version of the entry.
    """
    found = await tx.get(queue.QUEUE_ENTRIES, entry_id)
    tx.check_condition(found.version)
    # Conversations are locked before their entries, as by those who write in them.
    conversation = await tx.lock(CONVERSATIONS, found.conversation_id)
    entry = await _offered_to_actor(tx, entry_id)
    taken = domain.end(entry, QueueAction.ACCEPT, tx.actor.id, tx)
    assigned = replace(CONVERSATION.apply(conversation, ConversationAction.ASSIGN, tx), agent_id=tx.actor.id)
    assigned = replace(assigned, bot_in_charge=False)
    fields = conversation_fields(tx, assigned)
    await tx.save(CONVERSATIONS, assigned, ConversationAssigned(**fields, agent_id=tx.actor.id))
    return await _taken(tx, taken, tx.actor.id)


async def decline(tx: Transaction[Settings], entry_id: str) -> QueueEntry:
    """Do not take what is offered to the actor: it is offered to somebody else.

    Raises:
        NotFound, OfferedToAnother, IllegalTransition: as `accept`.
    """
    entry = await _offered_to_actor(tx, entry_id)
    return await _offer_ended(tx, entry, QueueAction.DECLINE, OfferEnd.DECLINED)


async def _offered_to_actor(tx: Transaction[Settings], entry_id: str) -> QueueEntry:
    entry = await tx.lock(queue.QUEUE_ENTRIES, entry_id)
    if entry.agent_id is not None and entry.agent_id != tx.actor.id:
        raise OfferedToAnother
    return entry


async def _offer_ended(
    tx: Transaction[Settings], entry: QueueEntry, action: QueueAction, cause: OfferEnd
) -> QueueEntry:
    context = tx if action is QueueAction.DECLINE else SystemContext.of(tx)
    waits = domain.end_offer(entry, action, context)
    tx.wake(ROUTING)
    event = ConversationOfferEnded(**queue_fields(tx, waits), agent_id=entry.agent_id or "", cause=cause)
    return await tx.save(queue.QUEUE_ENTRIES, waits, event)


async def withdraw_offers(tx: Transaction[Settings], agent_id: str) -> None:
    """Let what is offered to an agent, who no longer works, wait for another one."""
    for entry in await tx.all(queue.LOCK_OFFERED_TO, agent_id=agent_id):
        await _offer_ended(tx, entry, QueueAction.WITHDRAW, OfferEnd.WENT_OFFLINE)


@queue_timer(QueueAction.LAPSE)
async def lapse(tx: Transaction[Settings], entry: QueueEntry) -> None:
    """Let a locked entry, which nobody took in time, wait for another agent."""
    await _offer_ended(tx, entry, QueueAction.LAPSE, OfferEnd.LAPSED)


@queue_timer(QueueAction.OVERFLOW)
async def overflow(tx: Transaction[Settings], entry: QueueEntry) -> None:
    """Let a locked entry, which has waited too long for its team, wait for the next one.

    Raises:
        NotFound: there is no next one any more.
    """
    team = await tx.one(agents.TEAM, team_id=entry.team_id)
    following: Team | None = None
    if team is not None and team.overflow_team_id is not None:
        following = await tx.one(agents.TEAM, team_id=team.overflow_team_id)
    if following is None:
        raise NotFound(what="teams")
    moved = domain.move(entry, following, tx)
    tx.wake(ROUTING)
    await tx.save(
        queue.QUEUE_ENTRIES,
        moved,
        ConversationOverflowed(**queue_fields(tx, moved), from_team_id=entry.team_id),
    )


async def take(tx: Transaction[Settings], conversation_id: str, agent_id: str) -> None:
    """End the stay of a conversation in a queue, if there is one: this agent has it now."""
    entry = await tx.one(queue.LOCK_LIVE_ENTRY, conversation_id=conversation_id)
    if entry is not None:
        await _taken(tx, domain.end(entry, QueueAction.TAKE, agent_id, tx), agent_id)


async def _taken(tx: Transaction[Settings], entry: QueueEntry, agent_id: str) -> QueueEntry:
    event = QueuedConversationTaken(**queue_fields(tx, entry), agent_id=agent_id, waited_seconds=waited(entry, tx.now))
    await forecasts.compare(tx, entry, (tx.now - entry.waiting_since).total_seconds())
    tx.wake(ROUTING)
    return await tx.save(queue.QUEUE_ENTRIES, entry, event)


async def leave(tx: Transaction[Settings], conversation_id: str, cause: LeaveCause) -> datetime | None:
    """End the stay of a conversation in a queue, if there is one: it needs no agent any more, or waits elsewhere. Since when it has waited."""
    entry = await tx.one(queue.LOCK_LIVE_ENTRY, conversation_id=conversation_id)
    if entry is None:
        return None
    left = domain.end(entry, QueueAction.LEAVE, None, SystemContext.of(tx))
    await tx.save(queue.QUEUE_ENTRIES, left, QueuedConversationLeft(**queue_fields(tx, left), cause=cause))
    return entry.waiting_since


def waited(entry: QueueEntry, now: datetime) -> int:
    """For how many seconds the conversation has waited."""
    return max(0, int((now - entry.waiting_since).total_seconds()))
