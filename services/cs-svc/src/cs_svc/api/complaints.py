"""Complaints 投诉: received over four channels, answered by agents, resolved by an agent or by the end of a dispute."""

from typing import Annotated

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from cs_svc import queries
from cs_svc.api.filters import OfBuyer, OfCase, OfOrder
from cs_svc.api.schemas.complaints import ComplaintIn, ComplaintOut, ComplaintTurn, ComplaintWithAnswersOut, ResolveIn
from cs_svc.api.schemas.shared import TextIn
from cs_svc.commands import complaints
from cs_svc.domain.complaints import (
    COMPLAINT,
    Complaint,
    ComplaintAction,
    ComplaintChannel,
    ComplaintOutcome,
    ComplaintState,
)
from cs_svc.domain.errors import CaseOfOtherOrder, CaseUnknown, ComplaintAlreadyOpen, OrderUnknown, SubjectMissing
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/complaints", tags=["complaints"], route_class=ApiRoute)
ComplaintId = Annotated[Id, Path(description="The id of the complaint.")]


@router.post(
    "",
    operation_id="openComplaint",
    status_code=201,
    responses=refusals(OrderUnknown, CaseUnknown, CaseOfOtherOrder, SubjectMissing, ComplaintAlreadyOpen),
    dependencies=[require_role("buyer", "agent")],
)
async def open_complaint(body: ComplaintIn, tx: Tx[Settings]) -> ComplaintWithAnswersOut:
    """Open a complaint about an order or one case of it; an agent opens it for a buyer who calls.

    One complaint per case or order and channel may be unresolved: a second one is 409 `complaint_already_open`, which
    names the first.
    """
    opened = await complaints.open_(
        tx,
        channel=ComplaintChannel(body.channel),
        category=body.category,
        text=body.text,
        order_id=body.order_id,
        case_id=body.case_id,
    )
    return ComplaintWithAnswersOut.with_replies(opened, tx.actor, [])


@router.get("", operation_id="listComplaints")
async def list_complaints(
    reader: Read,
    state: Annotated[ComplaintState | None, Query(description="Only complaints in this state.")] = None,
    channel: Annotated[
        ComplaintChannel | None, Query(description="Only complaints that came in over this channel.")
    ] = None,
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
    filters = {"state": state, "channel": channel, "order_id": order_id, "case_id": case_id, "buyer_id": buyer_id}
    page = await queries.complaints(reader, limit, cursor, **filters, whose_turn=whose_turn)
    return PageOut[ComplaintOut].of(page, lambda row: ComplaintOut.of(row, reader.actor))


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


async def _with_replies(reader: Reader, complaint: Complaint) -> ComplaintWithAnswersOut:
    replies = await queries.replies_to(reader, complaint.id)
    return ComplaintWithAnswersOut.with_replies(complaint, reader.actor, replies)
