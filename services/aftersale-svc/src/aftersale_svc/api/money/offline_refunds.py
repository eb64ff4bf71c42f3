"""Refunds outside the payment provider 线下退款, after that has refused one."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_requests import NoteIn
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.money.offline_refunds import DenyOfflineRefundIn, StateOfflineRefundIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.money import offline_refunds
from aftersale_svc.domain.cases.deposit_covers.errors import RefundCovered
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.manual_reviews.errors import SecondPersonNeeded
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.offline_refunds.errors import NoOfflineRefundStated, NoRefundRefused
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NO_NOTE = NoteIn()


@router.post(
    "/{case_id}/state-offline-refund",
    **step(
        CASE.values(),
        CaseAction.STATE_OFFLINE_REFUND,
        "stateOfflineRefund",
        EvidenceUnusable,
        OrderWasCancelled,
        NoRefundRefused,
        RefundCovered,
        *CITATIONS,
    ),
)
async def state_offline_refund(case_id: CaseId, body: StateOfflineRefundIn, tx: Tx[Settings]) -> CaseOut:
    """State, as merchant or agent, that the money of a refused refund was given back outside the provider. The buyer
    confirms that it has arrived, or denies it; without an answer in time an agent looks at the proof."""
    stated = await offline_refunds.state(
        tx,
        case_id,
        method=body.method,
        reference=body.reference,
        evidence=body.evidence,
        note=body.note,
        policy=body.citations(),
    )
    return CaseOut.seen(stated, tx)


@router.post(
    "/{case_id}/confirm-offline-refund",
    **step(
        CASE.values(),
        CaseAction.CONFIRM_OFFLINE_REFUND,
        "confirmOfflineRefund",
        OrderWasCancelled,
        NoOfflineRefundStated,
        RefundCovered,
        SecondPersonNeeded,
    ),
)
async def confirm_offline_refund(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Confirm that the money has arrived: as the buyer, or as another agent than the one who stated it, once the buyer has not answered in
    time. The case is completed."""
    return CaseOut.seen(await offline_refunds.confirm(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/deny-offline-refund",
    **step(CASE.values(), CaseAction.DENY_OFFLINE_REFUND, "denyOfflineRefund", EvidenceUnusable, NoOfflineRefundStated),
)
async def deny_offline_refund(case_id: CaseId, body: DenyOfflineRefundIn, tx: Tx[Settings]) -> CaseOut:
    """Deny as the buyer that the money has arrived. A dispute is opened, which stops the case; where a verdict had ordered
    the refund, an agent decides."""
    denied = await offline_refunds.deny(tx, case_id, text=body.text, evidence=body.evidence)
    return CaseOut.seen(denied, tx)


@router.post(
    "/{case_id}/withdraw-offline-refund",
    **step(CASE.values(), CaseAction.WITHDRAW_OFFLINE_REFUND, "withdrawOfflineRefund", NoOfflineRefundStated),
)
async def withdraw_offline_refund(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Take the statement back, as merchant or agent, as long as nobody has answered it. An agent decides what happens instead."""
    return CaseOut.seen(await offline_refunds.withdraw(tx, case_id, note=body.note), tx)
