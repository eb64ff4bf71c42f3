"""Deadlines 时限: why they end when they do, more time, and whose turn it was."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Id
from fastapi import APIRouter, Path

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.deadlines.deadlines import (
    DeadlineExplanationOut,
    DeadlineOut,
    DeadlinesOut,
    ExtendIn,
    TurnsOut,
)
from aftersale_svc.commands.deadlines import deadline_times
from aftersale_svc.domain.cases.manual_reviews.errors import PartyCannotDecide
from aftersale_svc.domain.deadlines.errors import (
    DeadlineEnded,
    DeadlinePassed,
    DeadlineUnlimited,
    ExtendedTooOften,
    ExtensionTooLong,
    OwnDeadline,
)
from aftersale_svc.domain.deadlines.timing import calendar_of_merchant
from aftersale_svc.domain.wording.deadlines import explain
from aftersale_svc.queries import deadlines as queries
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["deadlines"], route_class=ApiRoute)
DeadlineId = Annotated[Id, Path(description="The id of the deadline.")]


@router.get("/cases/{case_id}/deadlines", operation_id="getCaseDeadlines")
async def get_case_deadlines(case_id: CaseId, reader: Read[Settings]) -> DeadlinesOut:
    """List every deadline of a case and of its disputes, oldest first: whose turn, since when, until when, and how it ended."""
    found = await queries.of_case(reader, case_id)
    return DeadlinesOut(data=[DeadlineOut.model_validate(each) for each in found])


@router.get("/cases/{case_id}/turns", operation_id="getCaseTurns")
async def get_case_turns(case_id: CaseId, reader: Read[Settings]) -> TurnsOut:
    """Get how long it was whose turn in a case, in whole seconds that add up to its life."""
    case, until, seconds = await queries.turns(reader, case_id)
    return TurnsOut.of(case, until, seconds)


@router.get("/deadlines/{deadline_id}/explain", operation_id="explainDeadline")
async def explain_deadline(deadline_id: DeadlineId, reader: Read[Settings]) -> DeadlineExplanationOut:
    """Explain why a deadline ends when it does, in Chinese and English."""
    deadline, calendar = await queries.deadline(reader, deadline_id)
    zone = calendar_of_merchant(reader.timing, deadline.merchant_id).zone
    return DeadlineExplanationOut.of(deadline, explain(deadline, calendar, zone))


@router.post(
    "/deadlines/{deadline_id}/extend",
    operation_id="extendDeadline",
    responses=refusals(
        PartyCannotDecide,
        DeadlineEnded,
        DeadlinePassed,
        DeadlineUnlimited,
        OwnDeadline,
        ExtendedTooOften,
        ExtensionTooLong,
    ),
    dependencies=[require_role("buyer", "seller", "agent")],
)
async def extend_deadline(deadline_id: DeadlineId, body: ExtendIn, tx: Tx[Settings]) -> DeadlineOut:
    """Give the other side more time, or as an agent either side: at most three times, and 90 days in all."""
    extended = await deadline_times.extend(tx, deadline_id, hours=body.hours, note=body.note)
    return DeadlineOut.model_validate(extended)
