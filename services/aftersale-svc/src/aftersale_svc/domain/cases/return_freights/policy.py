"""Which freight of a return the merchant reimburses: what the buyer has paid to a courier, where the merchant bears it."""

from datetime import datetime

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import MERCHANT_LIABLE, FreightPayer
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, Inspection
from aftersale_svc.domain.cases.reasons import REASONS
from aftersale_svc.domain.cases.return_freights.errors import (
    AcceptedFreightExceedsStated,
    ReturnFreightExceedsLimit,
    ReturnFreightNotReimbursed,
)
from aftersale_svc.domain.cases.return_freights.model import ReturnFreight, StatedFreight
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.currencies import check_currency
from aftersale_svc.domain.merchant_settings.model import SettingKind
from aftersale_svc.domain.orders.model import Order


def buyer_pays_return(case: Case) -> bool:
    """Whether the buyer bears the freight of the return: by the reason, unless a verdict found somebody else liable."""
    return REASONS[case.reason].freight_payer is FreightPayer.BUYER and case.liable not in MERCHANT_LIABLE


def stated(full: FullCase, order: Order, freight: StatedFreight) -> ReturnFreight:
    """What the buyer states, with what the insurance of the merchant's returns pays of it first.

    Raises:
        CurrencyForeign: it is in another currency than the order.
        ReturnFreightNotReimbursed: the buyer bears it, or there is no limit up to which the merchant does.
        ReturnFreightExceedsLimit: it is more than that.
    """
    check_currency(freight.currency, order.currency, "/return_freight/amount/currency")
    most = reimbursed_most(full.case, order)
    if not most:
        raise ReturnFreightNotReimbursed(pointer="/return_freight")
    if freight.amount_minor > most:
        raise ReturnFreightExceedsLimit(pointer="/return_freight/amount/amount", most=most, currency=order.currency)
    return ReturnFreight(
        case_id=full.case.id,
        stated_minor=freight.amount_minor,
        insured_minor=_limit(order, SettingKind.FREIGHT_INSURANCE),
        evidence=list(dict.fromkeys(freight.evidence)),
    )


def reimbursed_most(case: Case, order: Order) -> int:
    """Up to which amount the merchant reimburses the freight that a buyer pays for the return; 0 where it does not."""
    if not TYPES[case.type].goods_come_back or buyer_pays_return(case):
        return 0
    return _limit(order, SettingKind.RETURN_FREIGHT_LIMITS)


def _limit(order: Order, kind: SettingKind) -> int:
    found = order.setting(kind)
    return 0 if found is None else int(found.content.get(order.currency, 0))


def accepted(full: FullCase, amount_minor: int, currency: str) -> FullCase:
    """The case with what the merchant accepts of the freight. Raises: CurrencyForeign, AcceptedFreightExceedsStated."""
    known = full.return_freight
    most = 0 if known is None else known.stated_minor
    check_currency(currency, full.case.currency, "/return_freight/currency")
    if known is None or amount_minor > most:
        raise AcceptedFreightExceedsStated(pointer="/return_freight/amount", most=most, currency=full.case.currency)
    return full.keeping(replace(known, accepted_minor=amount_minor))


def owed(full: FullCase, at: datetime) -> ReturnFreight | None:
    """The freight that is owed from now on: goods that came back were accepted, or are refunded; None where nothing becomes owed.

    What was stated is accepted where nobody has said otherwise. A freight of which the insurance pays all is settled with that.
    """
    known = full.return_freight
    if known is None or known.owed_at is not None or full.return_.delivered_at is None:
        return None
    taken = any(each.accepted for each in full.rows_of(Inspection))
    if not taken and full.case.refund_id is None:
        return None
    accepted_minor = known.stated_minor if known.accepted_minor is None else known.accepted_minor
    return replace(known, accepted_minor=accepted_minor, owed_at=at)


def with_less_insured(full: FullCase, paid_minor: int) -> ReturnFreight | None:
    """The freight of which the insurance pays this much alone; None where that is all that it was to pay.

    The merchant bears the rest. What it has paid before stays paid.
    """
    known = full.return_freight
    if known is None or paid_minor >= known.coverable_minor:
        return None
    less = replace(known, insured_minor=paid_minor)
    if known.paid_at is None or less.rest_minor == known.rest_minor:
        return less
    payment = {
        "amount_minor": known.rest_minor - known.paid_earlier_minor,
        "paid_at": known.paid_at.isoformat(),
        "reference": known.reference,
        "evidence": known.payment_evidence,
    }
    earlier = [*(known.earlier_payments or ()), payment]
    return replace(less, paid_at=None, reference=None, payment_evidence=[], earlier_payments=earlier)
