"""Changes of the end of a deadline alone: somebody gives more time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aftercare_chassis.database.mapping import Rows
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import ClaimDeadlineExtended, DeadlineExtended, DisputeDeadlineExtended, Event

from aftersale_svc.commands import history
from aftersale_svc.commands.claims.claim_record import claim_fields, record_claim_step
from aftersale_svc.commands.deadlines.ledger import part
from aftersale_svc.commands.record import case_fields, dispute_fields, record_step
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.manual_reviews.errors import PartyCannotDecide
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.claims.model import Claim
from aftersale_svc.domain.deadlines.binding import ROLES, passed
from aftersale_svc.domain.deadlines.errors import DeadlineEnded, ExtensionTooLong
from aftersale_svc.domain.deadlines.ledger import (
    DEADLINE,
    PARTIES,
    Deadline,
    DeadlineAction,
    DeadlineMove,
    DocumentKind,
    ExtensionCause,
)
from aftersale_svc.domain.deadlines.reminders import next_reminder
from aftersale_svc.domain.deadlines.timing import reminder_hours
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.permissions import STAFF, is_side
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES
from aftersale_svc.tables.claims.claim_kinds import CLAIM_KINDS
from aftersale_svc.tables.deadlines.deadlines import DEADLINES, MOVES
from aftersale_svc.tables.disputes.disputes import DISPUTES

MOST_DAYS = 90
"""How far the end of a deadline may be from its beginning once it was extended."""
_EXTEND, _MOVE = "extend_deadline", "move_deadline"
STEPS: Mapping[ExtensionCause, str] = {
    ExtensionCause.AGENT: _EXTEND,
    ExtensionCause.AGREEMENT: _EXTEND,
    ExtensionCause.STANDSTILL: _EXTEND,
    ExtensionCause.CALENDAR: _MOVE,
}
"""The step in the history of the document; that the goods have moved, which gives time each day, is none."""
# Any: the rows of each kind of document have a class of their own.
ROWS: dict[DocumentKind, Rows[Any]] = {
    DocumentKind.CASE: CASES,
    DocumentKind.DISPUTE: DISPUTES,
    **{kind.type.document: kind.rows for kind in CLAIM_KINDS},
}


async def extend(tx: Transaction[Settings], deadline_id: str, *, hours: int, note: str | None = None) -> Deadline:
    """Give more time: as an agent, or as the side that waits for the other one.

    Raises:
        NotFound, Stale: see `Transaction.lock`; the version is that of the document.
        PartyCannotDecide: an agent who has a side in it extends no deadline for the platform.
        DeadlineEnded: it has ended.
        DeadlinePassed: its time is over, and it is binding; the timer has still to act.
        IllegalTransition, ActionNotAllowed, DeadlineUnlimited, OwnDeadline, ExtendedTooOften: see DEADLINE.
        ExtensionTooLong: it would end more than 90 days after it began.
    """
    found = await tx.get(DEADLINES, deadline_id)
    document = await tx.lock(ROWS[found.document], found.document_id)
    deadline = await tx.get(DEADLINES, deadline_id)  # again: it may have ended while the document was locked elsewhere
    if tx.actor.role in STAFF and is_side(tx.actor, deadline.buyer_id, deadline.merchant_id, document.party_ids):
        raise PartyCannotDecide
    if deadline.ended_at is not None:
        raise DeadlineEnded(state=deadline.state)
    extended = DEADLINE.apply(deadline, DeadlineAction.EXTEND, tx, tx.actor.role)
    if deadline.due_at is not None and deadline.turn in ROLES and tx.timing.ends(document, deadline.due_at) <= tx.now:
        raise passed(DeadlineAction.EXTEND, deadline.due_at, None)
    due_at = (deadline.due_at or tx.now) + timedelta(hours=hours)
    latest = deadline.set_at + timedelta(days=MOST_DAYS)
    if due_at > latest:
        left = max(0, int((latest - (deadline.due_at or tx.now)).total_seconds() // 3600))
        raise ExtensionTooLong(pointer="/hours", most_days=MOST_DAYS, left_hours=left)
    cause = ExtensionCause.AGREEMENT if tx.actor.role in PARTIES else ExtensionCause.AGENT
    return await lengthen(tx, document, extended, due_at, cause, note)


async def lengthen(
    tx: Transaction[Settings],
    document: Any,
    deadline: Deadline,
    due_at: datetime,
    cause: ExtensionCause,
    note: str | None = None,
) -> Deadline:
    """Save an extended deadline with its document, which is locked, publish it and add the step to its history."""
    asked_for = cause in (ExtensionCause.AGENT, ExtensionCause.AGREEMENT)
    hours = reminder_hours(tx, document, deadline.timer)
    changed = replace(
        deadline,
        due_at=due_at,
        extensions=deadline.extensions + asked_for,
        extension_cause=cause,
        reminds_at=next_reminder(deadline.set_at, due_at, deadline.turn, hours, tx.now),
    )
    moved = replace(document, deadline_at=due_at, updated_at=tx.now)
    event = _extended(tx, moved, changed, document.deadline_at, cause)
    saved = await tx.save(ROWS[deadline.document], moved, event)
    if isinstance(saved, Case):
        await history.record(tx, FullCase(case=document), FullCase(case=saved))
    await tx.upsert(DEADLINES, changed)
    move = DeadlineMove(id=tx.new_id("move"), deadline_id=deadline.id, at=tx.now, previous_due_at=document.deadline_at)
    await tx.insert(MOVES, move)
    if (step := STEPS.get(cause)) is not None:
        await _record(tx, moved, step, note, event)
    return changed


async def _record(
    tx: Transaction[Settings], document: Case | Dispute | Claim, step: str, note: str | None, event: Event
) -> None:
    if isinstance(document, Case | Dispute):
        await record_step(tx, document, step, note, events=[event])
    else:
        await record_claim_step(tx, document, step, note)


def _extended(
    tx: Transaction[Settings],
    document: Case | Dispute | Claim,
    deadline: Deadline,
    before: datetime,
    cause: ExtensionCause,
) -> Event:
    about: dict[str, Any] = {
        "cause": cause,
        "previous_due_at": before,
        "deadline_at": deadline.due_at,
        "deadlines": (part(deadline),),
    }
    if isinstance(document, Case):
        return DeadlineExtended(**case_fields(tx, document), **about)
    if not isinstance(document, Dispute):
        return ClaimDeadlineExtended(**claim_fields(tx, document), **about)
    return DisputeDeadlineExtended(**dispute_fields(tx, document), **about)
