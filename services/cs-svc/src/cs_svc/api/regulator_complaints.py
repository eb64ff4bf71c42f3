"""Complaints that authorities send 行政投诉: for those who work here, and the merchant concerned."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from cs_svc.api.filters import OfOrder
from cs_svc.api.schemas.regulator_complaints import (
    AgreementIn,
    RegulatorComplaintIn,
    RegulatorComplaintOut,
    ReplyIn,
    ResponsibleIn,
    StepIn,
)
from cs_svc.commands import regulator_complaints as commands
from cs_svc.domain.errors import CaseOfOtherOrder, CaseUnknown, FileKnown, NotReplied, OrderUnknown, SubjectMissing
from cs_svc.domain.regulator_complaints import REGULATOR_COMPLAINT, RegulatorAction, RegulatorState
from cs_svc.integrations.letter_pages import LetterText, pdf
from cs_svc.queries import regulators as queries
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/regulator-complaints", tags=["regulator-complaints"], route_class=ApiRoute)
RegulatorComplaintId = Annotated[Id, Path(description="The id of the complaint of an authority.")]
_READERS = require_role("seller", "agent", "admin")
_BY_LAW = StepIn()


@router.post(
    "",
    operation_id="receiveRegulatorComplaint",
    status_code=201,
    responses=refusals(OrderUnknown, CaseUnknown, CaseOfOtherOrder, SubjectMissing, FileKnown),
    dependencies=[require_role("agent", "admin")],
)
async def receive(body: RegulatorComplaintIn, tx: Tx[Settings]) -> RegulatorComplaintOut:
    """Take in what an authority has sent."""
    received = await commands.receive(
        tx,
        body.letter(),
        order_id=body.order_id,
        case_id=body.case_id,
        complaint_id=body.complaint_id,
        responsible_id=body.responsible_id,
    )
    return RegulatorComplaintOut.of(received, tx.actor)


@router.get("", operation_id="listRegulatorComplaints", dependencies=[_READERS])
async def list_(
    reader: Read,
    within_days: Annotated[
        int | None,
        Query(ge=0, le=400, description="Only those of which a step is due within so many days, the earliest first."),
    ] = None,
    state: Annotated[RegulatorState | None, Query(description="Only those in this state.")] = None,
    merchant_id: Annotated[PrincipalId | None, Query(description="Only those about this merchant.")] = None,
    order_id: OfOrder = None,
    responsible_id: Annotated[PrincipalId | None, Query(description="Only those of this agent.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[RegulatorComplaintOut]:
    """Complaints of authorities, newest first."""
    filters = {"state": state, "merchant_id": merchant_id, "order_id": order_id, "responsible_id": responsible_id}
    page = await queries.regulator_complaints(reader, limit, cursor, within_days=within_days, **filters)
    return PageOut[RegulatorComplaintOut].of(page, lambda row: RegulatorComplaintOut.of(row, reader.actor))


@router.get("/{regulator_complaint_id}", operation_id="getRegulatorComplaint", dependencies=[_READERS])
async def get(regulator_complaint_id: RegulatorComplaintId, reader: Read) -> RegulatorComplaintOut:
    """One complaint of an authority."""
    return RegulatorComplaintOut.of(await queries.regulator_complaint(reader, regulator_complaint_id), reader.actor)


@router.get(
    "/{regulator_complaint_id}/letter",
    operation_id="getReplyLetter",
    response_class=Response,
    responses={
        **refusals(NotReplied),
        200: {
            "description": "The letter, A4.",
            "content": {"application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}},
        },
    },
    dependencies=[_READERS],
)
async def get_letter(regulator_complaint_id: RegulatorComplaintId, reader: Read) -> Response:
    """The reply to the authority as PDF."""
    row = await queries.regulator_complaint(reader, regulator_complaint_id)
    if row.letter is None or row.replied_at is None:
        raise NotReplied(state=row.state)
    head = [f"{row.authority}：", f"案卷编号 / File number: {row.file_number}", f"订单 / Order: {row.order_id}", ""]
    foot = ["", f"{row.replied_at:%Y-%m-%d}"]
    text = LetterText(
        title="关于投诉的答复 / Reply to a complaint",
        paragraphs=[*head, *row.letter.splitlines(), *foot],
        written_at=row.replied_at,
    )
    headers = {"Content-Disposition": f'inline; filename="{row.id}.pdf"', "Cache-Control": "no-store"}
    return Response(pdf(text), media_type="application/pdf", headers=headers)


@router.post(
    "/{regulator_complaint_id}/assign",
    operation_id="assignRegulatorComplaint",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(REGULATOR_COMPLAINT, RegulatorAction.ASSIGN)],
)
async def assign(
    regulator_complaint_id: RegulatorComplaintId, body: ResponsibleIn, tx: Tx[Settings]
) -> RegulatorComplaintOut:
    """Let another agent answer for it."""
    changes = commands.Changes(responsible_id=body.responsible_id)
    moved = await commands.take_step(tx, regulator_complaint_id, RegulatorAction.ASSIGN, changes=changes)
    return RegulatorComplaintOut.of(moved, tx.actor)


@router.post(
    "/{regulator_complaint_id}/accept",
    operation_id="acceptMediation",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(REGULATOR_COMPLAINT, RegulatorAction.ACCEPT)],
)
async def accept(
    regulator_complaint_id: RegulatorComplaintId, tx: Tx[Settings], body: StepIn = _BY_LAW
) -> RegulatorComplaintOut:
    """Accept that the authority mediates; an end is due 45 working days later, or when the authority says."""
    return await _step(tx, regulator_complaint_id, RegulatorAction.ACCEPT, body)


@router.post(
    "/{regulator_complaint_id}/decline",
    operation_id="declineMediation",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(REGULATOR_COMPLAINT, RegulatorAction.DECLINE)],
)
async def decline(
    regulator_complaint_id: RegulatorComplaintId, tx: Tx[Settings], body: StepIn = _BY_LAW
) -> RegulatorComplaintOut:
    """Take part in no mediation; the letter is due within seven working days."""
    return await _step(tx, regulator_complaint_id, RegulatorAction.DECLINE, body)


@router.post(
    "/{regulator_complaint_id}/agree",
    operation_id="recordAgreement",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(REGULATOR_COMPLAINT, RegulatorAction.AGREE)],
)
async def agree(
    regulator_complaint_id: RegulatorComplaintId, body: AgreementIn, tx: Tx[Settings]
) -> RegulatorComplaintOut:
    """Record what both sides have agreed; the letter is due within seven working days."""
    changes = commands.Changes(agreement=body.agreement)
    moved = await commands.take_step(
        tx, regulator_complaint_id, RegulatorAction.AGREE, answer_by=body.answer_by, changes=changes
    )
    return RegulatorComplaintOut.of(moved, tx.actor)


@router.post(
    "/{regulator_complaint_id}/refuse",
    operation_id="recordRefusal",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(REGULATOR_COMPLAINT, RegulatorAction.REFUSE)],
)
async def refuse(
    regulator_complaint_id: RegulatorComplaintId, tx: Tx[Settings], body: StepIn = _BY_LAW
) -> RegulatorComplaintOut:
    """Record that no agreement was reached; the letter is due within seven working days."""
    return await _step(tx, regulator_complaint_id, RegulatorAction.REFUSE, body)


@router.post(
    "/{regulator_complaint_id}/withdraw",
    operation_id="withdrawRegulatorComplaint",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(REGULATOR_COMPLAINT, RegulatorAction.WITHDRAW)],
)
async def withdraw(regulator_complaint_id: RegulatorComplaintId, tx: Tx[Settings]) -> RegulatorComplaintOut:
    """Record that the complaint was withdrawn at the authority; nothing is due any more."""
    return await _step(tx, regulator_complaint_id, RegulatorAction.WITHDRAW, _BY_LAW)


@router.post(
    "/{regulator_complaint_id}/reply",
    operation_id="replyToRegulator",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(REGULATOR_COMPLAINT, RegulatorAction.REPLY)],
)
async def reply(regulator_complaint_id: RegulatorComplaintId, body: ReplyIn, tx: Tx[Settings]) -> RegulatorComplaintOut:
    """Write the letter to the authority, which `getReplyLetter` has as PDF."""
    return RegulatorComplaintOut.of(await commands.reply(tx, regulator_complaint_id, letter=body.letter), tx.actor)


@router.post(
    "/{regulator_complaint_id}/reopen",
    operation_id="reopenRegulatorComplaint",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(REGULATOR_COMPLAINT, RegulatorAction.REOPEN)],
)
async def reopen(
    regulator_complaint_id: RegulatorComplaintId, tx: Tx[Settings], body: StepIn = _BY_LAW
) -> RegulatorComplaintOut:
    """Go on with the mediation, because the authority has come back to it."""
    return await _step(tx, regulator_complaint_id, RegulatorAction.REOPEN, body)


async def _step(
    tx: Tx[Settings], regulator_complaint_id: str, action: RegulatorAction, body: StepIn
) -> RegulatorComplaintOut:
    moved = await commands.take_step(tx, regulator_complaint_id, action, answer_by=body.answer_by)
    return RegulatorComplaintOut.of(moved, tx.actor)
