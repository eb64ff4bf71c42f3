"""The facts that guards judge, for tests."""

from dataclasses import replace
from datetime import timedelta

from aftersale_svc.domain.cases.codes import RefundCause, RefundState
from aftersale_svc.domain.cases.exchanges.model import RefusedGoods
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.holders import HeldUntil, Holder
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseLine, CaseState, Inspection, Refund, Return
from aftersale_svc.domain.cases.offers.model import Offer, OfferSide, OfferState
from aftersale_svc.domain.cases.offline_refunds.codes import OfflineRefundMethod
from aftersale_svc.domain.cases.offline_refunds.model import OfflineRefund
from aftersale_svc.domain.cases.pickups.codes import PickupMissedBy, PickupState
from aftersale_svc.domain.cases.pickups.model import Pickup
from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsState
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods
from aftersale_svc.domain.cases.return_freights.model import ReturnFreight
from aftersale_svc.domain.orders.model import Order

_NOTHING_SENT = (
    CaseState.MANUAL_REVIEW,
    CaseState.PENDING_REVIEW,
    CaseState.REJECTED,
    CaseState.AWAIT_BUYER_SHIPMENT,
)
_PICKUPS = (CaseAction.BOOK_PICKUP, None)


def _pickup(case: Case) -> Pickup:
    """A pickup that was missed, under a waybill that is known."""
    return Pickup(
        case_id=case.id,
        merchant_id=case.merchant_id,
        state=PickupState.MISSED,
        begins_at=case.created_at,
        ends_at=case.created_at + timedelta(hours=3),
        schedule_version=0,
        address={"street": "文一路 12 号"},
        carrier="sf",
        waybill_no="SF2001",
        missed_by=PickupMissedBy.UNKNOWN,
        booked_at=case.created_at,
        ended_at=case.created_at,
    )


def _inspected(full: FullCase) -> FullCase:
    """The case with one unit that the merchant has and refused."""
    case_id, shares = full.case.id, {"line_units": 1, "line_paid_minor": 100, "units_before": 0}
    line = CaseLine(case_id=case_id, line_id="line_1", sku="KETTLE-1", quantity=1, amount_minor=100, **shares)
    found = Inspection(case_id=case_id, line_id="line_1", accepted=0, accepted_minor=0)
    back = replace(full.return_, delivered_at=full.case.created_at)
    return replace(full, requested=(line,)).keeping(back).keeping(found)


def _sent_back(full: FullCase) -> FullCase:
    """The case with one unit that the merchant has refused, and that is in a parcel to the buyer."""
    parcel = {"carrier": "zto", "waybill_no": "73200001"}
    lines: list[dict[str, object]] = [{"line_id": "line_1", "quantity": 1}]
    owed = OwedGoods(id="rgc_1", case_id=full.case.id, state=RefusedGoodsState.IN_TRANSIT, lines=lines, **parcel)
    return full.keeping(RefusedGoods(case_id=full.case.id, sent_at=full.case.created_at, **parcel)).owing(owed)


def facts(case: Case, order: Order | None = None, action: CaseAction | None = None) -> CaseFacts:
    """What bars nothing, but for the state of the order; before the goods are sent, what bars this action or the others."""
    back = Return(case_id=case.id)
    if action is CaseAction.RECEIVE or case.state not in _NOTHING_SENT:
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
    stated = OfflineRefund(
        case_id=case.id,
        refund_id="ref_2",
        failed_refund_id=refused.id,
        amount_minor=100,
        method=OfflineRefundMethod.CASH,
        reference="?",
        evidence=[],
        stated_by=case.merchant_id,
        stated_at=case.created_at,
    )
    # A pickup needs the address, without which it would be the turn of the merchant.
    if action in _PICKUPS:
        back = replace(back, address={"street": "仓前路 8 号"})
    freight = ReturnFreight(
        case_id=case.id, stated_minor=100, insured_minor=0, evidence=[], accepted_minor=100, owed_at=case.created_at
    )
    full = FullCase(case=case).keeping(freight).keeping(back).keeping(offer).keeping(refused).keeping(_pickup(case))
    full = full.keeping(stated)
    if action is CaseAction.RETURN_REFUSED_GOODS:
        full = _inspected(full)
    if action is CaseAction.CORRECT_REFUSED_GOODS_WAYBILL:
        full = _sent_back(full)
    # A closed case that nothing keeps from its units is open again once they arrive.
    held_by = (Holder("case_2", HeldUntil.CASE_ENDED),) if action is CaseAction.RECORD_ARRIVAL else ()
    full = replace(full, held_by=held_by)
    return CaseFacts(full=full, order=order, in_dispute_window=True, overdue=True, units_cancelled=True)
