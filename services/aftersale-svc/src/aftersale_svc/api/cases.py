"""After-sale cases 售后单: requested, reviewed, sent back, inspected, refunded."""

from collections.abc import Sequence
from typing import Annotated

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http import sse
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.http.sse import EventStream, LastEventId
from fastapi import APIRouter, Path, Query, Request

from aftersale_svc import queries
from aftersale_svc.api.filters import OfBuyer, OfMerchant, OfOrder
from aftersale_svc.api.schemas.case_requests import (
    ApproveIn,
    CaseIn,
    CloseIn,
    CorrectWaybillIn,
    InspectIn,
    NoteIn,
    RejectIn,
    SetReturnAddressIn,
    ShipIn,
)
from aftersale_svc.api.schemas.cases import CaseOut, CaseTurn
from aftersale_svc.api.schemas.timelines import StepOut, TimelineOut
from aftersale_svc.api.steps import step
from aftersale_svc.commands import cases, endings, inspections, refunds, returns, reviews
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.errors import (
    AcceptedExceedsSent,
    EvidenceRequired,
    LineMissing,
    LineTwice,
    LineUnknown,
    NothingInTransit,
    ReasonNotReached,
    ReasonRequired,
    RefundDecided,
    ReturnAddressMissing,
    ReturnAddressUnchanged,
    ReturnAlreadyScanned,
    ReturnAlreadyShipped,
    StageNotReached,
    WaybillUnchanged,
)
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.money.errors import QuantityExceedsRemaining, ReappliedTooOften, UnitsInLiveCase
from aftersale_svc.domain.orders.errors import OrderUnknown, OrderWasCancelled, WindowPassed
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NO_NOTE = NoteIn()
NO_ADDRESS = ApproveIn()
CaseId = Annotated[Id, Path(description="The id of the case.")]


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
        StageNotReached,
        ReasonNotReached,
        EvidenceRequired,
    ),
    dependencies=[require_role("buyer", "seller", "agent")],
)
async def create_case(body: CaseIn, tx: Tx[Settings]) -> CaseOut:
    """Open a case about units of an order. The seller or an agent may do so for the buyer.

    If the order is not known here as paid, the server waits for it up to a second, then it answers 404 `order_unknown`
    with Retry-After. If fewer units remain than are asked for, it answers 422 `quantity_exceeds_remaining`; if some of
    them are in another open case, 409 `units_in_live_case`. A type or a reason that does not suit the stage of the goods
    is 409 `stage_unsuitable` or `reason_unsuitable`, with the `allowed` ones; where a later stage permits it, the server
    waits as above, since events of the order may be on their way. `GET /v1/orders/{order_id}/after-sale-options` of this
    service shows what is accepted.
    """
    return CaseOut.of(await cases.create(tx, body.request()), tx.actor)


@router.get("", operation_id="listCases")
async def list_cases(
    reader: Read[Settings],
    state: Annotated[CaseState | None, Query(description="Only cases in this state.")] = None,
    order_id: OfOrder = None,
    whose_turn: Annotated[CaseTurn | None, Query(description="Only cases in which these have to act next.")] = None,
    type: Annotated[CaseType | None, Query(description="Only cases in which this is asked for.")] = None,
    reason: Annotated[Reason | None, Query(description="Only cases with this reason.")] = None,
    buyer_id: OfBuyer = None,
    merchant_id: OfMerchant = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[CaseOut]:
    """List the cases that the caller may see, newest first."""
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
    return PageOut[CaseOut].of(page, lambda full: CaseOut.of(full, reader.actor))


@router.get("/{case_id}", operation_id="getCase")
async def get_case(case_id: CaseId, reader: Read[Settings]) -> CaseOut:
    """Get a case with its lines, and with what the caller may do next."""
    return CaseOut.of(await queries.case(reader, case_id), reader.actor)


@router.get("/{case_id}/timeline", operation_id="getCaseTimeline")
async def get_timeline(case_id: CaseId, reader: Read[Settings]) -> TimelineOut:
    """List every step of the case and of its disputes, oldest first: who did what and when, with the note."""
    steps = await queries.timeline(reader, case_id)
    return TimelineOut(data=[StepOut.model_validate(each) for each in steps])


@router.get(
    "/{case_id}/timeline/live",
    operation_id="followCaseTimeline",
    response_class=EventStream,
)
async def follow_timeline(
    case_id: CaseId, request: Request, reader: Read[Settings], last_event_id: LastEventId = None
) -> EventStream:
    """Stream the timeline: each step once, as a server-sent event whose data is a step."""

    # From the client's last event each time: a step of another host whose clock is behind sorts before the last one sent.
    async def look(reader: Reader[Settings], _: str | None) -> Sequence[sse.Event]:
        steps = await queries.timeline(reader, case_id)
        return sse.after_last_event([(each.id, StepOut.model_validate(each)) for each in steps], last_event_id)

    return await sse.stream(request, reader, look, last_event_id)


@router.post(
    "/{case_id}/approve",
    **step(CASE.values(), CaseAction.APPROVE, "approveCase", RefundDecided, ReturnAddressMissing),
)
async def approve_case(case_id: CaseId, tx: Tx[Settings], body: ApproveIn = NO_ADDRESS) -> CaseOut:
    """Approve the request: the buyer sends the goods back (return_refund), or the refund is requested at once (refund_only).

    The seller names the address for goods that are sent back. Where an agent leaves it out, and nobody has named it
    before, it is the merchant's turn to do so with `set-return-address`; the buyer's time to ship begins then.
    """
    return CaseOut.of(await reviews.approve(tx, case_id, note=body.note, return_address=body.address()), tx.actor)


@router.post("/{case_id}/reject", **step(CASE.values(), CaseAction.REJECT, "rejectCase", RefundDecided))
async def reject_case(case_id: CaseId, body: RejectIn, tx: Tx[Settings]) -> CaseOut:
    """Reject the request with a reason. The buyer may accept that or complain."""
    return CaseOut.of(await reviews.reject(tx, case_id, reason=body.reason, note=body.note), tx.actor)


@router.post("/{case_id}/escalate", **step(CASE.values(), CaseAction.ESCALATE, "escalateCase"))
async def escalate_case(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Let an agent of the platform decide about the request."""
    return CaseOut.of(await reviews.escalate(tx, case_id, note=body.note), tx.actor)


@router.post(
    "/{case_id}/set-return-address",
    **step(
        CASE.values(), CaseAction.SET_RETURN_ADDRESS, "setReturnAddress", ReturnAlreadyShipped, ReturnAddressUnchanged
    ),
)
async def set_return_address(case_id: CaseId, body: SetReturnAddressIn, tx: Tx[Settings]) -> CaseOut:
    """Say where the buyer is to send the goods, or correct that. Possible until the buyer has shipped them.

    The buyer has the whole time to ship from then on.
    """
    given = await returns.set_address(tx, case_id, address=body.return_address.stored(), note=body.note)
    return CaseOut.of(given, tx.actor)


@router.post("/{case_id}/ship", **step(CASE.values(), CaseAction.SHIP, "shipCase"))
async def ship_case(case_id: CaseId, body: ShipIn, tx: Tx[Settings]) -> CaseOut:
    """Record that the goods were handed to a courier. Its reports about this waybill then move the case on."""
    return CaseOut.of(await returns.ship(tx, case_id, carrier=body.carrier, waybill_no=body.waybill_no), tx.actor)


@router.post(
    "/{case_id}/correct-waybill",
    **step(CASE.values(), CaseAction.CORRECT_WAYBILL, "correctReturnWaybill", ReturnAlreadyScanned, WaybillUnchanged),
)
async def correct_waybill(case_id: CaseId, body: CorrectWaybillIn, tx: Tx[Settings]) -> CaseOut:
    """Replace a wrong waybill. Possible until a courier has scanned the goods."""
    corrected = await returns.correct_waybill(tx, case_id, carrier=body.carrier, waybill_no=body.waybill_no)
    return CaseOut.of(corrected, tx.actor)


@router.post(
    "/{case_id}/receive",
    **step(CASE.values(), CaseAction.RECEIVE, "receiveCase", RefundDecided, NothingInTransit),
)
async def receive_case(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Record that the goods have arrived, if the courier has not reported it: also a parcel that was taken for lost."""
    return CaseOut.of(await returns.receive(tx, case_id, note=body.note), tx.actor)


@router.post(
    "/{case_id}/inspect",
    **step(
        CASE.values(),
        CaseAction.INSPECT,
        "inspectCase",
        LineUnknown,
        LineTwice,
        LineMissing,
        AcceptedExceedsSent,
        ReasonRequired,
    ),
)
async def inspect_case(case_id: CaseId, body: InspectIn, tx: Tx[Settings]) -> CaseOut:
    """Record what was found of the returned goods. Accepting fewer units makes the refund smaller; none is a rejection."""
    inspected = await inspections.inspect(tx, case_id, findings=body.findings(), reason=body.reason, note=body.note)
    return CaseOut.of(inspected, tx.actor)


@router.post("/{case_id}/refund", **step(CASE.values(), CaseAction.REFUND, "refundCase"))
async def refund_case(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Order the refund, or try it again after it failed, as an agent. Each attempt is a refund with an id of its own."""
    return CaseOut.of(await refunds.refund(tx, case_id, note=body.note), tx.actor)


@router.post("/{case_id}/close", **step(CASE.values(), CaseAction.CLOSE, "closeCase"))
async def close_case(case_id: CaseId, body: CloseIn, tx: Tx[Settings]) -> CaseOut:
    """Close the case as an agent, if nothing else is possible: for example, if the provider refuses the refund.

    The note is the reason. The buyer may complain within the dispute window.
    """
    return CaseOut.of(await endings.close(tx, case_id, note=body.note), tx.actor)


@router.post("/{case_id}/accept", **step(CASE.values(), CaseAction.ACCEPT, "acceptRejection"))
async def accept_rejection(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Accept the rejection. The case is closed, and a new one may be opened about its units."""
    return CaseOut.of(await endings.accept(tx, case_id, note=body.note), tx.actor)


@router.post("/{case_id}/cancel", **step(CASE.values(), CaseAction.CANCEL, "cancelCase", RefundDecided))
async def cancel_case(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Withdraw the request."""
    return CaseOut.of(await endings.cancel(tx, case_id, note=body.note), tx.actor)
