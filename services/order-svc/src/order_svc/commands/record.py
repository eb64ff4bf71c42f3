"""The fields that every event of an order, a parcel, a payment or a refund carries."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import LineDiscount, OrderPayment, TraceFields, trace_fields
from aftercare_events import OrderLine as SoldLine
from aftercare_events.catalogue.payments import RefundShare
from aftercare_events.catalogue.refund_parts import PartEffect, PartKind, PartParty, RefundPart

from order_svc.domain.intercepts.model import Intercept
from order_svc.domain.line_cancellations import CancelledUnits
from order_svc.domain.model import DiscountKind, Order, OrderLine
from order_svc.domain.payments.charge_backs import ChargeBack
from order_svc.domain.payments.model import Payment, Refund
from order_svc.domain.tracking import Parcel, ParcelLeg
from order_svc.settings import Settings


class OrderFields(TraceFields):
    """The fields of every event of an order."""

    order_id: str
    buyer_id: str
    merchant_id: str


class SaleFields(TypedDict):
    """What was sold for how much; amounts in minor units of `currency`."""

    currency: str
    total_minor: int
    shipping_fee_minor: int
    lines: tuple[SoldLine, ...]
    buyer_level: str | None
    shipping_tax_minor: int | None
    shipping_discounts: tuple[LineDiscount, ...] | None


class ParcelFields(TraceFields):
    """The fields of every event of a parcel."""

    parcel_id: str
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    leg: str
    carrier: str
    waybill_no: str


class InterceptFields(TraceFields):
    """The fields of every event of an intercept."""

    intercept_id: str
    parcel_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    carrier: str
    waybill_no: str
    purpose: str
    requested_by: str


class PaymentFields(TraceFields):
    """The fields of every event of a payment. `amount_minor` is what the buyer pays, in minor units of `currency`."""

    payment_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    provider: str
    amount_minor: int
    currency: str


class RefundFields(PaymentFields):
    """The fields of every event of a refund. `amount_minor` is that of the refund, or of the share that the event is about; `refunded_minor` is the sum of the
    payment's refunds that succeeded."""

    refund_id: str
    case_id: str | None
    refunded_minor: int


class ChargeBackFields(PaymentFields):
    """The fields of every event of a charge-back. `amount_minor` is that of the charge-back; `charged_back_minor` is what is charged back
    of the payment now."""

    charge_back_id: str
    charged_back_minor: int


def order_fields(tx: Transaction[Settings], order: Order, result: str | None = None) -> OrderFields:
    """The fields of an event of this order; `result` is the order's state unless another one is given.

    The applicant is the merchant where a seller acts, else the buyer.
    """
    applicant = order.merchant_id if tx.actor.role == "seller" else order.buyer_id
    return OrderFields(
        **trace_fields(tx, affected_party=order.buyer_id, applicant=applicant, result=result or order.state),
        order_id=order.id,
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
    )


def sale_fields(order: Order, lines: Iterable[OrderLine]) -> SaleFields:
    """What was sold, for the events that aftersale-svc copies its orders from."""
    return SaleFields(
        currency=order.currency,
        total_minor=order.total_minor,
        shipping_fee_minor=order.shipping_fee_minor,
        lines=tuple(_sold(line) for line in lines),
        buyer_level=order.buyer_level,
        shipping_tax_minor=order.shipping_tax_minor,
        shipping_discounts=_discounts(order.shipping_discounts),
    )


def paid_with(payments: Iterable[Payment]) -> tuple[OrderPayment, ...]:
    """The payments of an order that was paid in several, for the events of the order."""
    return tuple(
        OrderPayment(
            payment_id=each.id, provider=each.provider, method=_kind(each.method), amount_minor=each.amount_minor
        )
        for each in payments
    )


def shares_of(shares: Iterable[Refund], payments: Iterable[Payment]) -> tuple[RefundShare, ...]:
    """The shares of a refund with the means of payment that they went back to, for its events."""
    by_id = {each.id: each for each in payments}
    return tuple(
        RefundShare(
            share_id=each.id,
            payment_id=each.payment_id,
            provider=by_id[each.payment_id].provider,
            method=_kind(by_id[each.payment_id].method),
            amount_minor=each.amount_minor,
        )
        for each in shares
    )


def _kind(method: str) -> str:
    """The method without what identifies the buyer's own card: `pm` for each `pm_…`."""
    return "pm" if method.startswith("pm_") else method


def _sold(line: OrderLine) -> SoldLine:
    return SoldLine(
        line_id=line.id,
        sku=line.sku,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        discount_minor=line.discount_minor,
        paid_minor=line.paid_minor,
        category=line.category,
        tax_minor=line.tax_minor,
        discounts=_discounts(line.discounts),
        warranty_days=line.warranty_days,
        fulfilment=line.fulfilment,
        ships_by=line.ships_by,
        production_days=line.production_days,
        gift_of=line.gift_of,
        refunded_quantity=line.refunded_quantity or None,
        refunded_minor=line.refunded_minor or None,
    )


# Any: a JSON document
def _discounts(parts: list[dict[str, Any]] | None) -> tuple[LineDiscount, ...] | None:
    return None if parts is None else tuple(LineDiscount(**each) for each in parts)


def parcel_fields(tx: Transaction[Settings], parcel: Parcel) -> ParcelFields:
    """The fields of an event of this parcel. The applicant of a return is the buyer, of other parcels the merchant."""
    applicant = parcel.buyer_id if parcel.leg is ParcelLeg.RETURN else parcel.merchant_id
    return ParcelFields(
        **trace_fields(tx, affected_party=parcel.buyer_id, applicant=applicant, result=parcel.status),
        parcel_id=parcel.id,
        order_id=parcel.order_id,
        case_id=parcel.case_id,
        buyer_id=parcel.buyer_id,
        merchant_id=parcel.merchant_id,
        leg=parcel.leg,
        carrier=parcel.carrier,
        waybill_no=parcel.waybill_no,
    )


def intercept_fields(tx: Transaction[Settings], intercept: Intercept) -> InterceptFields:
    """The fields of an event of this intercept. The applicant is who asked for it: the merchant, or else the buyer."""
    by_merchant = intercept.requested_by == "seller" or tx.actor.role == "seller"
    applicant = intercept.merchant_id if by_merchant else intercept.buyer_id
    return InterceptFields(
        **trace_fields(tx, affected_party=intercept.buyer_id, applicant=applicant, result=intercept.state),
        intercept_id=intercept.id,
        parcel_id=intercept.parcel_id,
        order_id=intercept.order_id,
        buyer_id=intercept.buyer_id,
        merchant_id=intercept.merchant_id,
        carrier=intercept.carrier,
        waybill_no=intercept.waybill_no,
        purpose=intercept.purpose,
        requested_by=intercept.requested_by,
    )


def payment_fields(tx: Transaction[Settings], payment: Payment) -> PaymentFields:
    """The fields of an event of this payment."""
    return PaymentFields(
        **trace_fields(tx, affected_party=payment.buyer_id, applicant=payment.buyer_id, result=payment.state),
        payment_id=payment.id,
        order_id=payment.order_id,
        buyer_id=payment.buyer_id,
        merchant_id=payment.merchant_id,
        provider=payment.provider,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
    )


def charge_back_fields(tx: Transaction[Settings], payment: Payment, charge_back: ChargeBack) -> ChargeBackFields:
    """The fields of an event of this charge-back of the payment. The merchant is affected by what the buyer has applied for."""
    return ChargeBackFields(
        **trace_fields(tx, affected_party=payment.merchant_id, applicant=payment.buyer_id, result=charge_back.state),
        payment_id=payment.id,
        order_id=payment.order_id,
        buyer_id=payment.buyer_id,
        merchant_id=payment.merchant_id,
        provider=payment.provider,
        amount_minor=charge_back.amount_minor,
        currency=charge_back.currency,
        charge_back_id=charge_back.id,
        charged_back_minor=payment.charged_back_minor,
    )


def refund_fields(tx: Transaction[Settings], payment: Payment, refund: Refund) -> RefundFields:
    """The fields of an event of this refund of the payment. The applicant is the merchant where a seller acts, else the buyer."""
    applicant = payment.merchant_id if tx.actor.role == "seller" else payment.buyer_id
    return RefundFields(
        **trace_fields(tx, affected_party=payment.buyer_id, applicant=applicant, result=refund.state),
        payment_id=payment.id,
        order_id=payment.order_id,
        buyer_id=payment.buyer_id,
        merchant_id=payment.merchant_id,
        provider=payment.provider,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        refund_id=refund.refund_id,
        case_id=refund.case_id,
        refunded_minor=payment.refunded_minor,
    )


def refund_parts(gone: Iterable[CancelledUnits]) -> list[RefundPart]:
    """What the refund of cancelled units is made of. Points and coupons go back to the buyer, other discounts to their funders."""
    parts = list[RefundPart]()
    for each in gone:
        tax = min(each.tax_minor or 0, each.amount_minor)  # both are rounded down, each by itself
        merchant = {"line_id": each.line_id, "units": each.quantity, "payer": PartParty.MERCHANT}
        for kind, minor in ((PartKind.GOODS, each.amount_minor - tax), (PartKind.TAX, tax)):
            if minor:
                parts.append(
                    RefundPart(
                        kind=kind, effect=PartEffect.ADDED, amount_minor=minor, payee=PartParty.BUYER, **merchant
                    )
                )
        parts += [_discount_back(each, discount) for discount in each.discounts]
    return parts


def _discount_back(units: CancelledUnits, discount: Mapping[str, Any]) -> RefundPart:  # Any: JSON
    to_buyer = discount["kind"] in (DiscountKind.POINTS, DiscountKind.COUPON)
    return RefundPart(
        kind=discount["kind"],
        effect=PartEffect.BESIDE,
        line_id=units.line_id,
        units=units.quantity,
        amount_minor=discount["amount_minor"],
        payer=discount["funder"] if to_buyer else PartParty.MERCHANT,
        payee=PartParty.BUYER if to_buyer else discount["funder"],
    )
