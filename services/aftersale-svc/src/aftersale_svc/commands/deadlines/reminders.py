"""People are reminded of a deadline before it ends, once each time."""

from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import ClaimDeadlineReminder, DeadlineReminder, DisputeDeadlineReminder, Event

from aftersale_svc.commands import history
from aftersale_svc.commands.claims.claim_record import claim_fields
from aftersale_svc.commands.deadlines.deadline_times import ROWS
from aftersale_svc.commands.record import case_fields, dispute_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.claims.model import Claim
from aftersale_svc.domain.deadlines.ledger import Deadline
from aftersale_svc.domain.deadlines.reminders import next_reminder
from aftersale_svc.domain.deadlines.timing import reminder_hours
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.settings import Settings
from aftersale_svc.tables.deadlines.deadlines import DEADLINES


async def remind(tx: Transaction[Settings], deadline_id: str) -> Deadline:
    """Publish the reminder of a deadline that is due, and note when the next one is. Nothing where it is not due any more.

    Raises:
        NotFound: see `Transaction.lock`.
    """
    found = await tx.get(DEADLINES, deadline_id)
    document = await tx.lock(ROWS[found.document], found.document_id)
    deadline = await tx.get(DEADLINES, deadline_id)  # again: it changes under the lock of the document only
    if deadline.reminds_at is None or deadline.reminds_at > tx.now:
        return deadline
    due_at = deadline.due_at
    void = deadline.ended_at is not None or due_at is None or due_at <= tx.now
    later = None
    if not void:
        hours = reminder_hours(tx, document, deadline.timer)
        later = next_reminder(deadline.set_at, due_at, deadline.turn, hours, tx.now)
        saved = await tx.save(ROWS[deadline.document], document, _event(tx, document, deadline))
        if isinstance(saved, Case):
            await history.record(tx, FullCase(case=document), FullCase(case=saved))
    reminded = replace(deadline, reminds_at=later, reminders=deadline.reminders + (not void))
    await tx.upsert(DEADLINES, reminded)
    return reminded


def _event(tx: Transaction[Settings], document: Case | Dispute | Claim, deadline: Deadline) -> Event:
    about: dict[str, Any] = {  # Any: fields of several types
        "deadline_id": deadline.id,
        "turn": deadline.turn,
        "number": deadline.reminders + 1,
        "deadline_at": deadline.due_at,
    }
    if isinstance(document, Case):
        return DeadlineReminder(**case_fields(tx, document), **about)
    if isinstance(document, Dispute):
        return DisputeDeadlineReminder(**dispute_fields(tx, document), **about)
    return ClaimDeadlineReminder(**claim_fields(tx, document), **about)
