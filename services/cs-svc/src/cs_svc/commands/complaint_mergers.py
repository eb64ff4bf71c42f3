"""Agents correct the intake of complaints: they separate a submission from a complaint, or merge two complaints."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound
from aftercare_events import (
    ComplaintMerged,
    ComplaintOpened,
    ComplaintResolved,
    ComplaintSubmissionAdded,
    ComplaintSubmissionSeparated,
    digest,
)

from cs_svc.commands import complaints
from cs_svc.commands.record import complaint_fields, text_fields
from cs_svc.domain.complaint_submissions import Submission, check_mergeable
from cs_svc.domain.complaints import (
    COMPLAINT,
    Complaint,
    ComplaintAction,
    ComplaintCategory,
    ComplaintOutcome,
    with_due,
)
from cs_svc.domain.errors import SubmissionMoved
from cs_svc.domain.orders import OrderReference
from cs_svc.settings import Settings
from cs_svc.tables.complaint_submissions import (
    LOCK_INTAKE,
    MOVE_SUBMISSIONS,
    SEPARATE_SUBMISSION,
    SUBMISSIONS,
    complaint_submissions,
)
from cs_svc.tables.complaints import COMPLAINTS


async def separate(
    tx: Transaction[Settings],
    complaint_id: str,
    submission_id: str,
    *,
    reason: str,
    category: ComplaintCategory | None,
) -> Complaint:
    """Make a submission a complaint of its own, which is returned; it has the category of the other one unless another is named.

    Raises:
        NotFound, Stale: see `Transaction.lock`; also where the complaint has no such submission.
        SubmissionMoved: it is one already.
        IllegalTransition, ActionNotAllowed: see COMPLAINT.
    """
    complaint = COMPLAINT.apply(await tx.lock(COMPLAINTS, complaint_id), ComplaintAction.SEPARATE, tx)
    submission = await tx.get(SUBMISSIONS, submission_id)
    if submission.complaint_id != complaint_id:
        raise NotFound(what=SUBMISSIONS.name)
    if submission.separated_to is not None:
        raise SubmissionMoved(complaint_id=submission.separated_to)
    became = await _became(tx, complaint, submission, category or complaint.category)
    separated = ComplaintSubmissionSeparated(
        **complaint_fields(tx, complaint),
        submission_id=submission_id,
        separated_to=became.id,
        reason_hash=digest(reason),
    )
    await tx.save(COMPLAINTS, complaint, separated)
    opened = ComplaintOpened(
        **complaint_fields(tx, became), **text_fields(became.text), category=became.category, severity=became.severity
    )
    saved = await tx.create(COMPLAINTS, became, opened)
    tx.change(
        complaint_submissions.name, SEPARATE_SUBMISSION, submission_id=submission_id, became=became.id, why=reason
    )
    return saved


async def _became(
    tx: Transaction[Settings], complaint: Complaint, submission: Submission, category: ComplaintCategory
) -> Complaint:
    reference = OrderReference(
        order_id=complaint.order_id,
        case_id=complaint.case_id,
        buyer_id=complaint.buyer_id,
        merchant_id=complaint.merchant_id,
    )
    became = await complaints.new(tx, reference, submission.channel, category, submission.text)
    return replace(
        became,
        opened_by=submission.submitted_by,
        conversation_id=submission.conversation_id,
        message_id=submission.message_id,
        separated=True,
    )


async def merge(tx: Transaction[Settings], complaint_id: str, *, into: str, reason: str) -> Complaint:
    """End a complaint whose matter is that of another one, which is returned: what was submitted goes on there.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        MergedWithItself, ComplaintsUnrelated: see `check_mergeable`.
        IllegalTransition, ActionNotAllowed: see COMPLAINT.
    """
    ended, other = await _lock_both(tx, complaint_id, into)
    check_mergeable(ended, other)
    # A message has one complaint at most: its submission has it from here on, and the complaint that an agent may separate that into.
    merged = replace(
        COMPLAINT.apply(with_due(ended, None, None), ComplaintAction.MERGE, tx),
        outcome=ComplaintOutcome.MERGED,
        merged_into=other.id,
        message_id=None,
        resolved_at=tx.now,
    )
    # SEPARATE is possible in every state in which a complaint takes in submissions, and changes no deadline.
    taking = COMPLAINT.apply(other, ComplaintAction.SEPARATE, tx)
    submission = _submission(tx, ended, other, reason)
    await tx.save(
        COMPLAINTS,
        merged,
        ComplaintMerged(**complaint_fields(tx, merged), merged_into=other.id, reason_hash=digest(reason)),
        ComplaintResolved(**complaint_fields(tx, merged), outcome=ComplaintOutcome.MERGED),
    )
    added = ComplaintSubmissionAdded(
        **complaint_fields(tx, taking),
        **text_fields(ended.text),
        submission_id=submission.id,
        submitted_over=ended.channel,
        merged_from=ended.id,
    )
    saved = await tx.save(COMPLAINTS, taking, added)
    tx.change(complaint_submissions.name, MOVE_SUBMISSIONS, ended=ended.id, into=other.id)
    await tx.insert(SUBMISSIONS, submission)
    return saved


async def _lock_both(tx: Transaction[Settings], complaint_id: str, into: str) -> tuple[Complaint, Complaint]:
    """Both complaints, after those of their orders that others take in: two mergers do not wait for each other."""
    known: Complaint = await tx.get(COMPLAINTS, complaint_id)
    other: Complaint = await tx.get(COMPLAINTS, into)
    for order_id in sorted({known.order_id, other.order_id}):
        await tx.lock_all(LOCK_INTAKE, order_id=order_id)
    ended = await tx.lock(COMPLAINTS, complaint_id)
    return ended, await tx.lock(COMPLAINTS, into)


def _submission(tx: Transaction[Settings], ended: Complaint, into: Complaint, reason: str) -> Submission:
    return Submission(
        id=tx.new_id("sub"),
        complaint_id=into.id,
        channel=ended.channel,
        text=ended.text,
        submitted_by=ended.opened_by,
        submitted_at=ended.created_at,
        conversation_id=ended.conversation_id,
        message_id=ended.message_id,
        merged_from=ended.id,
        reason=reason,
    )
