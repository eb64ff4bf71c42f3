"""Clocks: start, stop, resume and end them, as conversations change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.working_time import Calendar
from aftercare_events import (
    SlaClockEnded,
    SlaClockMoved,
    SlaClockPaused,
    SlaClockResumed,
    SlaClockStarted,
)

from cs_svc.commands.sla.record import clock_fields
from cs_svc.domain.conversations import AuthorRole, Conversation, ConversationState, Message, Turn
from cs_svc.domain.routing.queue import Priority
from cs_svc.domain.sla import clocks as domain
from cs_svc.domain.sla.calendars import ALWAYS
from cs_svc.domain.sla.clocks import Clock, ClockAction, ClockState
from cs_svc.domain.sla.policies import ClockKind, Situation, SlaPolicy, chosen
from cs_svc.settings import Settings
from cs_svc.tables.routing.queue import LAST_ENTRY
from cs_svc.tables.sla.clocks import CLOCKS, GIVE_LIVE_CLOCKS, LOCK_CLOCKS, MOVE_LIVE_CLOCKS
from cs_svc.tables.sla.policies import ALL_POLICIES, CALENDARS_OF

ANSWERS = (ClockKind.FIRST_ANSWER, ClockKind.NEXT_ANSWER)


async def message_posted(
    tx: Transaction[Settings], before: Conversation | None, conversation: Conversation, message: Message
) -> None:
    """The first message of a buyer and each later one let time run, one of those who serve is the answer: from then on the buyer has to write."""
    if before is None:
        # One that an agent opens owes nothing until the buyer answers.
        if message.author_role is AuthorRole.BUYER:
            await _start(tx, conversation, ClockKind.FIRST_ANSWER, ClockKind.RESOLUTION)
        return
    if message.author_role is AuthorRole.SYSTEM:
        return
    live = await tx.all(LOCK_CLOCKS, conversation_id=conversation.id)
    if message.author_role is AuthorRole.BUYER:
        await _asked(tx, conversation, live)
    else:
        calendars = await calendars_of(tx, live)
        for clock in live:
            if clock.kind in ANSWERS:
                await _end(tx, clock, ClockAction.MEET, calendars)
            else:
                await _pause(tx, clock, calendars)
        if before.state is ConversationState.CLOSED and not live:
            await _start_paused(tx, conversation)


async def _asked(tx: Transaction[Settings], conversation: Conversation, live: Sequence[Clock]) -> None:
    calendars = await calendars_of(tx, live)
    for clock in live:
        await _resume(tx, clock, calendars)
    kinds = {clock.kind for clock in live}
    owed = [] if kinds & set(ANSWERS) else [ClockKind.NEXT_ANSWER]
    await _start(tx, conversation, *owed, *([] if ClockKind.RESOLUTION in kinds else [ClockKind.RESOLUTION]))


async def conversation_closed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """It is solved, and no answer is owed any more."""
    live = await tx.all(LOCK_CLOCKS, conversation_id=conversation.id)
    calendars = await calendars_of(tx, live)
    for clock in live:
        action = ClockAction.MEET if clock.kind is ClockKind.RESOLUTION else ClockAction.DROP
        await _end(tx, clock, action, calendars)


async def customer_changed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The answers that are owed are owed to the buyer to whom the locked conversation belongs now."""
    await tx.execute(MOVE_LIVE_CLOCKS, of_conversation=conversation.id, new_buyer_id=conversation.buyer_id)


async def conversation_snoozed(tx: Transaction[Settings], conversation: Conversation) -> None:
    """Its clocks run on, but for those whose policy lets them pause while it is put off."""
    live = [each for each in await tx.all(LOCK_CLOCKS, conversation_id=conversation.id) if each.pause_when_snoozed]
    calendars = await calendars_of(tx, live)
    for clock in live:
        await _pause(tx, clock, calendars)


async def conversation_woken(tx: Transaction[Settings], conversation: Conversation) -> None:
    """The clocks that have paused while it was put off go on, but for that of the resolution while the buyer has to write."""
    owed = conversation.whose_turn is Turn.SERVICE
    live = await tx.all(LOCK_CLOCKS, conversation_id=conversation.id)
    paused = [each for each in live if each.pause_when_snoozed and (owed or each.kind in ANSWERS)]
    calendars = await calendars_of(tx, paused)
    for clock in paused:
        await _resume(tx, clock, calendars)


async def conversation_reopened(tx: Transaction[Settings], conversation: Conversation) -> None:
    """It is to be solved again; the buyer has to write first."""
    await _start_paused(tx, conversation)


async def conversation_transferred(tx: Transaction[Settings], conversation: Conversation, team_id: str) -> None:
    """What is owed is owed by this team."""
    await tx.execute(GIVE_LIVE_CLOCKS, of_conversation=conversation.id, new_team_id=team_id)


async def conversation_merged(tx: Transaction[Settings], source: Conversation, target: Conversation) -> None:
    """What the source owes, and the target does not, goes on in the target with the time that has passed; its other clocks end."""
    owed = {_owes(each) for each in await tx.all(LOCK_CLOCKS, conversation_id=target.id)}
    ended = await tx.all(LOCK_CLOCKS, conversation_id=source.id)
    calendars = await calendars_of(tx, ended)
    for clock in ended:
        if clock.due_at is not None and clock.state is ClockState.RUNNING and _owes(clock) not in owed:
            here = replace(clock, id=tx.new_id("clk"), version=0, conversation_id=target.id)
            await tx.create(CLOCKS, here, SlaClockStarted(**clock_fields(tx, here), due_at=clock.due_at))
        await _end(tx, clock, ClockAction.DROP, calendars)
    await _start_owed(tx, target)


def _owes(clock: Clock) -> bool:
    """Whether it is of an answer; else it is of the end of the conversation."""
    return clock.kind in ANSWERS


async def conversation_split(tx: Transaction[Settings], left: Conversation, new: Conversation) -> None:
    """Each has the clocks of what it owes."""
    live = await tx.all(LOCK_CLOCKS, conversation_id=left.id)
    calendars = await calendars_of(tx, live)
    if left.answer_due_at is None:
        for clock in live:
            if clock.kind in ANSWERS:
                await _end(tx, clock, ClockAction.DROP, calendars)
            else:
                await _pause(tx, clock, calendars)
    if new.answer_due_at is None:
        await _start_paused(tx, new)
    else:
        await _start_owed(tx, new)


async def _start_owed(tx: Transaction[Settings], conversation: Conversation) -> None:
    if conversation.answer_due_at is not None:
        await _asked(tx, conversation, await tx.all(LOCK_CLOCKS, conversation_id=conversation.id))


async def _start_paused(tx: Transaction[Settings], conversation: Conversation) -> None:
    await _start(tx, conversation, ClockKind.RESOLUTION)
    live = await tx.all(LOCK_CLOCKS, conversation_id=conversation.id)
    calendars = await calendars_of(tx, live)
    for clock in live:
        await _pause(tx, clock, calendars)


async def _start(tx: Transaction[Settings], conversation: Conversation, *kinds: ClockKind) -> None:
    policies = await tx.all(ALL_POLICIES) if kinds else []
    if not policies:
        return
    entry = await tx.one(LAST_ENTRY, conversation_id=conversation.id)
    situation = Situation(
        team_id=None if entry is None else entry.team_id,
        channel=conversation.channel,
        merchant_id=conversation.merchant_id,
        priority=Priority.NORMAL if entry is None else list(Priority)[entry.priority],
    )
    policy = chosen(policies, situation)
    if policy is None:
        return
    for kind in kinds:
        minutes = policy.minutes(kind)
        if minutes is not None:
            calendars = await _named(tx, {policy.calendar_id})
            clock = _new(tx, conversation, policy, kind, minutes * 60, situation.team_id)
            clock = domain.start(clock, calendars[policy.calendar_id], tx)
            assert clock.due_at is not None
            await tx.create(CLOCKS, clock, SlaClockStarted(**clock_fields(tx, clock), due_at=clock.due_at))


def _new(
    tx: Transaction[Settings],
    conversation: Conversation,
    policy: SlaPolicy,
    kind: ClockKind,
    seconds: int,
    team_id: str | None,
) -> Clock:
    return Clock(
        id=tx.new_id("clk"),
        version=0,
        state=ClockState.RUNNING,
        kind=kind,
        conversation_id=conversation.id,
        order_id=conversation.order_id,
        case_id=conversation.case_id,
        buyer_id=conversation.buyer_id,
        merchant_id=conversation.merchant_id,
        team_id=team_id,
        policy_id=policy.id,
        policy_version=policy.version,
        calendar_id=policy.calendar_id,
        calendar_version=0,
        target_seconds=seconds,
        escalations=policy.escalations,
        pause_when_snoozed=policy.pause_when_snoozed,
        created_at=tx.now,
        updated_at=tx.now,
    )


async def _pause(tx: Transaction[Settings], clock: Clock, calendars: Mapping[str | None, Calendar]) -> None:
    if clock.state is ClockState.RUNNING:
        still = domain.pause(clock, calendars[clock.calendar_id], tx)
        await tx.save(CLOCKS, still, SlaClockPaused(**clock_fields(tx, still)))


async def _resume(tx: Transaction[Settings], clock: Clock, calendars: Mapping[str | None, Calendar]) -> None:
    if clock.state is ClockState.PAUSED:
        runs = domain.resume(clock, calendars[clock.calendar_id], tx)
        assert runs.due_at is not None
        await tx.save(CLOCKS, runs, SlaClockResumed(**clock_fields(tx, runs), due_at=runs.due_at))


async def _end(
    tx: Transaction[Settings], clock: Clock, action: ClockAction, calendars: Mapping[str | None, Calendar]
) -> None:
    ended = domain.end(clock, action, calendars[clock.calendar_id], tx)
    event = SlaClockEnded(
        **clock_fields(tx, ended), outcome=ended.state, used_seconds=ended.used_microseconds // 1_000_000
    )
    await tx.save(CLOCKS, ended, event)


async def move(tx: Transaction[Settings], clock: Clock, calendar: Calendar) -> None:
    """Let a locked clock, which runs by an earlier version of its calendar, end when the new one says."""
    moved = domain.move(clock, calendar, SystemContext.of(tx))
    assert moved.due_at is not None
    event = SlaClockMoved(**clock_fields(tx, moved), due_at=moved.due_at, calendar_version=calendar.version)
    await tx.save(CLOCKS, moved, event)


async def calendars_of(reader: Reader[Settings], clocks: Sequence[Clock]) -> Mapping[str | None, Calendar]:
    """The calendars of these clocks by their ids; that of None has every hour."""
    return await _named(reader, {clock.calendar_id for clock in clocks})


async def _named(reader: Reader[Settings], ids: set[str | None]) -> Mapping[str | None, Calendar]:
    found: dict[str | None, Calendar] = {None: ALWAYS}
    named = sorted(each for each in ids if each is not None)
    if named:
        found |= {each.id: each.calendar for each in await reader.all(CALENDARS_OF, ids=named)}
    return found
