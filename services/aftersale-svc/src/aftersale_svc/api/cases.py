"""After-sale cases 售后单: asked for, judged, sent back, inspected, refunded."""

from collections.abc import Sequence
from typing import Any

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http import sse
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, allow
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.http.sse import EventStream, LastEventId
from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition
from aftercare_chassis.refusals import Refusal
from fastapi import APIRouter, Request

from aftersale_svc import queries
from aftersale_svc.api.schemas.cases import (
    ApproveIn,
    CaseIn,
    CaseOut,
    CaseTurn,
    CloseIn,
    CorrectWaybillIn,
    InspectIn,
    NoteIn,
    RejectIn,
    ShipIn,
    StepOut,
    TimelineOut,
)
from aftersale_svc.commands import cases, refunds, returns
from aftersale_svc.domain.codes import CaseType, Reason
from aftersale_svc.domain.errors import (
    AcceptedExceedsSent,
    LineMissing,
    LineTwice,
    LineUnknown,
    OrderUnknown,
    OrderWasCancelled,
    QuantityExceedsRemaining,
    ReappliedTooOften,
    ReasonRequired,
    RefundDecided,
    ReturnAlreadyScanned,
    UnitsInLiveCase,
    WaybillUnchanged,
    WindowPassed,
)
from aftersale_svc.domain.lifecycle import Action, roles
from aftersale_svc.domain.model import Case, CaseLine, State

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
SAYING_NOTHING = NoteIn()
APPROVING = ApproveIn()


def step(action: Action, operation_id: str, *refused: type[Refusal]) -> dict[str, Any]:
    """What the routes of all actions share: only roles that may ever take the action get through.

    `refused` are the refusals of this action besides those of the lifecycle.
    """
    return {
        "operation_id": operation_id,
        "responses": refusals(IllegalTransition, ActionNotAllowed, *refused),
        "dependencies": [allow(*roles(action))],
    }


@router.post(
    "",
    operation_id="createCase",
    status_code=201,
    responses=refusals(
        OrderUnknown,
        OrderWasCancelled,
        WindowPassed,
        LineUnknown,
        LineTwice,
        QuantityExceedsRemaining,
        UnitsInLiveCase,
        ReappliedTooOften,
    ),
    dependencies=[allow("buyer", "seller", "agent")],
)
async def create_case(body: CaseIn, tx: Tx) -> CaseOut:
    """Ask for after-sales service on units of an order; the seller or an agent may do so for the buyer.

    An order that is not known here as paid is waited for, up to a second; then it is 404 `order_unknown` with Retry-After. More units than remain are 422
    `quantity_exceeds_remaining`; units that are in another live case are 409 `units_in_live_case`.
    """
    case, lines = await cases.create(tx, body.request())
    return CaseOut.of(case, lines, tx.actor)


@router.get("", operation_id="listCases")
async def list_cases(
    reader: Read,
    state: State | None = None,
    order_id: Id | None = None,
    whose_turn: CaseTurn | None = None,
    type: CaseType | None = None,
    reason: Reason | None = None,
    buyer_id: PrincipalId | None = None,
    merchant_id: PrincipalId | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[CaseOut]:
    """Cases, newest first."""
    filters = {
        "state": state,
        "order_id": order_id,
        "whose_turn": whose_turn,
        "type": type,
        "reason": reason,
        "buyer_id": buyer_id,
        "merchant_id": merchant_id,
    }
    page = await queries.cases(reader, limit, cursor, **filters)
    lines = await queries.lines_by_case(reader, page.data)
    return PageOut[CaseOut].of(page, lambda case: CaseOut.of(case, lines[case.id], reader.actor))


@router.get("/{case_id}", operation_id="getCase")
async def get_case(case_id: Id, reader: Read) -> CaseOut:
    """A case, its lines, and what can be done next by whom."""
    return await _shown(reader, await queries.case(reader, case_id))


@router.get("/{case_id}/timeline", operation_id="getCaseTimeline")
async def get_timeline(case_id: Id, reader: Read) -> TimelineOut:
    """Every step of the case and of its disputes, oldest first: who, when, what, and what was said."""
    steps = await queries.timeline(reader, case_id)
    return TimelineOut(data=[StepOut.model_validate(each) for each in steps])


@router.get(
    "/{case_id}/timeline/live",
    operation_id="followCaseTimeline",
    response_class=EventStream,
)
async def follow_timeline(
    case_id: Id, request: Request, reader: Read, last_event_id: LastEventId = None
) -> EventStream:
    """The timeline as it grows: each step once, as a server-sent event whose data is a step."""

    # From where the client came each time: a step of another host whose clock is behind stands before the last one told.
    async def look(reader: Reader, _: str | None) -> Sequence[sse.Event]:
        steps = await queries.timeline(reader, case_id)
        return sse.after_last_event([(each.id, StepOut.model_validate(each)) for each in steps], last_event_id)

    return await sse.stream(request, reader, look, last_event_id)


@router.post("/{case_id}/approve", **step(Action.APPROVE, "approveCase", RefundDecided))
async def approve_case(case_id: Id, tx: Tx, body: ApproveIn = APPROVING) -> CaseOut:
    """Grant the request: the goods come back first (return_refund), or the money goes back at once (refund_only)."""
    return await _shown(tx, await cases.approve(tx, case_id, note=body.note, return_address=body.address()))


@router.post("/{case_id}/reject", **step(Action.REJECT, "rejectCase", RefundDecided))
async def reject_case(case_id: Id, body: RejectIn, tx: Tx) -> CaseOut:
    """Refuse the request, with a reason that the buyer may dispute."""
    return await _shown(tx, await cases.reject(tx, case_id, body.reason, body.note))


@router.post("/{case_id}/escalate", **step(Action.ESCALATE, "escalateCase"))
async def escalate_case(case_id: Id, tx: Tx, body: NoteIn = SAYING_NOTHING) -> CaseOut:
    """Hand the review over to an agent of the platform."""
    return await _shown(tx, await cases.escalate(tx, case_id, body.note))


@router.post("/{case_id}/ship", **step(Action.SHIP, "shipCase"))
async def ship_case(case_id: Id, body: ShipIn, tx: Tx) -> CaseOut:
    """The goods are with a courier; its pushes move the case on."""
    case, lines = await returns.ship(tx, case_id, body.carrier, body.waybill_no)
    return await _shown(tx, case, lines)


@router.post(
    "/{case_id}/correct-waybill",
    **step(Action.CORRECT_WAYBILL, "correctReturnWaybill", ReturnAlreadyScanned, WaybillUnchanged),
)
async def correct_waybill(case_id: Id, body: CorrectWaybillIn, tx: Tx) -> CaseOut:
    """The waybill named before was wrong: the goods travel under this one. Possible until a courier has scanned them."""
    return await _shown(tx, await returns.correct_waybill(tx, case_id, body.carrier, body.waybill_no))


@router.post("/{case_id}/receive", **step(Action.RECEIVE, "receiveCase", RefundDecided))
async def receive_case(case_id: Id, tx: Tx, body: NoteIn = SAYING_NOTHING) -> CaseOut:
    """The goods are here although the courier has not said so."""
    return await _shown(tx, await returns.receive(tx, case_id, body.note))


@router.post(
    "/{case_id}/inspect",
    **step(Action.INSPECT, "inspectCase", LineUnknown, LineTwice, LineMissing, AcceptedExceedsSent, ReasonRequired),
)
async def inspect_case(case_id: Id, body: InspectIn, tx: Tx) -> CaseOut:
    """Judge the returned goods. Accepting fewer than sent makes the refund smaller; accepting none is a rejection."""
    case, lines = await returns.inspect(tx, case_id, body.found(), body.reason, body.note)
    return await _shown(tx, case, lines)


@router.post("/{case_id}/refund", **step(Action.REFUND, "refundCase"))
async def refund_case(case_id: Id, tx: Tx, body: NoteIn = SAYING_NOTHING) -> CaseOut:
    """An agent orders the refund, or tries it again after the provider refused: each try is a refund of its own."""
    return await _shown(tx, await refunds.refund(tx, case_id, body.note))


@router.post("/{case_id}/close", **step(Action.CLOSE, "closeCase"))
async def close_case(case_id: Id, body: CloseIn, tx: Tx) -> CaseOut:
    """An agent ends the case where nothing else helps, such as a refund that the provider refuses for good.

    The note says why. The buyer may dispute it within the window.
    """
    return await _shown(tx, await cases.close(tx, case_id, body.note))


@router.post("/{case_id}/accept", **step(Action.ACCEPT, "acceptRejection"))
async def accept_rejection(case_id: Id, tx: Tx, body: NoteIn = SAYING_NOTHING) -> CaseOut:
    """The buyer accepts the rejection; the units are free to be asked for anew."""
    return await _shown(tx, await cases.accept(tx, case_id, body.note))


@router.post("/{case_id}/cancel", **step(Action.CANCEL, "cancelCase", RefundDecided))
async def cancel_case(case_id: Id, tx: Tx, body: NoteIn = SAYING_NOTHING) -> CaseOut:
    """Take the request back."""
    return await _shown(tx, await cases.cancel(tx, case_id, body.note))


async def _shown(reader: Reader, case: Case, lines: Sequence[CaseLine] | None = None) -> CaseOut:
    return CaseOut.of(case, await queries.lines(reader, case.id) if lines is None else lines, reader.actor)
