"""Which remedies a case can do, by its state table, its goods and its money."""

from aftercare_chassis.lifecycle import Context
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.codes import CaseType, Goods
from aftersale_svc.domain.cases.exchanges.policy import unpriced
from aftersale_svc.domain.cases.final_sales import is_virtual, moves_goods
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import permits
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.reasons import NOT_RECEIVED
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.disputes.errors import RemedyNotPossible
from aftersale_svc.domain.disputes.model import Remedy
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.orders.model import Stage

WITH_MONEY = frozenset({Remedy.REFUND, Remedy.COMPENSATION})
"""Remedies with an amount; the others name none."""
_ALWAYS = frozenset({Remedy.NONE, Remedy.RESUME})
_ORDERS = (CaseAction.ORDER_REPLACEMENT, CaseAction.ORDER_RETURN)
_MADE_RETURNS = frozenset({CaseType.REFUND_ONLY, CaseType.RESHIP_PARTS, CaseType.EXCHANGE, CaseType.REPAIR})
"""Types that hold the same of the order as a return, and which a verdict can make one."""
_MADE_EXCHANGES = frozenset({CaseType.RETURN_REFUND, CaseType.REFUND_ONLY, CaseType.REPAIR})
"""Types that hold the same of the order as an exchange, and which a verdict can make one."""


def check_remedy(remedy: Remedy, context: Context, facts: CaseFacts) -> None:
    """Refuse a remedy that the disputed case cannot do now.

    Raises:
        OrderWasCancelled: the order was cancelled, so that nothing is sent any more.
        RemedyNotPossible: the case cannot do it otherwise, or its units were cancelled, so that their money goes back in the order; the refusal
            names what it can do.
    """
    if remedy in _ALWAYS:
        return
    if facts.units_cancelled:
        raise RemedyNotPossible(pointer="/remedy", remedy=remedy, allowed=[each for each in Remedy if each in _ALWAYS])
    if remedy is Remedy.REFUND:
        return
    if facts.order_cancelled:
        raise OrderWasCancelled(order_id=facts.full.case.order_id)
    possible = [each for each in Remedy if _is_possible(each, context, facts)]
    if remedy not in possible:
        raise RemedyNotPossible(pointer="/remedy", remedy=remedy, allowed=possible)


def action_of(remedy: Remedy, context: Context, facts: CaseFacts) -> CaseAction | None:
    """The action by which the case goes on in another leg; None where it cannot. An exchange begins with the goods' return."""
    full = ordered_as(remedy, facts.full)
    if moves_goods(TYPES[full.case.type]) and _comes_without_parcel(facts):
        return None
    if (remedy is Remedy.RETURN) is not (TYPES[full.case.type].goods is Goods.RETURN):
        return None
    return next((each for each in _ORDERS if permits(full, each, context, replace(facts, full=full))), None)


def ordered_as(remedy: Remedy, full: FullCase) -> FullCase:
    """The case as the type that it goes on as, see `_type_ordered`. Nothing has a price there yet."""
    type_ = _type_ordered(remedy, full)
    if type_ is full.case.type:
        return full
    found = unpriced(replace(full, case=replace(full.case, type=type_)))
    return found if found.charge is None else found.keeping(Charge(case_id=full.case.id, amount_minor=0))


def _type_ordered(remedy: Remedy, full: FullCase) -> CaseType:
    """The type that the case goes on as: a return, where the buyer has goods that are to come back for their money; an exchange, where
    the merchant is to send others for them; or a reshipment, where the buyer did not get them.

    What the buyer has agreed to pay for something else is settled in its own leg.
    """
    type_ = full.case.type
    if full.charge is not None and full.charge.agreed_at is not None:
        return type_
    if remedy is Remedy.RETURN and type_ in _MADE_RETURNS and buyer_has_goods(full):
        return CaseType.RETURN_REFUND
    if remedy is Remedy.EXCHANGE and type_ in _MADE_EXCHANGES and full.case.stage is not Stage.PRE_SHIP:
        missing = full.case.reason in NOT_RECEIVED and not full.return_.is_sent_back
        return CaseType.RESHIP_PARTS if missing else CaseType.EXCHANGE
    return type_


def _is_possible(remedy: Remedy, context: Context, facts: CaseFacts) -> bool:
    if remedy in _ALWAYS:
        return True
    if remedy is Remedy.COMPENSATION:
        return permits(facts.full, CaseAction.AWARD, context, facts) and buyer_has_goods(facts.full)
    if remedy is Remedy.REFUND:
        return permits(facts.full, CaseAction.AWARD, context, facts)
    return action_of(remedy, context, facts) is not None


def _comes_without_parcel(facts: CaseFacts) -> bool:
    order = facts.order
    return order is not None and any(is_virtual(order, line.line_id) for line in facts.full.requested)


def buyer_has_goods(full: FullCase) -> bool:
    """Whether the case is about units that the buyer has, as far as is known."""
    type_ = TYPES[full.case.type]
    here = type_.holds_units and not type_.by_outbound and full.case.stage is not Stage.PRE_SHIP
    return here and not full.return_.is_sent_back
