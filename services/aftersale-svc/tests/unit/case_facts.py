"""The facts that guards judge, for tests."""

from dataclasses import replace

from aftersale_svc.domain.cases.codes import RefundCause, RefundState
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState, Refund, Return
from aftersale_svc.domain.cases.offers.model import Offer, OfferSide, OfferState
from aftersale_svc.domain.orders.model import Order

_NOTHING_SENT = (CaseState.MANUAL_REVIEW, CaseState.PENDING_REVIEW, CaseState.REJECTED)


def facts(case: Case, order: Order | None = None, action: CaseAction | None = None) -> CaseFacts:
    """What bars nothing, but for the state of the order; before the goods are sent, what bars this action or the others."""
    back = Return(case_id=case.id)
    waits = case.state is CaseState.AWAIT_BUYER_SHIPMENT and action is not CaseAction.RECEIVE
    if case.state not in _NOTHING_SENT and not waits:
        back = replace(back, carrier="sf", waybill_no="SF1001")
    offer = Offer(
        case_id=case.id,
        number=1,
        by=OfferSide.BUYER,
        type=case.type,
        amount_minor=100,
        currency=case.currency,
        state=OfferState.OPEN,
        made_at=case.created_at,
    )
    refused = Refund(
        id="ref_1",
        case_id=case.id,
        state=RefundState.FAILED,
        cause=RefundCause.APPROVAL,
        units_minor=100,
        freight_minor=0,
        currency=case.currency,
        requested_at=case.created_at,
    )
    full = FullCase(case=case).keeping(back).keeping(offer).keeping(refused)
    return CaseFacts(full=full, order=order, in_dispute_window=True, units_free=True, overdue=True)
