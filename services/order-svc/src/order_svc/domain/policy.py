"""Pure judgement: money, what is left to ship, and where lines stand in after-sales."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from order_svc.domain import errors
from order_svc.domain.lifecycle import OrderAction
from order_svc.domain.model import (
    Address,
    AfterSale,
    Case,
    CaseLine,
    CaseState,
    DisputeState,
    Line,
    Order,
    OrderState,
    Refund,
    RefundState,
)

LARGEST_TOTAL = 10**13
_WEIGHT = {AfterSale.NONE: 0, AfterSale.DONE: 1, AfterSale.IN_AFTER_SALE: 2, AfterSale.IN_DISPUTE: 3}


# Money


def line_paid(quantity: int, unit_price_minor: int, discount_minor: int) -> int:
    """What is really paid for a line; its discount is for the whole line and cannot exceed the line's value."""
    gross = quantity * unit_price_minor
    if discount_minor > gross:
        raise errors.DiscountExceedsLine(discount_minor=discount_minor, gross_minor=gross)
    return gross - discount_minor


def order_total(paid_minor: Iterable[int], shipping_fee_minor: int) -> int:
    """The lines and the fee together."""
    total = sum(paid_minor) + shipping_fee_minor
    if total > LARGEST_TOTAL:
        raise errors.AmountTooLarge(limit_minor=LARGEST_TOTAL)
    return total


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


def check(order: Order, action: OrderAction, lines: Iterable[Line]) -> None:
    """Refuse what the order's facts forbid although its state would allow it."""
    if action is OrderAction.CANCEL and after_sale_open(order):
        raise errors.AfterSaleOpen(action=action)
    if action is OrderAction.CONFIRM_RECEIPT and order.received_at is not None:
        raise errors.AlreadyReceived()
    if action is OrderAction.CONFIRM_RECEIPT and order.state is OrderState.SHIPPED and not fully_shipped(lines):
        raise errors.NotFullyShipped(action=action)


def address_hash(address: Address) -> str:
    """What the log may know of an address: a salted digest that changes with it and cannot be guessed."""
    fields = (address.name, address.phone, address.country, address.province, address.city, address.district)
    text = json.dumps([address.salt, *fields, address.street, address.postal_code], ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def resumed_deadline(order: Order, closes_at: datetime | None) -> datetime | None:
    """The timer of a delivered order stands still while a case or dispute is open and goes on after it."""
    if order.state is not OrderState.DELIVERED:
        return order.deadline_at
    return None if after_sale_open(order) else closes_at
