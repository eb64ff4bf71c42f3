"""What may be offered about a case, and what accepting it makes of the case."""

from datetime import datetime

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import OF_FIXED_AMOUNT, CaseType, Goods, Money, RefundCause
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.cases.offers.errors import (
    AmountExceedsAllowance,
    OfferAmountMissing,
    OfferUnchanged,
    OfferWithoutRefund,
    TypeUnsuitable,
)
from aftersale_svc.domain.cases.offers.lifecycle import OFFER
from aftersale_svc.domain.cases.offers.model import Offer, OfferSide, OfferTerms
from aftersale_svc.domain.cases.policy import check_permission, check_reason, check_stage
from aftersale_svc.domain.cases.reasons import NOT_RECEIVED
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.currencies import check_currency
from aftersale_svc.domain.orders.model import Order, OrderState, Stage


def offered(full: FullCase, order: Order, side: OfferSide, terms: OfferTerms, now: datetime) -> Offer:
    """Return the next offer of a case.

    Raises:
        TypeUnsuitable, StageUnsuitable, StageNotReached, FastExchangeNotAllowed, ReasonUnsuitable, ReasonNotReached: see
            `check_offered`.
        OfferWithoutRefund, OfferAmountMissing, CurrencyForeign, AmountExceedsAllowance: see `_amount`.
        OfferUnchanged: it is what is offered, or where nothing is, what is asked for.
    """
    case = full.case
    type_ = terms.type or case.type
    check_offered(case, type_, order)
    offer = Offer(
        case_id=case.id,
        number=case.offers_made + 1,
        by=side,
        type=type_,
        amount_minor=_amount(case, type_, terms),
        currency=case.currency,
        state=OFFER.initial,
        made_at=now,
    )
    if (offer.type, offer.amount_minor) == _proposed(full):
        raise OfferUnchanged(pointer="/amount")
    return offer


def _proposed(full: FullCase) -> tuple[CaseType, int]:
    """What an acceptance would be about now: the open offer, else the request."""
    case, offer = full.case, full.open_offer
    if offer is not None:
        return offer.type, offer.amount_minor
    asked = case.requested_minor if case.agreed_minor is None else case.agreed_minor
    return case.type, asked if TYPES[case.type].money is Money.REFUND else 0


def check_offered(case: Case, type_: CaseType, order: Order) -> None:
    """Refuse a type that the case cannot become one of now with the reason that it has.

    Raises:
        TypeUnsuitable, StageUnsuitable, StageNotReached, FastExchangeNotAllowed: see `check_change`.
        ReasonUnsuitable, ReasonNotReached: see `check_reason`.
    """
    check_change(case, type_, order)
    if type_ is not case.type:
        check_reason(TYPES[type_], order, stage_now(case, order), case.reason, pointer="/type")


def check_change(case: Case, type_: CaseType, order: Order) -> None:
    """Refuse a type that the case cannot become one of now; the present type of the case is never refused.

    Raises:
        TypeUnsuitable: it holds other units or money than the present type, or has no review.
        StageUnsuitable, StageNotReached: see `check_stage`.
        FastExchangeNotAllowed: see `check_permission`.
    """
    if type_ is case.type:
        return
    possible = other_types(case.type)
    if type_ not in possible:
        raise TypeUnsuitable(pointer="/type", allowed=possible)
    check_stage(TYPES[type_], order, stage_now(case, order), among=possible)
    check_permission(TYPES[type_], order, among=possible)


def other_types(present: CaseType) -> list[CaseType]:
    """The types that a case of this type can become one of."""
    return [each for each in TYPES if each is not present and _can_become(present, each)]


def _can_become(present: CaseType, type_: CaseType) -> bool:
    """A case goes on with what it holds of the order, so the other type holds the same: units that have left, or not."""
    before, after = TYPES[present], TYPES[type_]
    same = (before.holds_units, before.holds_money, before.before_shipment) == (
        after.holds_units,
        after.holds_money,
        after.before_shipment,
    )
    return same and CaseState.OFFER_PENDING in after.lifecycle.timeouts


def stage_now(case: Case, order: Order) -> Stage:
    """Return where the goods of a case are now. A case before shipment is restaged when its units leave."""
    if case.stage is Stage.PRE_SHIP:
        return Stage.PRE_SHIP
    return Stage.IN_TRANSIT if order.state in _UNDERWAY else Stage.POST_RECEIPT


_UNDERWAY = (OrderState.PAID, OrderState.SHIPPED)


def _amount(case: Case, type_: CaseType, terms: OfferTerms) -> int:
    """Return what is offered, in minor units.

    Raises:
        OfferWithoutRefund: an amount is named and the type has no refund.
        OfferAmountMissing, CurrencyForeign: the amount is zero, or in another currency.
        AmountExceedsAllowance: more is offered than was paid for the units.
    """
    if TYPES[type_].money is not Money.REFUND:
        if terms.amount_minor is not None:
            raise OfferWithoutRefund(pointer="/amount")
        return 0
    if terms.amount_minor is None:
        return case.requested_minor
    if not terms.amount_minor:
        raise OfferAmountMissing(pointer="/amount/amount")
    check_currency(terms.currency, case.currency, "/amount/currency")
    if terms.amount_minor > case.requested_minor:
        raise AmountExceedsAllowance(pointer="/amount/amount", most=case.requested_minor, currency=case.currency)
    return terms.amount_minor


def agreed(case: Case, offer: Offer) -> Case:
    """The case as the offer has it: its type, and the amount where it is less than what was paid for the units."""
    partial = TYPES[offer.type].money is Money.REFUND and offer.amount_minor < case.requested_minor
    return replace(case, type=offer.type, agreed_minor=offer.amount_minor if partial else None)


def lowers_price(case: Case) -> bool:
    """Whether what was agreed on is less than what was paid for units that the buyer has and keeps: it is for no units then, so that what
    is wrong with them can still be asked for, and they are worth as much less. What the buyer does not have, they do not keep."""
    type_ = TYPES[case.type]
    keeps = type_.goods is Goods.KEEP and type_.holds_units and case.stage is not Stage.PRE_SHIP
    return keeps and case.reason not in NOT_RECEIVED and case.agreed_minor is not None


def cause_now(case: Case, cause: RefundCause) -> RefundCause:
    """The cause of a refund that is decided now for this one; the goods may have left since it was decided first, and the buyer keeps them."""
    return RefundCause.AGREED if cause not in OF_FIXED_AMOUNT and lowers_price(case) else cause
