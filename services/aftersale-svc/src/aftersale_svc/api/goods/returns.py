"""The goods of a case on their way back 退货: sent, received, inspected."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_requests import (
    CorrectWaybillIn,
    InspectIn,
    NoteIn,
    SetReturnAddressIn,
)
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.money.return_freights import ShipIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.goods import inspections, returns
from aftersale_svc.domain.cases.deposit_covers.errors import RefundCovered
from aftersale_svc.domain.cases.errors import (
    ClosedForGood,
    NothingInTransit,
    OpensAgain,
    RefundDecided,
    RejectReasonUnsuitable,
    ReturnAddressUnchanged,
    ReturnAlreadyScanned,
    ReturnAlreadyShipped,
    WaybillInUse,
    WaybillUnchanged,
)
from aftersale_svc.domain.cases.finding_errors import ReasonRequired
from aftersale_svc.domain.cases.findings import FINDINGS
from aftersale_svc.domain.cases.holders import UnitsHeldByAnother
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.money_holds.errors import (
    GoodsAlreadyReceived,
    ReplacementNotReported,
    ReplacementReported,
)
from aftersale_svc.domain.cases.return_freights.errors import STATED, AcceptedFreightExceedsStated
from aftersale_svc.domain.currencies import CurrencyForeign
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NO_NOTE = NoteIn()
NOT_RECEIVED = (
    RefundDecided,
    NothingInTransit,
    ReplacementReported,
    ClosedForGood,
    OrderWasCancelled,
    RefundCovered,
    UnitsHeldByAnother,
)


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
    return CaseOut.seen(given, tx)


@router.post(
    "/{case_id}/ship",
    **step(
        CASE.values(),
        CaseAction.SHIP,
        "shipCase",
        WaybillInUse,
        *STATED,
        CurrencyForeign,
        EvidenceUnusable,
    ),
)
async def ship_case(case_id: CaseId, body: ShipIn, tx: Tx[Settings]) -> CaseOut:
    """Record that the goods were handed to a courier, or dropped off at one of its points: as the buyer, or as an agent in a case that an
    agent has opened for the buyer. Its reports about this waybill then move the case on.

    Returns of one buyer to one merchant may share a parcel until it is delivered. Any other parcel that has the waybill, or had it
    within a year, refuses it: one to a buyer, one of somebody else, one that has arrived.

    Where the merchant bears the freight of the return, the buyer states what they have paid, with evidence of it.
    """
    shipped = await returns.ship(
        tx,
        case_id,
        carrier=body.carrier,
        waybill_no=body.waybill_no,
        drop_off_point=body.drop_off_point,
        freight=body.return_freight.stated() if body.return_freight else None,
    )
    return CaseOut.seen(shipped, tx)


@router.post(
    "/{case_id}/correct-waybill",
    **step(
        CASE.values(),
        CaseAction.CORRECT_WAYBILL,
        "correctReturnWaybill",
        ReturnAlreadyScanned,
        WaybillUnchanged,
        WaybillInUse,
    ),
)
async def correct_waybill(case_id: CaseId, body: CorrectWaybillIn, tx: Tx[Settings]) -> CaseOut:
    """Replace a wrong waybill. Possible until a courier has scanned the goods."""
    corrected = await returns.correct_waybill(tx, case_id, carrier=body.carrier, waybill_no=body.waybill_no)
    return CaseOut.seen(corrected, tx)


@router.post(
    "/{case_id}/receive",
    **step(CASE.values(), CaseAction.RECEIVE, "receiveCase", *NOT_RECEIVED),
)
async def receive_case(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Record that the goods have arrived, if the courier has not reported it: also a parcel that was taken for lost, or was missing, and goods
    that the buyer has handed over, or sent under a waybill that nobody knows; `return_parcel` is null then.

    Where the case was closed without them, it is open again, and an agent decides: what it held has to be in no other case. Where it cannot be
    opened again, `record-arrival` records that the goods are there.
    """
    return CaseOut.seen(await returns.receive(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/record-arrival",
    **step(
        CASE.values(),
        CaseAction.RECORD_ARRIVAL,
        "recordReturnArrival",
        NothingInTransit,
        OpensAgain,
        ReplacementNotReported,
        GoodsAlreadyReceived,
        RefundDecided,
    ),
)
async def record_arrival(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Record that goods have arrived of a case that has ended, and that is not opened again by that: a verdict or its order has ended it, it was
    cancelled or paid, or another case has its units. The case stays as it ended. Or of a fast exchange whose replacement the buyer has reported as
    wrong or missing: the agent who decides about that decides about the goods as well.

    The goods go back to the buyer (`refused_goods_claims`), unless their money has, or went back with the order.
    """
    return CaseOut.seen(await returns.record_arrival(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/report-return-missing",
    **step(CASE.values(), CaseAction.REPORT_RETURN_MISSING, "reportReturnMissing", NothingInTransit),
)
async def report_return_missing(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Say as the merchant that the goods are not there, though the courier reports them as delivered. An agent decides what follows.

    If they are found meanwhile, `receive` records that.
    """
    return CaseOut.seen(await returns.report_missing(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/inspect",
    **step(
        CASE.values(),
        CaseAction.INSPECT,
        "inspectCase",
        EvidenceUnusable,
        *FINDINGS,
        ReasonRequired,
        RejectReasonUnsuitable,
        CurrencyForeign,
        AcceptedFreightExceedsStated,
        *CITATIONS,
    ),
)
async def inspect_case(case_id: CaseId, body: InspectIn, tx: Tx[Settings]) -> CaseOut:
    """Record what was found of the returned goods. Accepting fewer units makes the refund smaller; none is a rejection."""
    inspected = await inspections.inspect(
        tx,
        case_id,
        findings=body.findings(),
        reason=body.reason,
        freight=body.freight,
        note=body.note,
        policy=body.citations(),
    )
    return CaseOut.seen(inspected, tx)
