"""Pure judgement: money, where lines stand in after-sales, and who may do what next."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from aftercare_chassis.lifecycle import Actor, Allowed
from aftercare_chassis.refusals import Refusal

from order_svc.domain import errors
from order_svc.domain.fulfilment import fully_shipped, outbound, shippable
from order_svc.domain.lifecycle import ORDER, SHOWN, OrderAction
from order_svc.domain.model import (
    Address,
    AfterSale,
    Amount,
    Case,
    CaseLine,
    CaseState,
    DisputeState,
    Line,
    LineDraft,
    Order,
    OrderState,
)
from order_svc.domain.tracking import Parcel

LARGEST_TOTAL = 10**13
_WEIGHT = {AfterSale.NONE: 0, AfterSale.DONE: 1, AfterSale.IN_AFTER_SALE: 2, AfterSale.IN_DISPUTE: 3}


# Money


def line_paid(draft: LineDraft, currency: str, at: str) -> int:
    """What is really paid for a line; its discount is for the whole line and cannot exceed the line's value."""
    gross = draft.quantity * in_currency(draft.unit_price, currency, f"{at}/unit_price")
    discount = in_currency(draft.discount, currency, f"{at}/discount")
    if discount > gross:
        place = f"{at}/discount"
        raise errors.DiscountExceedsLine(pointer=place, discount_minor=discount, gross_minor=gross, currency=currency)
    return gross - discount


def in_currency(amount: Amount | None, currency: str, at: str) -> int:
    """The amount in minor units; a refusal where it is in another currency than the order."""
    if amount is None:
        return 0
    if amount.currency != currency:
        raise errors.CurrencyMismatch(pointer=f"{at}/currency", currency=currency)
    return amount.minor


def order_total(paid_minor: Iterable[int], shipping_fee_minor: int, currency: str) -> int:
    """The lines and the fee together."""
    total = sum(paid_minor) + shipping_fee_minor
    if total > LARGEST_TOTAL:
        raise errors.AmountTooLarge(limit_minor=LARGEST_TOTAL, currency=currency)
    return total


# After-sales


def standing(case: Case) -> AfterSale:
    """What one case makes of the lines it is about. Cases and disputes are told on two topics that do not wait for each
    other, so each has its own field and the order of arrival does not matter.

    A verdict may let the case go on, so an executed dispute ends nothing: the case's own end does.
    """
    if case.dispute_state is DisputeState.OPEN:
        return AfterSale.IN_DISPUTE
    if case.state is CaseState.OPEN:
        return AfterSale.IN_AFTER_SALE
    done = case.state is CaseState.DONE or case.dispute_state is DisputeState.EXECUTED
    return AfterSale.DONE if done else AfterSale.NONE


def heaviest(states: Iterable[AfterSale]) -> AfterSale:
    """The state that matters most: a dispute before an open case before a finished one."""
    return max(states, key=_WEIGHT.__getitem__, default=AfterSale.NONE)


def line_standings(cases: Iterable[Case], case_lines: Iterable[CaseLine]) -> Mapping[str, AfterSale]:
    """The after-sale state of each line that any case is about."""
    by_case = {case.id: standing(case) for case in cases}
    lines: dict[str, list[AfterSale]] = {}
    for each in case_lines:
        lines.setdefault(each.line_id, []).append(by_case[each.case_id])
    return {line_id: heaviest(states) for line_id, states in lines.items()}


def after_sale_open(order: Order) -> bool:
    """True while a case or dispute about the order is going on."""
    return order.after_sale_state in (AfterSale.IN_AFTER_SALE, AfterSale.IN_DISPUTE)


# What the state alone does not say


def objection(order: Order, action: OrderAction, lines: Iterable[Line]) -> Refusal | None:
    """What the order's facts say against an action that its state would allow."""
    if action is OrderAction.CANCEL and after_sale_open(order):
        return errors.AfterSaleOpen(action=action)
    if action is OrderAction.CONFIRM_RECEIPT and order.received_at is not None:
        return errors.AlreadyReceived()
    if action is OrderAction.CONFIRM_RECEIPT and order.state is OrderState.SHIPPED and not fully_shipped(lines):
        return errors.NotFullyShipped(action=action)
    return None


def check(order: Order, action: OrderAction, lines: Iterable[Line]) -> None:
    """Raise the objection, where there is one."""
    found = objection(order, action, lines)
    if found is not None:
        raise found


def allowed(order: Order, lines: Sequence[Line], actor: Actor) -> list[Allowed]:
    """What this actor may do to the order now, and why not the rest."""
    return [_judged(each, order, lines) for each in ORDER.allowed(order, actor) if each.action in SHOWN]


def _judged(each: Allowed, order: Order, lines: Sequence[Line]) -> Allowed:
    if not each.allowed:
        return each
    if each.action == OrderAction.SHIP and not any(shippable(line) for line in lines):
        why_not = "nothing_left_to_ship" if fully_shipped(lines) else errors.UnitsHeldByCase.code
        return Allowed(each.action, False, why_not)
    found = objection(order, OrderAction(each.action), lines)
    return each if found is None else Allowed(each.action, False, found.code)


def whose_turn(order: Order, lines: Iterable[Line], parcels: Iterable[Parcel]) -> str | None:
    """Who has to act next; None when the order is over. After receipt only the window has to pass.

    A shipped order of which no parcel is on its way waits for the merchant while anything is left to ship (held units:
    the case's answer), else for the buyer: what did not arrive is to be confirmed or brought into a case.
    """
    if order.received_at is not None and order.state is OrderState.DELIVERED:
        return "system"
    if order.state is OrderState.SHIPPED and all(parcel.terminal for parcel in outbound(parcels)):
        return "buyer" if fully_shipped(lines) else "merchant"
    wait = ORDER.timeout(order.state)
    return wait.turn if wait else None


def deadline_effect(order: Order) -> str | None:
    """What happens at `deadline_at`."""
    if order.deadline_at is None:
        return None
    wait = ORDER.timeout(order.state)
    return "completed_by_timeout" if order.received_at else (wait.effect if wait else None)


def address_hash(address: Address) -> str:
    """What the log may know of an address: a salted digest that changes with it and cannot be guessed."""
    fields = (address.name, address.phone, address.country, address.province, address.city, address.district)
    text = json.dumps([address.salt, *fields, address.street, address.postal_code], ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
