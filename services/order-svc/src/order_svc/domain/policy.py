"""Pure judgement: money, what is left to ship, and where lines stand in after-sales."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from aftercare_chassis.lifecycle import Actor, Allowed
from aftercare_chassis.refusals import Refusal

from order_svc.domain import errors
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
    Payment,
    PaymentState,
    Refund,
    RefundState,
)

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


def refund_refused(payment: Payment, amount: Amount, refunds: Iterable[Refund]) -> str | None:
    """Why this much of a payment cannot go back, as a failure code, or None."""
    if payment.state is not PaymentState.SUCCEEDED:
        return "payment_not_succeeded"
    if amount.currency != payment.currency:
        return "currency_mismatch"
    return "exceeds_payment" if bound_minor(refunds) + amount.minor > payment.amount_minor else None


def bound_minor(refunds: Iterable[Refund]) -> int:
    """What of a payment is gone or spoken for: every refund that has not failed counts."""
    return sum(refund.amount_minor for refund in refunds if refund.state is not RefundState.FAILED)


# Shipping


def shippable(line: Line) -> int:
    """How many units of a line are left to ship."""
    return max(line.quantity - line.shipped_quantity - line.withdrawn_quantity, 0)


def fully_shipped(lines: Iterable[Line]) -> bool:
    """True when nothing is left to ship."""
    return all(shippable(line) == 0 for line in lines)


@dataclass(frozen=True, slots=True)
class Pick:
    """Units of one line that somebody wants to ship."""

    line_id: str
    quantity: int


def ship(lines: Sequence[Line], picks: Sequence[Pick]) -> list[Line]:
    """The picked lines as they are after shipping; a refusal where more is picked than is left."""
    by_id = {line.id: line for line in lines}
    shipped: dict[str, Line] = {}
    for number, pick in enumerate(picks):
        line, at = by_id.get(pick.line_id), f"/lines/{number}"
        if line is None:
            raise errors.UnknownLine(pointer=f"{at}/line_id", line_id=pick.line_id)
        if pick.line_id in shipped:
            raise errors.DuplicateLine(pointer=f"{at}/line_id", line_id=pick.line_id)
        if pick.quantity > shippable(line):
            raise errors.QuantityExceedsShippable(
                pointer=f"{at}/quantity", line_id=line.id, shippable=shippable(line), quantity=pick.quantity
            )
        shipped[line.id] = replace(line, shipped_quantity=line.shipped_quantity + pick.quantity)
    return list(shipped.values())


def withdraw(line: Line, wanted: int) -> int:
    """How many of the units being refunded have not been shipped and therefore stay with the merchant."""
    return min(wanted, shippable(line))


def wholly_refunded(lines: Iterable[Line], cases: Iterable[Case], case_lines: Iterable[CaseLine]) -> bool:
    """True when every unit of the order was refunded without coming back (refund only)."""
    paid_back = {case.id for case in cases if case.case_type == "refund_only" and case.refunding}
    units: dict[str, int] = {}
    for each in case_lines:
        if each.case_id in paid_back:
            units[each.line_id] = units.get(each.line_id, 0) + each.quantity
    return all(units.get(line.id, 0) >= line.quantity for line in lines)


# After-sales


def standing(case: Case) -> AfterSale:
    """What one case makes of the lines it is about. Cases and disputes are told on two topics that do not wait for each
    other, so each has its own field and the order of arrival does not matter."""
    if case.dispute_state is DisputeState.OPEN:
        return AfterSale.IN_DISPUTE
    if case.dispute_state is DisputeState.EXECUTED or case.state is CaseState.DONE:
        return AfterSale.DONE
    return AfterSale.IN_AFTER_SALE if case.state is CaseState.OPEN else AfterSale.NONE


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
    return [_judged(each, order, lines) for each in ORDER.allowed(order.state, actor) if each.action in SHOWN]


def _judged(each: Allowed, order: Order, lines: Sequence[Line]) -> Allowed:
    if not each.allowed:
        return each
    if each.action == OrderAction.SHIP and fully_shipped(lines):
        return Allowed(each.action, False, "nothing_left_to_ship")
    found = objection(order, OrderAction(each.action), lines)
    return each if found is None else Allowed(each.action, False, found.code)


def whose_turn(order: Order) -> str | None:
    """Who has to act next; None when the order is over. After receipt only the window has to pass."""
    if order.received_at is not None and order.state is OrderState.DELIVERED:
        return "system"
    wait = ORDER.wait(order.state)
    return wait.turn if wait else None


def deadline_effect(order: Order) -> str | None:
    """What happens at `deadline_at`."""
    if order.deadline_at is None:
        return None
    wait = ORDER.wait(order.state)
    return "completed_by_timeout" if order.received_at else (wait.effect if wait else None)


def address_hash(address: Address) -> str:
    """What the log may know of an address: a salted digest that changes with it and cannot be guessed."""
    fields = (address.name, address.phone, address.country, address.province, address.city, address.district)
    text = json.dumps([address.salt, *fields, address.street, address.postal_code], ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
