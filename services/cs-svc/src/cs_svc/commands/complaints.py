"""Complaining: open, answer, resolve; and following the dispute that a complaint became."""

from dataclasses import replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    ComplaintAnswered,
    ComplaintEscalated,
    ComplaintOpened,
    ComplaintResolved,
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
    TraceFields,
)

from cs_svc.commands import subjects
from cs_svc.domain import policy
from cs_svc.domain.errors import ComplaintAlreadyOpen, SubjectMissing
from cs_svc.domain.lifecycle import COMPLAINT, ComplaintAction
from cs_svc.domain.model import Answer, Category, Complaint, ComplaintChannel, ComplaintState, Outcome, Subject
from cs_svc.tables import ANSWERS, COMPLAINTS, OPEN_COMPLAINT


async def open_(
    tx: Transaction,
    *,
    channel: ComplaintChannel,
    category: Category,
    text: str,
    order_id: str | None,
    case_id: str | None,
) -> Complaint:
    """Take a complaint in. One may be open per subject and channel: ComplaintAlreadyOpen names it."""
    subject = await subjects.find(tx, order_id, case_id)
    if subject is None:
        raise SubjectMissing(pointer="/order_id")
    await subjects.hold(tx, subject)
    await _only_one(tx, subject, channel)
    complaint = _taken_in(tx, subject, channel, category, text)
    text_hash = policy.digest(text)
    opened = ComplaintOpened(**about(tx, complaint), category=category, text_hash=text_hash, evidence=(text_hash,))
    return await tx.create(COMPLAINTS, complaint, opened)


async def answer(tx: Transaction, complaint_id: str, text: str) -> Complaint:
    """Answer the buyer; a dispute about it goes on all the same."""
    complaint = await tx.lock(COMPLAINTS, complaint_id)
    state = COMPLAINT.move(complaint.state, ComplaintAction.ANSWER, tx.actor)
    answered = replace(complaint, state=state, answer_due_at=None, updated_at=tx.now)
    text_hash = policy.digest(text)
    told = ComplaintAnswered(**about(tx, answered), text_hash=text_hash, evidence=(text_hash,))
    saved = await tx.save(COMPLAINTS, answered, told)
    said = Answer(id=tx.new_id("ans"), complaint_id=complaint.id, author_id=tx.actor.id, text=text, answered_at=tx.now)
    await tx.insert(ANSWERS, said)
    return saved


async def resolve(tx: Transaction, complaint_id: str, outcome: Outcome) -> Complaint:
    """Settle a complaint that no dispute settles."""
    complaint = await tx.lock(COMPLAINTS, complaint_id)
    state = COMPLAINT.move(complaint.state, ComplaintAction.RESOLVE, tx.actor)
    return await _settle(tx, complaint, state, outcome)


async def follow_dispute(tx: Transaction, event: DisputeOpened) -> None:
    """The complaint became a dispute: show which, and let its end settle the complaint."""
    complaint = await tx.lock(COMPLAINTS, event.complaint_id)
    state = COMPLAINT.move(complaint.state, ComplaintAction.ESCALATE, tx.actor)
    escalated = replace(complaint, state=state, dispute_id=event.dispute_id, answer_due_at=None, updated_at=tx.now)
    told = ComplaintEscalated(**about(tx, escalated), dispute_id=event.dispute_id)
    await tx.save(COMPLAINTS, escalated, told)


async def dispute_executed(tx: Transaction, event: DisputeExecuted) -> None:
    """What the verdict said has been done, so the complaint is settled."""
    await _conclude(tx, event.complaint_id, Outcome.VERDICT_EXECUTED)


async def dispute_withdrawn(tx: Transaction, event: DisputeWithdrawn) -> None:
    """The buyer took the dispute back, and the complaint with it."""
    await _conclude(tx, event.complaint_id, Outcome.DISPUTE_WITHDRAWN)


async def _conclude(tx: Transaction, complaint_id: str, outcome: Outcome) -> None:
    complaint = await tx.lock(COMPLAINTS, complaint_id)
    if complaint.state is ComplaintState.RESOLVED:
        return  # an agent had settled it before the dispute was opened; that outcome stands
    state = COMPLAINT.move(complaint.state, ComplaintAction.CONCLUDE, tx.actor)
    await _settle(tx, complaint, state, outcome)


async def _settle(tx: Transaction, complaint: Complaint, state: ComplaintState, outcome: Outcome) -> Complaint:
    settled = replace(
        complaint, state=state, outcome=outcome, answer_due_at=None, updated_at=tx.now, resolved_at=tx.now
    )
    told = ComplaintResolved(**about(tx, settled), dispute_id=settled.dispute_id, outcome=outcome)
    return await tx.save(COMPLAINTS, settled, told)


async def _only_one(tx: Transaction, subject: Subject, channel: ComplaintChannel) -> None:
    there = await tx.one(OPEN_COMPLAINT, subject_id=subject.case_id or subject.order_id, channel=channel)
    if there is not None:
        raise ComplaintAlreadyOpen(complaint_id=there.id)


def _taken_in(tx: Transaction, subject: Subject, channel: ComplaintChannel, category: Category, text: str) -> Complaint:
    return Complaint(
        id=tx.new_id("cmp"),
        version=0,
        state=ComplaintState.OPEN,
        channel=channel,
        category=category,
        subject_id=subject.case_id or subject.order_id,
        order_id=subject.order_id,
        case_id=subject.case_id,
        buyer_id=subject.buyer_id,
        merchant_id=subject.merchant_id,
        opened_by=tx.actor.id,
        text=text,
        dispute_id=None,
        outcome=None,
        answer_due_at=tx.now + timedelta(hours=tx.settings.complaint_answer_hours),
        created_at=tx.now,
        updated_at=tx.now,
        resolved_at=None,
    )


class About(TraceFields):
    """What every event of a complaint says."""

    complaint_id: str
    channel: str
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    state: str


def about(tx: Transaction, complaint: Complaint) -> About:
    """Five of the six answers (the matter is the event's own) and the complaint they belong to."""
    return About(
        affected_party=complaint.buyer_id,
        applicant=complaint.buyer_id,
        handler=tx.actor.id,
        time=tx.now,
        result=complaint.state,
        complaint_id=complaint.id,
        channel=complaint.channel,
        order_id=complaint.order_id,
        case_id=complaint.case_id,
        buyer_id=complaint.buyer_id,
        merchant_id=complaint.merchant_id,
        state=complaint.state,
    )
