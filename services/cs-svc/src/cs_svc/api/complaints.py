"""Complaints 投诉: taken in over four channels, answered by agents, settled by an agent or by the end of a dispute."""

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, allow
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter

from cs_svc import queries
from cs_svc.api.schemas import AnswerOut, ComplaintIn, ComplaintOut, ComplaintWithAnswersOut, ResolveIn, TextIn
from cs_svc.commands import complaints
from cs_svc.domain.errors import CaseOfOtherOrder, CaseUnknown, ComplaintAlreadyOpen, OrderUnknown, SubjectMissing
from cs_svc.domain.model import Complaint, ComplaintChannel, ComplaintState, Outcome

router = APIRouter(prefix="/v1/complaints", tags=["complaints"], route_class=ApiRoute)


@router.post(
    "",
    operation_id="openComplaint",
    status_code=201,
    responses=refusals(OrderUnknown, CaseUnknown, CaseOfOtherOrder, SubjectMissing, ComplaintAlreadyOpen),
    dependencies=[allow("buyer", "agent")],
)
async def open_complaint(body: ComplaintIn, tx: Tx) -> ComplaintWithAnswersOut:
    """Complain about an order or one case of it; an agent does so for a buyer who calls.

    One complaint may be open per subject and channel: a second one is 409 `complaint_already_open` and names the first.
    """
    complaint = await complaints.open_(tx, **dict(body))
    return ComplaintWithAnswersOut.of(complaint, tx.actor, answers=[])


@router.get("", operation_id="listComplaints")
async def list_complaints(
    reader: Read,
    state: ComplaintState | None = None,
    channel: ComplaintChannel | None = None,
    order_id: Id | None = None,
    case_id: Id | None = None,
    buyer_id: PrincipalId | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ComplaintOut]:
    """Complaints, newest first."""
    filters = {"state": state, "channel": channel, "order_id": order_id, "case_id": case_id, "buyer_id": buyer_id}
    page = await queries.complaints(reader, limit, cursor, **filters)
    return PageOut[ComplaintOut].of(page, lambda row: ComplaintOut.of(row, reader.actor))


@router.get("/{complaint_id}", operation_id="getComplaint")
async def get_complaint(complaint_id: Id, reader: Read) -> ComplaintWithAnswersOut:
    """A complaint with its answers, the dispute it became and how it ended."""
    return await _with_answers(reader, await queries.complaint(reader, complaint_id))


@router.post(
    "/{complaint_id}/answer",
    operation_id="answerComplaint",
    responses=refusals(IllegalTransition),
    dependencies=[allow("agent")],
)
async def answer_complaint(complaint_id: Id, body: TextIn, tx: Tx) -> ComplaintWithAnswersOut:
    """Answer the buyer."""
    return await _with_answers(tx, await complaints.answer(tx, complaint_id, body.text))


@router.post(
    "/{complaint_id}/resolve",
    operation_id="resolveComplaint",
    responses=refusals(IllegalTransition),
    dependencies=[allow("agent")],
)
async def resolve_complaint(complaint_id: Id, body: ResolveIn, tx: Tx) -> ComplaintWithAnswersOut:
    """Settle a complaint that became no dispute."""
    return await _with_answers(tx, await complaints.resolve(tx, complaint_id, Outcome(body.outcome)))


async def _with_answers(reader: Reader, complaint: Complaint) -> ComplaintWithAnswersOut:
    found = [AnswerOut.model_validate(answer) for answer in await queries.answers_to(reader, complaint.id)]
    return ComplaintWithAnswersOut.of(complaint, reader.actor, answers=found)
