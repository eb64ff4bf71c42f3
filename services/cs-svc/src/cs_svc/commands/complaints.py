"""Complaints: answer, resolve, follow the dispute that a complaint became, and mark a reply as overdue."""

from dataclasses import replace

from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    ComplaintAnswered,
    ComplaintEscalated,
    ComplaintOpened,
    ComplaintOverdue,
    ComplaintResolutionOverdue,
    ComplaintResolved,
    ComplaintSupervised,
    DisputeExecuted,
    DisputeOpened,
    DisputeSettled,
    DisputeWithdrawn,
    Event,
    digest,
)

from cs_svc.commands import complaint_severity
from cs_svc.commands.deadlines import complaint_timer
from cs_svc.commands.record import complaint_fields, text_fields
from cs_svc.domain.complaints import (
    COMPLAINT,
    Complaint,
    ComplaintAction,
    ComplaintCategory,
    ComplaintChannel,
    ComplaintOutcome,
    ComplaintReply,
    ComplaintState,
    with_due,
)
from cs_svc.domain.errors import NoAnswerAwaited
from cs_svc.domain.orders import OrderReference
from cs_svc.settings import Settings
from cs_svc.tables.complaints import COMPLAINT_REPLIES, COMPLAINTS, UNRESOLVED_COMPLAINT

REGISTERED_TEXT = "维权在售后单中直接发起，内容见纠纷单。 / Opened in the case itself; its text is with the dispute."
"""In place of the text, which stays in aftersale-svc."""


async def answer(tx: Transaction[Settings], complaint_id: str, *, text: str) -> Complaint:
    """Reply to the buyer; a dispute about the complaint continues.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see COMPLAINT.
    """
    awaited = await tx.lock(COMPLAINTS, complaint_id)
    answered = COMPLAINT.apply(with_due(awaited, None, awaited.resolve_due_at), ComplaintAction.ANSWER, tx)
    event = ComplaintAnswered(**complaint_fields(tx, answered), **text_fields(text))
    saved = await tx.save(COMPLAINTS, answered, event)
    reply = ComplaintReply(
        id=tx.new_id("ans"), complaint_id=answered.id, author_id=tx.actor.id, text=text, answered_at=tx.now
    )
    await tx.insert(COMPLAINT_REPLIES, reply)
    return saved


async def resolve(tx: Transaction[Settings], complaint_id: str, *, outcome: ComplaintOutcome) -> Complaint:
    """Resolve a complaint that has not become a dispute.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see COMPLAINT.
    """
    return await _resolve(tx, await tx.lock(COMPLAINTS, complaint_id), ComplaintAction.RESOLVE, outcome)


async def follow_dispute(tx: Transaction[Settings], event: DisputeOpened) -> None:
    """Store the dispute that was opened for the complaint; its end resolves the complaint.

    Where no complaint opened the dispute, one is registered for it, under the id that the event names.

    Raises:
        NotFound: there is no such complaint.
        IllegalTransition: it has become a dispute before.
        Retry: the complaint about an earlier dispute of the case is not resolved yet.
    """
    known = await tx.find(COMPLAINTS, event.complaint_id)
    if known is None and event.needs_complaint:
        registered, opened = await _registered(tx, event)
        escalated = _escalated(tx, registered, event)
        await tx.create(COMPLAINTS, escalated, opened, _escalation(tx, escalated, event))
    else:
        escalated = _escalated(tx, await tx.lock(COMPLAINTS, event.complaint_id), event)
        await tx.save(COMPLAINTS, escalated, _escalation(tx, escalated, event))


def _escalated(tx: Transaction[Settings], complaint: Complaint, event: DisputeOpened) -> Complaint:
    moved = COMPLAINT.apply(with_due(complaint, None, None), ComplaintAction.ESCALATE, tx)
    return replace(moved, dispute_id=event.dispute_id)


def _escalation(tx: Transaction[Settings], escalated: Complaint, event: DisputeOpened) -> ComplaintEscalated:
    return ComplaintEscalated(**complaint_fields(tx, escalated), dispute_id=event.dispute_id)


async def _registered(tx: Transaction[Settings], event: DisputeOpened) -> tuple[Complaint, ComplaintOpened]:
    """A complaint for a dispute that was opened in the case itself. Raises: Retry, see `follow_dispute`."""
    channel, category = ComplaintChannel.CASE, _category(event.category)
    earlier = await tx.one(UNRESOLVED_COMPLAINT, subject_id=event.case_id, channel=channel)
    if earlier is not None:
        raise Retry(awaits=earlier.dispute_id or earlier.id)
    reference = OrderReference(
        order_id=event.order_id, case_id=event.case_id, buyer_id=event.buyer_id, merchant_id=event.merchant_id
    )
    complaint = await new(tx, reference, channel, category, REGISTERED_TEXT)
    complaint = replace(complaint, id=event.complaint_id, opened_by=event.applicant)
    opened = ComplaintOpened(
        **complaint_fields(tx, complaint),
        category=category,
        severity=complaint.severity,
        text_hash=event.text_hash or digest(REGISTERED_TEXT),
        evidence=event.evidence,
        dispute_id=event.dispute_id,
    )
    return complaint, opened


def _category(code: str) -> ComplaintCategory:
    """The category with this code; OTHER for one that a newer build has published."""
    try:
        return ComplaintCategory(code)
    except ValueError:
        return ComplaintCategory.OTHER


async def dispute_executed(tx: Transaction[Settings], event: DisputeExecuted) -> None:
    """Resolve the complaint: the verdict was executed.

    Raises:
        NotFound: there is no such complaint.
        IllegalTransition: it has not become a dispute.
    """
    await _conclude(tx, event.complaint_id, ComplaintOutcome.VERDICT_EXECUTED)


async def dispute_settled(tx: Transaction[Settings], event: DisputeSettled) -> None:
    """Resolve the complaint: buyer and merchant have agreed. The execution that follows changes nothing more.

    Raises:
        NotFound: there is no such complaint.
        IllegalTransition: it has not become a dispute.
    """
    await _conclude(tx, event.complaint_id, ComplaintOutcome.DISPUTE_SETTLED)


async def dispute_withdrawn(tx: Transaction[Settings], event: DisputeWithdrawn) -> None:
    """Resolve the complaint: the buyer withdrew the dispute and the complaint with it.

    Raises:
        NotFound: there is no such complaint.
        IllegalTransition: it has not become a dispute.
    """
    await _conclude(tx, event.complaint_id, ComplaintOutcome.DISPUTE_WITHDRAWN)


@complaint_timer(ComplaintAction.MARK_OVERDUE)
async def mark_overdue(tx: Transaction[Settings], complaint: Complaint) -> None:
    """Record what of the locked complaint is overdue, its first reply or its end, and hand it to the supervisors the first time.

    Raises:
        NoAnswerAwaited: nothing is due.
    """
    answer, resolution = complaint.answer_due_at, complaint.resolve_due_at
    late = replace(complaint, supervised_at=complaint.supervised_at or tx.now)
    late_answer = answer is not None and complaint.overdue_at is None and answer <= tx.now
    late_resolution = resolution is not None and complaint.resolve_overdue_at is None and resolution <= tx.now
    if late_answer:
        late = replace(late, overdue_at=tx.now)
    if late_resolution:
        late = replace(late, resolve_overdue_at=tx.now)
    if not (late_answer or late_resolution):
        raise NoAnswerAwaited
    overdue = COMPLAINT.apply(late, ComplaintAction.MARK_OVERDUE, tx)
    fields, events = complaint_fields(tx, overdue), list[Event]()
    if answer is not None and late_answer:
        events.append(ComplaintOverdue(**fields, answer_due_at=answer, severity=overdue.severity))
    if resolution is not None and late_resolution:
        events.append(ComplaintResolutionOverdue(**fields, resolve_due_at=resolution, severity=overdue.severity))
    if complaint.supervised_at is None:
        events.append(ComplaintSupervised(**fields, severity=overdue.severity))
    await tx.save(COMPLAINTS, overdue, *events)


async def _conclude(tx: Transaction[Settings], complaint_id: str, outcome: ComplaintOutcome) -> None:
    complaint = await tx.lock(COMPLAINTS, complaint_id)
    # An agent may have resolved it before the dispute was opened; that outcome stays.
    if complaint.state is not ComplaintState.RESOLVED:
        await _resolve(tx, complaint, ComplaintAction.CONCLUDE, outcome)


async def _resolve(
    tx: Transaction[Settings], complaint: Complaint, action: ComplaintAction, outcome: ComplaintOutcome
) -> Complaint:
    ended = COMPLAINT.apply(with_due(complaint, None, None), action, tx)
    resolved = replace(ended, outcome=outcome, resolved_at=tx.now)
    event = ComplaintResolved(**complaint_fields(tx, resolved), dispute_id=resolved.dispute_id, outcome=outcome)
    return await tx.save(COMPLAINTS, resolved, event)


async def new(
    tx: Transaction[Settings],
    reference: OrderReference,
    channel: ComplaintChannel,
    category: ComplaintCategory,
    text: str,
) -> Complaint:
    """A complaint that is not stored yet, with its severity and what is due of it."""
    complaint = Complaint(
        id=tx.new_id("cmp"),
        version=0,
        state=COMPLAINT.initial,
        channel=channel,
        category=category,
        subject_id=reference.subject_id,
        order_id=reference.order_id,
        case_id=reference.case_id,
        buyer_id=reference.buyer_id,
        merchant_id=reference.merchant_id,
        opened_by=tx.actor.id,
        text=text,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return COMPLAINT.start(await complaint_severity.judged(tx, complaint), tx)
