"""Complaints of authorities: take one in, take its steps, reply by letter, and mark what is overdue."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.working_time import Calendar
from aftercare_events import (
    RegulatorComplaintOverdue,
    RegulatorComplaintProgressed,
    RegulatorComplaintReceived,
    RegulatorComplaintReplied,
    TraceFields,
    digest,
    trace_fields,
)

from cs_svc.commands import order_references
from cs_svc.commands.deadlines import regulator_timer
from cs_svc.domain.errors import FileKnown, NoAnswerAwaited, SubjectMissing
from cs_svc.domain.regulator_complaints import (
    REGULATOR_COMPLAINT,
    WORKING_DAYS,
    RegulatorAction,
    RegulatorComplaint,
    first_due,
    prepared,
)
from cs_svc.settings import Settings
from cs_svc.tables.complaints import COMPLAINTS
from cs_svc.tables.regulator_complaints import FILE, REGULATOR_COMPLAINTS
from cs_svc.tables.sla.policies import CALENDAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What an authority has sent. `answer_by` is its date for the first step, None: by law."""

    authority: str
    file_number: str
    text: str
    received_at: datetime
    answer_by: datetime | None = None


class RegulatorFields(TraceFields):
    """What every event of a complaint of an authority holds."""

    regulator_complaint_id: str
    complaint_id: str | None
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    state: str


def regulator_fields(tx: Transaction, row: RegulatorComplaint) -> RegulatorFields:
    """The fields of an event of it, after its change."""
    return RegulatorFields(
        **trace_fields(tx, affected_party=row.buyer_id, applicant=row.buyer_id, result=row.state),
        regulator_complaint_id=row.id,
        complaint_id=row.complaint_id,
        order_id=row.order_id,
        case_id=row.case_id,
        buyer_id=row.buyer_id,
        merchant_id=row.merchant_id,
        state=row.state,
    )


async def receive(
    tx: Transaction[Settings],
    letter: Letter,
    *,
    order_id: str | None,
    case_id: str | None,
    complaint_id: str | None,
    responsible_id: str | None,
) -> RegulatorComplaint:
    """Take in what an authority has sent about an order or a case, or about a complaint that we have. Who takes it in is responsible unless
    somebody else is named.

    Raises:
        NotFound: there is no such complaint.
        CaseUnknown, OrderUnknown, CaseOfOtherOrder: see `order_references.resolve`.
        SubjectMissing: nothing is named.
        FileKnown: the authority's file is here.
    """
    if complaint_id is not None:
        known = await tx.get(COMPLAINTS, complaint_id)
        order_id, case_id = known.order_id, known.case_id
    reference = await order_references.resolve(tx, order_id, case_id)
    if reference is None:
        raise SubjectMissing(pointer="/order_id")
    await order_references.lock(tx, reference)
    there = await tx.one(FILE, authority=letter.authority, file_number=letter.file_number)
    if there is not None:
        raise FileKnown(regulator_complaint_id=there.id)
    row = RegulatorComplaint(
        id=tx.new_id("reg"),
        version=0,
        state=REGULATOR_COMPLAINT.initial,
        authority=letter.authority,
        file_number=letter.file_number,
        complaint_id=complaint_id,
        order_id=reference.order_id,
        case_id=reference.case_id,
        buyer_id=reference.buyer_id,
        merchant_id=reference.merchant_id,
        responsible_id=responsible_id or tx.actor.id,
        text=letter.text,
        received_at=letter.received_at,
        due_at=letter.answer_by or first_due(await _calendar(tx), letter.received_at),
        created_at=tx.now,
        updated_at=tx.now,
    )
    started = REGULATOR_COMPLAINT.start(row, tx)
    event = RegulatorComplaintReceived(**regulator_fields(tx, started), text_hash=digest(letter.text))
    return await tx.create(REGULATOR_COMPLAINTS, started, event)


class Changes(TypedDict, total=False):
    """What a step stores besides the state."""

    responsible_id: str
    agreement: str


async def take_step(
    tx: Transaction[Settings],
    regulator_complaint_id: str,
    action: RegulatorAction,
    *,
    answer_by: datetime | None = None,
    changes: Changes | None = None,
) -> RegulatorComplaint:
    """Take a step; the next one is due by law, or when the authority says.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see REGULATOR_COMPLAINT.
    """
    before = await tx.lock(REGULATOR_COMPLAINTS, regulator_complaint_id)
    ready = prepared(before, action, await _calendar(tx), tx.now, answer_by)
    moved = REGULATOR_COMPLAINT.apply(replace(ready, **(changes or {})), action, tx)
    event = RegulatorComplaintProgressed(**regulator_fields(tx, moved), step=action, outcome=moved.outcome)
    return await tx.save(REGULATOR_COMPLAINTS, moved, event)


async def reply(tx: Transaction[Settings], regulator_complaint_id: str, *, letter: str) -> RegulatorComplaint:
    """Store the letter with which the authority is answered; that ends the matter unless the authority comes back to it.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see REGULATOR_COMPLAINT.
    """
    before = await tx.lock(REGULATOR_COMPLAINTS, regulator_complaint_id)
    answered = replace(before, letter=letter, replied_at=tx.now, due_at=None)
    closed = REGULATOR_COMPLAINT.apply(answered, RegulatorAction.REPLY, tx)
    event = RegulatorComplaintReplied(
        **regulator_fields(tx, closed), outcome=closed.outcome, letter_hash=digest(letter)
    )
    return await tx.save(REGULATOR_COMPLAINTS, closed, event)


@regulator_timer(RegulatorAction.MARK_OVERDUE)
async def mark_overdue(tx: Transaction[Settings], row: RegulatorComplaint) -> None:
    """Record that the step that is due of the locked row is overdue.

    Raises:
        NoAnswerAwaited: no step is due.
    """
    if row.due_at is None:
        raise NoAnswerAwaited
    overdue = REGULATOR_COMPLAINT.apply(replace(row, overdue_at=tx.now), RegulatorAction.MARK_OVERDUE, tx)
    event = RegulatorComplaintOverdue(**regulator_fields(tx, overdue), due_at=row.due_at)
    await tx.save(REGULATOR_COMPLAINTS, overdue, event)


async def _calendar(tx: Transaction[Settings]) -> Calendar:
    """The calendar of the settings, whose holidays count; Monday to Friday where there is none."""
    named = tx.settings.complaint_calendar
    if not named:
        return WORKING_DAYS
    found = await tx.one(CALENDAR, id=named)
    return found.calendar if found else WORKING_DAYS
