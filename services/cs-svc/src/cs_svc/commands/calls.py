"""Calls: what the telephone system reports, in any order, and what agents record of them."""

import json
from copy import copy
from dataclasses import replace

from aftercare_chassis.database.notifications import keyed
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Actor
from aftercare_events import CallAnswered, CallDisposed, CallEnded, CallMissed, CallStarted, digest

from cs_svc.commands import conversations, identities, notes
from cs_svc.commands.deadlines import call_timer
from cs_svc.commands.record import call_fields
from cs_svc.domain.calls import (
    CALL,
    Call,
    CallAction,
    CallDirection,
    CallOutcome,
    CallState,
    log_text,
    outcome_text,
)
from cs_svc.domain.channels import Channel
from cs_svc.domain.conversations import Conversation, Source
from cs_svc.domain.errors import AddressMalformed
from cs_svc.domain.identities import Identity, canonical
from cs_svc.domain.live import CALLS as LIVE_CALLS
from cs_svc.domain.live import SIGNALS
from cs_svc.integrations.channels.port import CallEventKind, CallReport
from cs_svc.settings import Settings
from cs_svc.tables.calls import CALL_NAMED, CALLS
from cs_svc.tables.identities import IDENTITIES, IDENTITY_AT

_OVER_PHONE = Source(channel=Channel.PHONE)


async def report(tx: Transaction[Settings], found: CallReport) -> str | None:
    """Store a report; the code of the reason where it changes nothing."""
    known = await tx.one(CALL_NAMED, external_id=found.call_id)
    if known is None:
        try:
            call = await _begin(tx, found)
        except AddressMalformed as error:
            return error.code
    else:
        call = await tx.lock(CALLS, known.id)
    if found.kind is CallEventKind.RINGING:
        return None if known is None else "call_known"
    if found.kind is CallEventKind.ANSWERED:
        return await _answer(tx, call, found)
    return await _end(tx, call, found)


async def _begin(tx: Transaction[Settings], found: CallReport) -> Call:
    address = canonical(Channel.PHONE, found.number)
    identity = await tx.one(IDENTITY_AT, channel=Channel.PHONE, address=address)
    identity = identity or await identities.create(tx, Channel.PHONE, address)
    call = Call(
        id=tx.new_id("call"),
        version=0,
        state=CALL.initial,
        direction=CallDirection(found.direction),
        external_id=found.call_id,
        identity_id=identity.id,
        buyer_id=identity.buyer_id,
        agent_id=found.agent_id,
        line=found.line,
        started_at=min(found.at, tx.now),
        created_at=tx.now,
        updated_at=tx.now,
    )
    call = CALL.start(call, tx)
    _show(tx, call)
    return await tx.create(CALLS, call, CallStarted(**call_fields(tx, call)))


async def _answer(tx: Transaction[Settings], call: Call, found: CallReport) -> str | None:
    if (call.state, CallAction.ANSWER) not in CALL.transitions:
        return "call_state_passed"
    answered = replace(
        CALL.apply(call, CallAction.ANSWER, tx),
        agent_id=found.agent_id or call.agent_id,
        answered_at=min(found.at, tx.now),
        updated_at=tx.now,
    )
    _show(tx, answered)
    await tx.save(CALLS, answered, CallAnswered(**call_fields(tx, answered)))
    return None


async def _end(tx: Transaction[Settings], call: Call, found: CallReport) -> str | None:
    was_answered = call.state is CallState.ANSWERED or found.answered
    action = CallAction.END if was_answered else CallAction.MISS
    if (call.state, action) not in CALL.transitions:
        return "call_state_passed"
    ended = replace(
        CALL.apply(call, action, tx),
        agent_id=found.agent_id or call.agent_id,
        ended_at=min(found.at, tx.now),
        duration_seconds=found.duration_seconds if was_answered else None,
        recording=found.recording,
        updated_at=tx.now,
    )
    await _store_end(tx, ended)
    return None


@call_timer(CallAction.MISS)
async def miss(tx: Transaction[Settings], call: Call) -> None:
    """Let a locked call count as missed that has rung for long, and of which no end was reported."""
    await _store_end(tx, CALL.apply(call, CallAction.MISS, tx))


@call_timer(CallAction.END)
async def end(tx: Transaction[Settings], call: Call) -> None:
    """Let a locked call count as ended that was answered long ago, and of which no end was reported; how long it was is not known."""
    await _store_end(tx, CALL.apply(call, CallAction.END, tx))


async def _store_end(tx: Transaction[Settings], ended: Call) -> None:
    logged = replace(ended, conversation_id=await _log(tx, ended))
    _show(tx, logged)
    event = CallMissed if ended.state is CallState.MISSED else CallEnded
    await tx.save(CALLS, logged, event(**call_fields(tx, logged)))


async def _log(tx: Transaction[Settings], call: Call) -> str | None:
    """Write the call in the newest conversation of its number, as a message of who called; the id of the conversation.

    A call that was missed waits for an agent with that message, as any other; one that was answered is its agent's.
    """
    inbound = call.direction is CallDirection.INBOUND
    if not inbound and call.agent_id is None:
        return None
    # An agent may have linked the number while it was talking.
    identity: Identity = await tx.get(IDENTITIES, call.identity_id)
    author = _as(tx, identity.buyer_id, "buyer") if inbound else _as(tx, call.agent_id or "", "agent")
    conversation = await _write(author, identity, log_text(call))
    if inbound and call.agent_id is not None and call.state is CallState.ENDED:
        await conversations.assign(_as(tx, call.agent_id, "agent"), conversation.id)
    return conversation.id


async def _write(tx: Transaction[Settings], identity: Identity, text: str) -> Conversation:
    """Write in the newest conversation of the number, or in the one that it was merged into; nothing of it is delivered."""
    newest = await conversations.newest_over(tx, identity)
    if newest is not None:
        await conversations.post(tx, newest.id, text=text, source=_OVER_PHONE)
        return newest
    return await conversations.start(tx, conversations.new_over(tx, identity, None), text, _OVER_PHONE)


async def dispose(tx: Transaction[Settings], call_id: str, *, outcome: CallOutcome, note: str | None = None) -> Call:
    """Record what came of a call, also in its conversation; once more to correct it. What was said is a note of the conversation.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see CALL.
    """
    before = await tx.lock(CALLS, call_id)
    disposed = replace(CALL.apply(before, CallAction.DISPOSE, tx), outcome=outcome, note=note, updated_at=tx.now)
    disposed = replace(disposed, agent_id=before.agent_id or tx.actor.id)
    identity: Identity = await tx.get(IDENTITIES, before.identity_id)
    conversation = await _write(tx, identity, outcome_text(outcome))
    if note is not None:
        await notes.store(tx, conversation, text=note, mentions=[])
    disposed = replace(disposed, conversation_id=conversation.id)
    event = CallDisposed(**call_fields(tx, disposed), outcome=outcome, note_hash=digest(note) if note else None)
    return await tx.save(CALLS, disposed, event)


def _show(tx: Transaction[Settings], call: Call) -> None:
    """Let the sockets of agents know, whatever process they are connected to."""
    tx.wake(keyed(SIGNALS, json.dumps(["call", LIVE_CALLS, "agent", call.agent_id or "", call.id, call.state])))


def _as(tx: Transaction[Settings], person: str, role: str) -> Transaction[Settings]:
    acting = copy(tx)
    acting.actor = Actor(person, role)
    return acting
