"""What a buyer has agreed to pay: recorded as paid by the merchant, or stated by the buyer and confirmed or denied."""

from aftercare_chassis.http.routing import ApiRoute, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_requests import CitingIn, NoteIn
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.money.charges import DenyPaymentIn, RecordPaymentIn, StatePaymentIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.money import charge_payments
from aftersale_svc.domain.cases.charges.errors import (
    ChargeNotAgreed,
    ChargePaid,
    NoPaymentStated,
    NothingOwed,
    PaymentJudged,
    PaymentNotDenied,
    PaymentStated,
    PaymentStatedTooOften,
)
from aftersale_svc.domain.cases.errors import RefundDecided
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.repairs.errors import GoodsNotReceived
from aftersale_svc.domain.cases.replacements.errors import NoReplacementDecided, ReplacementDecided
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.policies.errors import CITATIONS
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NOTHING = CitingIn(policy=[])
NO_NOTE = NoteIn()
IN_REVIEW = (NoPaymentStated, GoodsNotReceived, RefundDecided, ReplacementDecided, NoReplacementDecided, *CITATIONS)


@router.post(
    "/{case_id}/record-payment",
    **step(CASE.values(), CaseAction.RECORD_PAYMENT, "recordPayment", NothingOwed, ChargeNotAgreed, ChargePaid),
)
async def record_payment(case_id: CaseId, body: RecordPaymentIn, tx: Tx[Settings]) -> CaseOut:
    """Record as the merchant that the buyer has paid."""
    recorded = await charge_payments.record(tx, case_id, reference=body.reference, note=body.note)
    return CaseOut.seen(recorded, tx)


@router.post(
    "/{case_id}/state-payment",
    **step(
        CASE.values(),
        CaseAction.STATE_PAYMENT,
        "statePayment",
        NothingOwed,
        ChargeNotAgreed,
        ChargePaid,
        PaymentStated,
        PaymentStatedTooOften,
        EvidenceUnusable,
    ),
)
async def state_payment(case_id: CaseId, body: StatePaymentIn, tx: Tx[Settings]) -> CaseOut:
    """State as the buyer that the agreed amount was paid. The merchant confirms or denies it; without an answer in time it is paid."""
    stated = await charge_payments.state(tx, case_id, reference=body.reference, evidence=body.evidence, note=body.note)
    return CaseOut.seen(stated, tx)


@router.post(
    "/{case_id}/confirm-payment", **step(CASE.values(), CaseAction.CONFIRM_PAYMENT, "confirmPayment", *IN_REVIEW)
)
async def confirm_payment(case_id: CaseId, tx: Tx[Settings], body: CitingIn = NOTHING) -> CaseOut:
    """Confirm as the merchant, or as an agent, that the stated payment has arrived; an agent also after the merchant has denied it."""
    confirmed = await charge_payments.confirm(tx, case_id, note=body.note, policy=body.citations())
    return CaseOut.seen(confirmed, tx)


@router.post(
    "/{case_id}/deny-payment",
    **step(CASE.values(), CaseAction.DENY_PAYMENT, "denyPayment", PaymentJudged, EvidenceUnusable, *IN_REVIEW),
)
async def deny_payment(case_id: CaseId, body: DenyPaymentIn, tx: Tx[Settings]) -> CaseOut:
    """Deny as the merchant, or as an agent, that the stated payment has arrived. The buyer may pay and state it again, have an
    agent decide, dispute the case, or give up what it was for."""
    denied = await charge_payments.deny(tx, case_id, text=body.note, evidence=body.evidence, policy=body.citations())
    return CaseOut.seen(denied, tx)


@router.post(
    "/{case_id}/escalate-payment",
    **step(CASE.values(), CaseAction.ESCALATE_PAYMENT, "escalatePayment", PaymentNotDenied, PaymentJudged),
)
async def escalate_payment(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Have an agent decide as the buyer about a payment that the merchant has denied; once for each payment."""
    return CaseOut.seen(await charge_payments.escalate(tx, case_id, note=body.note), tx)
