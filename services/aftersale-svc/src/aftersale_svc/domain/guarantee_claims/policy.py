"""What a guarantee covers, and how much."""

from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.offline_refunds.errors import OfflineRefundOpen
from aftersale_svc.domain.cases.offline_refunds.policy import is_stated_outside
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.claims.amounts import check_amount
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeKind
from aftersale_svc.domain.guarantee_claims.errors import (
    ExceedsGuarantee,
    GuaranteeAmountMissing,
    NotInsured,
    OrderNotShipped,
    RefundNotFailed,
    ReturnNotReceived,
)
from aftersale_svc.domain.guarantee_claims.model import GuaranteeRequest
from aftersale_svc.domain.merchant_settings.model import SettingKind
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.orders.model import Order, OrderState


def covered(full: FullCase, order: Order, request: GuaranteeRequest) -> int:
    """The most that the guarantee pays for the case, in minor units.

    Raises:
        NotInsured, ReturnNotReceived: see `_freight`.
        OrderWasCancelled, OrderNotShipped, OfflineRefundOpen, RefundNotFailed: see `check_refund_failed`.
    """
    if request.kind is GuaranteeKind.FREIGHT_INSURANCE:
        return _freight(full, order)
    return check_refund_failed(full, order)


def _freight(full: FullCase, order: Order) -> int:
    insurance = order.setting(SettingKind.FREIGHT_INSURANCE)
    insured = 0 if insurance is None else insurance.content.get(order.currency, 0)
    if full.return_freight is not None:  # the merchant reimburses what is above it
        insured = full.return_freight.coverable_minor
    if not insured or not TYPES[full.case.type].goods_come_back:
        raise NotInsured()
    if full.return_.delivered_at is None:
        raise ReturnNotReceived()
    return insured


def check_refund_failed(full: FullCase, order: Order) -> int:
    """What a failed refund was to give back and nobody has paid, in minor units; 0 where the deposit has paid all of it.

    Raises:
        OrderWasCancelled: the money goes back with the order.
        OrderNotShipped: it may still be cancelled, with the same effect.
        OfflineRefundOpen: the money is stated to be given back outside the provider, and that is not answered.
        RefundNotFailed: no refund of the case has failed, it was tried again, or the case has ended.
    """
    if order.state is OrderState.CANCELLED:
        raise OrderWasCancelled(order_id=order.id)
    if order.state is OrderState.PAID:
        raise OrderNotShipped()
    if is_stated_outside(full):
        raise OfflineRefundOpen()
    refund = full.refund
    if refund is None or refund.state is not RefundState.FAILED or full.case.state in ENDED:
        raise RefundNotFailed()
    return full.deposit.missing_minor


def amount_of(request: GuaranteeRequest, most_minor: int, currency: str) -> int:
    """What is claimed. Raises: GuaranteeAmountMissing, and what `check_covered` raises."""
    if request.amount_minor is None:
        if request.kind is GuaranteeKind.FREIGHT_INSURANCE:
            raise GuaranteeAmountMissing(pointer="/amount")
        return most_minor
    return check_covered(request.amount_minor, request.currency, most_minor, currency)


def check_covered(amount_minor: int, currency: str | None, most_minor: int, own_currency: str) -> int:
    """An amount that is claimed or approved. Raises: CurrencyForeign, GuaranteeAmountMissing, ExceedsGuarantee."""
    return check_amount(
        amount_minor, currency, most_minor, own_currency, missing=GuaranteeAmountMissing, exceeds=ExceedsGuarantee
    )
