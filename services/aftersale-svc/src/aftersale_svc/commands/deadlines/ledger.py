"""Writes the ledger of deadlines: with each change of a document, in the same transaction and the same statement.

It sees every change of the tables that are registered with the service (`observers` in `main.py`), so that no command has to
think of it.
"""

from collections.abc import Callable
from typing import Any

from aftercare_chassis.database.observers import Observer
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Lifecycle
from aftercare_chassis.records import replace
from aftercare_events import (
    ClaimDeadlineExtended,
    ClaimDeadlineReminder,
    DeadlineExtended,
    DeadlineReminder,
    DisputeDeadlineExtended,
    DisputeDeadlineReminder,
    Event,
)
from aftercare_events.catalogue.deadlines import DeadlineChange

from aftersale_svc.domain.cases import lifecycle as cases
from aftersale_svc.domain.claims.types import ClaimType
from aftersale_svc.domain.deadlines.ledger import (
    DEADLINE,
    Deadline,
    DeadlineAction,
    DocumentKind,
    end_of,
)
from aftersale_svc.domain.deadlines.reminders import DEFAULT_HOURS, next_reminder
from aftersale_svc.domain.deadlines.timing import Computed, ScheduleTiming
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES
from aftersale_svc.tables.claims.claim_kinds import CLAIM_KINDS
from aftersale_svc.tables.deadlines.deadlines import DEADLINES, END_OPEN
from aftersale_svc.tables.disputes.disputes import DISPUTES

# Any: documents are rows of any class with a lifecycle, and tables have states of their own.

ALONE = (
    DeadlineExtended,
    DisputeDeadlineExtended,
    ClaimDeadlineExtended,
    DeadlineReminder,
    DisputeDeadlineReminder,
    ClaimDeadlineReminder,
)
"""Events of a deadline alone, whose commands write its row themselves."""


def follow(kind: DocumentKind, table_of: Callable[[Any], Lifecycle[Any, Any]]) -> Observer:
    """The observer of the documents of this kind: it ends the open deadline and sets the next one where a change calls for it."""

    async def changed(
        tx: Transaction[Settings], before: Any, after: Any, events: tuple[Event, ...]
    ) -> tuple[Event, ...]:
        if isinstance(events[0], ALONE) or not _moved(before, after):
            return events
        ends = table_of(after).ends
        ended, kept = _end(tx, before, after, ends)
        deadline = None if after.state in ends else _new(tx, kind, after, events[0])
        if deadline is not None:
            await tx.insert(DEADLINES, deadline)
        if ended is None and deadline is None:
            return events
        change = _change(ended, kept, deadline)
        return (events[0].model_copy(update={"deadlines": (change,)}), *events[1:])

    return changed


def _moved(before: Any, after: Any) -> bool:
    """Whether another state, turn or deadline begins."""
    if before is None:
        return True
    return (before.state, before.whose_turn, before.deadline_at) != (after.state, after.whose_turn, after.deadline_at)


def _kept(row: Any) -> int | None:
    return None if row is None else getattr(row, "remaining_seconds", None)


def _end(
    tx: Transaction[Settings], before: Any, after: Any, ends: frozenset[Any]
) -> tuple[DeadlineAction | None, int | None]:
    """End the open deadline, if there may be one: how, and what is left of it."""
    if before is None or before.state in ends:
        return None, None
    kept = _kept(after)
    if kept is not None and _kept(before) is None:
        action = DeadlineAction.PAUSE
    else:
        action, kept = DeadlineAction.FIRE if tx.timer_of == after.id else DeadlineAction.MEET, None
    tx.change(DEADLINES.name, END_OPEN, of=after.id, ended_as=end_of(action), now=tx.now, kept=kept)
    return action, kept


def _new(tx: Transaction[Settings], kind: DocumentKind, row: Any, event: Event) -> Deadline:
    timing = tx.timing
    computed = timing.computed.get(row.id) if isinstance(timing, ScheduleTiming) else None
    deadline = Deadline(
        id=tx.new_id("dl"),
        document=kind,
        document_id=row.id,
        case_id=row.id if kind is DocumentKind.CASE else row.case_id,
        buyer_id=row.buyer_id,
        merchant_id=row.merchant_id,
        document_state=row.state,
        turn=row.whose_turn,
        state=DEADLINE.initial,
        cause=event.matter,
        set_at=tx.now,
        due_at=row.deadline_at,
    )
    if computed is None or computed.due.at != row.deadline_at:
        return deadline
    limited = _limited(deadline, computed)
    hours = computed.chosen.rule.reminders
    hours = DEFAULT_HOURS if hours is None else hours
    return replace(limited, reminds_at=next_reminder(tx.now, limited.due_at, limited.turn, hours, tx.now))


def _limited(deadline: Deadline, computed: Computed) -> Deadline:
    chosen = computed.chosen
    return replace(
        deadline,
        timer=chosen.rule.timer,
        amount=chosen.rule.amount,
        unit=chosen.rule.unit,
        rule_scope=chosen.scope,
        rule_version=chosen.version,
        calendar_id=chosen.calendar.id if chosen.counts_days else None,
        calendar_version=chosen.calendar.version if chosen.counts_days else None,
        provisional=computed.due.provisional,
        continued_seconds=computed.remaining,
    )


def _change(ended: DeadlineAction | None, kept: int | None, deadline: Deadline | None) -> DeadlineChange:
    how = None if ended is None else end_of(ended)
    return (
        DeadlineChange(running=False, ended=how, remaining_seconds=kept)
        if deadline is None
        else part(deadline, how, kept)
    )


def part(deadline: Deadline, ended: str | None = None, kept: int | None = None) -> DeadlineChange:
    """What an event says about this deadline."""
    return DeadlineChange(
        running=True,
        ended=ended,
        remaining_seconds=kept,
        deadline_id=deadline.id,
        due_at=deadline.due_at,
        turn=deadline.turn,
        cause=deadline.cause,
        timer=deadline.timer,
        continues=True if deadline.continued_seconds is not None else None,
        rule=deadline.rule_scope,
        rule_version=deadline.rule_version,
        calendar=deadline.calendar_id,
        calendar_version=deadline.calendar_version,
        country_version=deadline.country_version,
        provisional=deadline.provisional or None,
    )


def _follow_claims(kind: ClaimType[Any]) -> Observer:
    return follow(kind.document, lambda _: kind.table)


OBSERVERS = {
    CASES.name: follow(DocumentKind.CASE, cases.of),
    DISPUTES.name: follow(DocumentKind.DISPUTE, lambda _: DISPUTE),
    **{kind.rows.name: _follow_claims(kind.type) for kind in CLAIM_KINDS},
}
"""By table, for the service."""
