"""The intake of complaints over every channel: what repeats an unresolved one is added to it, everything else opens one."""

from dataclasses import dataclass, replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound
from aftercare_events import ComplaintOpened, ComplaintSubmissionAdded

from cs_svc.commands import complaints, order_references
from cs_svc.commands.record import complaint_fields, text_fields
from cs_svc.domain.channels import Channel
from cs_svc.domain.complaint_submissions import Marked, Match, Submission, repeated
from cs_svc.domain.complaints import Complaint, ComplaintCategory, ComplaintChannel, ComplaintState
from cs_svc.domain.conversations import AuthorRole, Message
from cs_svc.domain.errors import (
    ComplaintAlreadyOpen,
    ComplaintOfOtherBuyer,
    MessageAlreadyMarked,
    MessageNotOfBuyer,
    SubjectMissing,
)
from cs_svc.domain.orders import OrderReference
from cs_svc.settings import Settings
from cs_svc.tables.complaint_submissions import LOCK_INTAKE, SUBMISSION_OF_MESSAGE, SUBMISSIONS, SUBMISSIONS_OF
from cs_svc.tables.complaints import (
    COMPLAINT_OF_MESSAGE,
    COMPLAINTS,
    UNRESOLVED_COMPLAINT,
    UNRESOLVED_OF_ORDER,
)
from cs_svc.tables.conversations import CONVERSATIONS, MESSAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a complaint that came in: the one that was opened, or the one that the `submission` was added to."""

    complaint: Complaint
    submission: Submission | None = None


async def receive(
    tx: Transaction[Settings],
    *,
    channel: ComplaintChannel,
    category: ComplaintCategory,
    text: str,
    order_id: str | None,
    case_id: str | None,
) -> Received:
    """Open a complaint about a case or an order, or add the text to the unresolved one that it repeats.

    Raises:
        CaseUnknown, OrderUnknown, CaseOfOtherOrder: see `order_references.resolve`.
        SubjectMissing: neither a case nor an order is named.
        ComplaintAlreadyOpen: another one about it is unresolved over this channel, and the text does not repeat it.
    """
    reference = await order_references.resolve(tx, order_id, case_id)
    if reference is None:
        raise SubjectMissing(pointer="/order_id")
    return await _take_in(tx, reference, channel, category, text)


async def mark(
    tx: Transaction[Settings],
    conversation_id: str,
    message_id: str,
    *,
    category: ComplaintCategory,
    order_id: str | None,
    case_id: str | None,
) -> Received:
    """Take in a message of a conversation, over whichever channel, as a complaint of its buyer; its subject is that of the conversation where
    none is named.

    Raises:
        NotFound: there is no such conversation, or no such message in it.
        MessageNotOfBuyer: somebody else wrote it.
        CaseUnknown, OrderUnknown, CaseOfOtherOrder: see `order_references.resolve`.
        SubjectMissing: neither a case nor an order is named, and the conversation has none.
        ComplaintOfOtherBuyer: the order is not that of the buyer of the conversation.
        MessageAlreadyMarked: it is in a complaint.
        ComplaintAlreadyOpen: see `receive`.
    """
    conversation = await tx.get(CONVERSATIONS, conversation_id)
    tx.check_condition(conversation.version)
    message: Message = await tx.get(MESSAGES, message_id)
    if message.conversation_id != conversation_id:
        raise NotFound(what=MESSAGES.name)
    if message.author_role is not AuthorRole.BUYER or message.text is None:
        raise MessageNotOfBuyer
    if order_id is None and case_id is None:
        order_id, case_id = conversation.order_id, conversation.case_id
    reference = await order_references.resolve(tx, order_id, case_id)
    if reference is None:
        raise SubjectMissing(pointer="/order_id")
    if reference.buyer_id != conversation.buyer_id:
        raise ComplaintOfOtherBuyer
    channel = ComplaintChannel.PHONE if message.channel is Channel.PHONE else ComplaintChannel.MESSAGE
    marked = Marked(conversation_id=conversation_id, message_id=message_id)
    return await _take_in(tx, reference, channel, category, message.text, marked)


async def _take_in(
    tx: Transaction[Settings],
    reference: OrderReference,
    channel: ComplaintChannel,
    category: ComplaintCategory,
    text: str,
    marked: Marked | None = None,
) -> Received:
    await tx.lock_all(LOCK_INTAKE, order_id=reference.order_id)
    await order_references.lock(tx, reference)
    if marked is not None:
        await _refuse_marked(tx, marked)
    match = await _find_repeated(tx, reference, text)
    added = None if match is None else await _add(tx, match, channel, text, marked)
    if added is not None:
        return added
    unresolved = await tx.one(UNRESOLVED_COMPLAINT, subject_id=reference.subject_id, channel=channel)
    if unresolved is not None:
        raise ComplaintAlreadyOpen(complaint_id=unresolved.id)
    complaint = await complaints.new(tx, reference, channel, category, text)
    if marked is not None:
        complaint = replace(complaint, conversation_id=marked.conversation_id, message_id=marked.message_id)
    opened = ComplaintOpened(
        **complaint_fields(tx, complaint), **text_fields(text), category=category, severity=complaint.severity
    )
    return Received(complaint=await tx.create(COMPLAINTS, complaint, opened))


async def _refuse_marked(tx: Transaction[Settings], marked: Marked) -> None:
    submission = await tx.one(SUBMISSION_OF_MESSAGE, message_id=marked.message_id)
    if submission is not None:
        raise MessageAlreadyMarked(complaint_id=submission.complaint_id)
    complaint = await tx.one(COMPLAINT_OF_MESSAGE, message_id=marked.message_id)
    if complaint is not None:
        raise MessageAlreadyMarked(complaint_id=complaint.id)


async def _find_repeated(tx: Transaction[Settings], reference: OrderReference, text: str) -> Match | None:
    """The unresolved complaint about the case, or about the order without a case, that the text repeats."""
    since = tx.now - timedelta(hours=tx.settings.complaint_repeat_hours)
    unresolved = await tx.all(
        UNRESOLVED_OF_ORDER, order_id=reference.order_id, buyer_id=reference.buyer_id, since=since
    )
    about = [each for each in unresolved if reference.case_id in (None, each.case_id) or each.case_id is None]
    submissions = await tx.all(SUBMISSIONS_OF, ids=[each.id for each in about]) if about else []
    return repeated(text, about, submissions)


async def _add(
    tx: Transaction[Settings], match: Match, channel: ComplaintChannel, text: str, marked: Marked | None
) -> Received | None:
    """Add the text to the complaint; None where that has been resolved meanwhile."""
    locked: Complaint = await tx.lock(COMPLAINTS, match.complaint.id)
    if locked.state is ComplaintState.RESOLVED:
        return None
    complaint = replace(locked, updated_at=tx.now)
    submission = Submission(
        id=tx.new_id("sub"),
        complaint_id=complaint.id,
        channel=channel,
        text=text,
        submitted_by=tx.actor.id,
        submitted_at=tx.now,
        likeness=round(match.likeness * 100),
        conversation_id=marked.conversation_id if marked else None,
        message_id=marked.message_id if marked else None,
    )
    event = ComplaintSubmissionAdded(
        **complaint_fields(tx, complaint),
        **text_fields(text),
        submission_id=submission.id,
        submitted_over=channel,
        likeness_percent=submission.likeness,
    )
    saved = await tx.save(COMPLAINTS, complaint, event)
    await tx.insert(SUBMISSIONS, submission)
    return Received(complaint=saved, submission=submission)
