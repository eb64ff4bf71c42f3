"""Goods that the merchant sends to the buyer 补寄与换货: sent, received, not to be had."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_requests import CitingIn, NoteIn
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.goods.replacements import CorrectReplacementWaybillIn, ReportAnomalyIn, ShipReplacementIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.goods import replacements
from aftersale_svc.domain.cases.charges.errors import ChargeUnpaid, PaymentStated
from aftersale_svc.domain.cases.errors import RefundDecided, WaybillInUse, WaybillUnchanged
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.money_holds.errors import GoodsAlreadyReceived, HoldNotAgreed, ReplacementNotSent
from aftersale_svc.domain.cases.repairs.errors import RemedyNotOffered
from aftersale_svc.domain.cases.replacements.errors import (
    NoReplacementDecided,
    RefundNotOffered,
    ReplacementAlreadyScanned,
)
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NO_NOTE, NOTHING = NoteIn(), CitingIn(policy=[])


@router.post(
    "/{case_id}/ship-replacement",
    **step(CASE.values(), CaseAction.SHIP_REPLACEMENT, "shipReplacement", ChargeUnpaid, HoldNotAgreed, WaybillInUse),
)
async def ship_replacement(case_id: CaseId, body: ShipReplacementIn, tx: Tx[Settings]) -> CaseOut:
    """Record that the replacement was handed to a courier. Its reports about this waybill then move the case on."""
    sent = await replacements.ship(tx, case_id, carrier=body.carrier, waybill_no=body.waybill_no)
    return CaseOut.seen(sent, tx)


@router.post(
    "/{case_id}/correct-replacement-waybill",
    **step(
        CASE.values(),
        CaseAction.CORRECT_REPLACEMENT_WAYBILL,
        "correctReplacementWaybill",
        ReplacementAlreadyScanned,
        WaybillUnchanged,
        WaybillInUse,
    ),
)
async def correct_replacement_waybill(case_id: CaseId, body: CorrectReplacementWaybillIn, tx: Tx[Settings]) -> CaseOut:
    """Replace a wrong waybill. Possible until a courier has scanned the replacement."""
    corrected = await replacements.correct_waybill(tx, case_id, carrier=body.carrier, waybill_no=body.waybill_no)
    return CaseOut.seen(corrected, tx)


@router.post(
    "/{case_id}/no-stock", **step(CASE.values(), CaseAction.NO_STOCK, "reportNoStock", PaymentStated, *CITATIONS)
)
async def report_no_stock(case_id: CaseId, tx: Tx[Settings], body: CitingIn = NOTHING) -> CaseOut:
    """Say that there is nothing to send. The money of the units goes back instead."""
    return CaseOut.seen(await replacements.no_stock(tx, case_id, note=body.note, policy=body.citations()), tx)


@router.post(
    "/{case_id}/confirm-replacement", **step(CASE.values(), CaseAction.CONFIRM_REPLACEMENT, "confirmReplacement")
)
async def confirm_replacement(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Confirm as the buyer that the replacement has arrived and is in order."""
    return CaseOut.seen(await replacements.confirm(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/report-anomaly",
    **step(CASE.values(), CaseAction.REPORT_ANOMALY, "reportAnomaly", ReplacementNotSent),
)
async def report_anomaly(case_id: CaseId, body: ReportAnomalyIn, tx: Tx[Settings]) -> CaseOut:
    """Say as the buyer what is wrong with the replacement, in a fast exchange until the goods are sent. An agent decides what follows."""
    reported = await replacements.report_anomaly(tx, case_id, anomaly=body.anomaly, note=body.note)
    return CaseOut.seen(reported, tx)


@router.post(
    "/{case_id}/take-refund",
    **step(CASE.values(), CaseAction.TAKE_REFUND, "takeRefund", RefundNotOffered, RemedyNotOffered, PaymentStated),
)
async def take_refund(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Take the money as the buyer, instead of a replacement that is late or costs more, or of a repair that is not possible."""
    return CaseOut.seen(await replacements.take_refund(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/reship",
    **step(
        CASE.values(),
        CaseAction.RESHIP,
        "reshipCase",
        NoReplacementDecided,
        RefundDecided,
        GoodsAlreadyReceived,
        *CITATIONS,
    ),
)
async def reship_case(case_id: CaseId, tx: Tx[Settings], body: CitingIn = NOTHING) -> CaseOut:
    """Have the merchant send the replacement again, as an agent: it is late, was lost, or something is wrong with it."""
    return CaseOut.seen(await replacements.reship(tx, case_id, note=body.note, policy=body.citations()), tx)
