"""Complaints 投诉: received over four channels, answered by agents, resolved by an agent or by the end of a dispute."""

from typing import Annotated

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from cs_svc import queries
from cs_svc.api.filters import OfBuyer, OfCase, OfOrder
from cs_svc.api.schemas.complaint_explanations import ExplanationOut
from cs_svc.api.schemas.complaints import (
    ComplaintIn,
    ComplaintOut,
    ComplaintTurn,
    ComplaintWithAnswersOut,
    MarkIn,
    MergeIn,
    ResolveIn,
    SeparateIn,
)
from cs_svc.api.schemas.shared import TextIn
from cs_svc.commands import complaint_intake, complaint_mergers, complaints
from cs_svc.domain.complaints import (
    COMPLAINT,
    Complaint,
    ComplaintAction,
    ComplaintCategory,
    ComplaintChannel,
    ComplaintOutcome,
    ComplaintSeverity,
    ComplaintState,
)
from cs_svc.domain.errors import (
    CaseOfOtherOrder,
    CaseUnknown,
    ComplaintAlreadyOpen,
    ComplaintOfOtherBuyer,
    ComplaintsUnrelated,
    MergedWithItself,
    MessageAlreadyMarked,
    MessageNotOfBuyer,
    OrderUnknown,
    SubjectMissing,
    SubmissionMoved,
)
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/complaints", tags=["complaints"], route_class=ApiRoute)
marking = APIRouter(prefix="/v1/conversations", tags=["complaints"], route_class=ApiRoute)
STAFF = require_role("agent", "arbitrator", "admin")
OfSeverity = Annotated[ComplaintSeverity | None, Query(description="Only complaints that are as severe as this.")]
ComplaintId = Annotated[Id, Path(description="The id of the complaint.")]


@router.post(
    "",
    operation_id="openComplaint",
    status_code=201,
    responses=refusals(OrderUnknown, CaseUnknown, CaseOfOtherOrder, SubjectMissing, ComplaintAlreadyOpen),
    dependencies=[require_role("buyer", "agent")],
)
async def open_complaint(body: ComplaintIn, tx: Tx[Settings]) -> ComplaintWithAnswersOut:
    """Complain about an order or one case of it; an agent does it for a buyer who calls.

    What repeats an unresolved complaint of the last weeks, over whichever channel, is added to that one, which is the answer, with
    `added_submission_id`. Besides, one complaint per case or order and channel may be unresolved: another one is 409
    `complaint_already_open`, which names it.
    """
    received = await complaint_intake.receive(
        tx,
        channel=ComplaintChannel(body.channel),
        category=body.category,
        text=body.text,
        order_id=body.order_id,
        case_id=body.case_id,
    )
    return await _received(tx, received)


@router.get("", operation_id="listComplaints")
async def list_complaints(
    reader: Read,
    state: Annotated[ComplaintState | None, Query(description="Only complaints in this state.")] = None,
    channel: Annotated[
        ComplaintChannel | None, Query(description="Only complaints that came in over this channel.")
    ] = None,
    severity: OfSeverity = None,
    order_id: OfOrder = None,
    case_id: OfCase = None,
    buyer_id: OfBuyer = None,
    whose_turn: Annotated[
        ComplaintTurn | None, Query(description="Only complaints in which these have to act next.")
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ComplaintOut]:
    """Complaints, newest first. `whose_turn=agent` lists those that no dispute decides and nobody has resolved."""
    filters = {"state": state, "channel": channel, "severity": severity, "whose_turn": whose_turn}
    about = {"order_id": order_id, "case_id": case_id, "buyer_id": buyer_id}
    page = await queries.complaints(reader, limit, cursor, **filters, **about)
    return PageOut[ComplaintOut].of(page, lambda row: ComplaintOut.of(row, reader.actor))


@router.get("/due", operation_id="listComplaintsDue", dependencies=[STAFF])
async def list_complaints_due(
    reader: Read,
    within: Annotated[int, Query(ge=0, le=43_200, description="So many minutes ahead; 0: only what is late.")] = 240,
    severity: OfSeverity = None,
    category: Annotated[ComplaintCategory | None, Query(description="Only complaints about this.")] = None,
    merchant_id: Annotated[PrincipalId | None, Query(description="Only complaints about this merchant.")] = None,
    supervised: Annotated[
        bool | None, Query(description="Only complaints that supervisors look after; false: only the others.")
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ComplaintOut]:
    """Complaints of which the first reply or the end is late, and those of which it will be, the earliest first."""
    filters = {"severity": severity, "category": category, "merchant_id": merchant_id}
    is_supervised = None if supervised is None else str(supervised)
    page = await queries.complaints_due(reader, limit, cursor, within=within, **filters, supervised=is_supervised)
    return PageOut[ComplaintOut].of(page, lambda row: ComplaintOut.of(row, reader.actor))


@router.get("/{complaint_id}/explanation", operation_id="explainComplaint", dependencies=[STAFF])
async def explain_complaint(complaint_id: ComplaintId, reader: Read) -> ExplanationOut:
    """Why a complaint is as severe as it is, and how what is due of it was counted."""
    return ExplanationOut.of(await queries.complaint(reader, complaint_id))


@router.get("/{complaint_id}", operation_id="getComplaint")
async def get_complaint(complaint_id: ComplaintId, reader: Read) -> ComplaintWithAnswersOut:
    """A complaint with the replies to it, the dispute that was opened for it and its outcome."""
    return await _with_replies(reader, await queries.complaint(reader, complaint_id))


@router.post(
    "/{complaint_id}/answer",
    operation_id="answerComplaint",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(COMPLAINT, ComplaintAction.ANSWER)],
)
async def answer_complaint(complaint_id: ComplaintId, body: TextIn, tx: Tx[Settings]) -> ComplaintWithAnswersOut:
    """Reply to the buyer."""
    return await _with_replies(tx, await complaints.answer(tx, complaint_id, text=body.text))


@router.post(
    "/{complaint_id}/resolve",
    operation_id="resolveComplaint",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(COMPLAINT, ComplaintAction.RESOLVE)],
)
async def resolve_complaint(complaint_id: ComplaintId, body: ResolveIn, tx: Tx[Settings]) -> ComplaintWithAnswersOut:
    """Resolve a complaint for which no dispute was opened."""
    return await _with_replies(tx, await complaints.resolve(tx, complaint_id, outcome=ComplaintOutcome(body.outcome)))


@router.post(
    "/{complaint_id}/separate",
    operation_id="separateSubmission",
    status_code=201,
    responses=refusals(IllegalTransition, SubmissionMoved),
    dependencies=[require_action(COMPLAINT, ComplaintAction.SEPARATE)],
)
async def separate_submission(complaint_id: ComplaintId, body: SeparateIn, tx: Tx[Settings]) -> ComplaintWithAnswersOut:
    """Make a submission a complaint of its own, which is the answer."""
    became = await complaint_mergers.separate(
        tx, complaint_id, body.submission_id, reason=body.reason, category=body.category
    )
    return await _with_replies(tx, became)


@router.post(
    "/{complaint_id}/merge",
    operation_id="mergeComplaint",
    responses=refusals(IllegalTransition, MergedWithItself, ComplaintsUnrelated),
    dependencies=[require_action(COMPLAINT, ComplaintAction.MERGE)],
)
async def merge_complaint(complaint_id: ComplaintId, body: MergeIn, tx: Tx[Settings]) -> ComplaintWithAnswersOut:
    """End a complaint that is about the matter of another one, which is the answer: it has what was submitted from then on."""
    return await _with_replies(tx, await complaint_mergers.merge(tx, complaint_id, into=body.into, reason=body.reason))


@marking.post(
    "/{conversation_id}/messages/{message_id}/complaint",
    operation_id="markAsComplaint",
    status_code=201,
    responses=refusals(
        OrderUnknown,
        CaseUnknown,
        CaseOfOtherOrder,
        SubjectMissing,
        ComplaintAlreadyOpen,
        MessageNotOfBuyer,
        ComplaintOfOtherBuyer,
        MessageAlreadyMarked,
    ),
    dependencies=[require_role("agent")],
)
async def mark_as_complaint(
    conversation_id: Annotated[Id, Path(description="The id of the conversation.")],
    message_id: Annotated[Id, Path(description="The id of a message in it that the buyer wrote.")],
    body: MarkIn,
    tx: Tx[Settings],
) -> ComplaintWithAnswersOut:
    """Take in a message as a complaint of its buyer, as `openComplaint` would. Channel `message`, or `phone` where it came in over the phone."""
    received = await complaint_intake.mark(
        tx, conversation_id, message_id, category=body.category, order_id=body.order_id, case_id=body.case_id
    )
    return await _received(tx, received)


async def _received(reader: Reader, received: complaint_intake.Received) -> ComplaintWithAnswersOut:
    added = received.submission.id if received.submission else None
    return await _with_replies(reader, received.complaint, added)


async def _with_replies(reader: Reader, complaint: Complaint, added: str | None = None) -> ComplaintWithAnswersOut:
    replies = await queries.replies_to(reader, complaint.id)
    submissions = await queries.submissions_of(reader, complaint.id)
    return ComplaintWithAnswersOut.with_replies(complaint, reader.actor, replies, submissions, added)
