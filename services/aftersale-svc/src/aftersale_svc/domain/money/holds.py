"""What follows from what the cases of one order hold. It is computed under the lock of the order, from all of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import Goods, Initiator, RefundCause
from aftersale_svc.domain.cases.holders import HeldUntil, Holder
from aftersale_svc.domain.cases.model import CaseLine, CaseState, RefundAmount
from aftersale_svc.domain.cases.shares import credited
from aftersale_svc.domain.cases.types import TYPES, TypeRow
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.model import Hold, LineBalance, LineHold
from aftersale_svc.domain.money.refunds import refunded_lines
from aftersale_svc.domain.orders.model import Stage

REJECTED = frozenset({CaseState.REJECTED, CaseState.CLOSED})
"""The states of cases that count as rejected, where they have a reason for that."""
NOT_ASKED_FOR = frozenset({Initiator.MERCHANT, Initiator.PLATFORM, Initiator.SYSTEM})
"""Whose cases are no requests of the buyer, so that their rejection does not keep the buyer from asking."""


def holds_of(lines: Iterable[CaseLine], type_: TypeRow) -> list[Hold]:
    """What a new case of this type holds."""
    return [
        Hold(
            line_id=line.line_id,
            case_id=line.case_id,
            units=line.quantity if type_.holds_units else 0,
            amount_minor=line.amount_minor if type_.holds_money else 0,
        )
        for line in lines
    ]


def credit_holds(lines: Sequence[CaseLine], credit: RefundAmount) -> list[Hold]:
    """What a case keeps that has refunded the difference to a cheaper replacement: its money, and no units."""
    return [
        Hold(
            line_id=line.line_id, case_id=line.case_id, state=HoldState.SETTLED, units=0, amount_minor=line.refund_minor
        )
        for line in credited(lines, credit)
    ]


def compensation_holds(lines: Sequence[CaseLine], paid: RefundAmount) -> list[Hold]:
    """What a case keeps that has compensated a buyer who keeps the goods: its money, and the units of which all was paid back."""
    return [
        Hold(line_id=line.line_id, case_id=line.case_id, state=HoldState.SETTLED, units=units, amount_minor=minor)
        for line, units, minor in refunded_lines(lines, paid, keeps_goods=True)
    ]


KEPT: Mapping[RefundCause, Callable[[Sequence[CaseLine], RefundAmount], list[Hold]]] = {
    RefundCause.PRICE_DIFFERENCE: credit_holds,
    RefundCause.COMPENSATION: compensation_holds,
    RefundCause.AGREED: compensation_holds,
}
"""What a case keeps after a refund that is not for its units, by the cause of the refund."""


def unreturned(lines: Iterable[CaseLine]) -> list[Hold]:
    """What a case keeps whose buyer has a replacement: the units that did not come back or were refused, and their money.

    The other units are free.
    """
    kept = []
    for line in lines:
        units = line.quantity - (line.accepted or 0)
        amount = line.amount_minor - (line.accepted_minor or 0)
        state = HoldState.SETTLED if units else HoldState.RELEASED
        kept.append(Hold(line_id=line.line_id, case_id=line.case_id, state=state, units=units, amount_minor=amount))
    return kept


def balances(holds: Iterable[LineHold]) -> list[LineBalance]:
    """The lines of an order, each with what all its cases hold of it. `holds` come line by line."""
    return [_balance(of_line) for of_line in _by_line(holds)]


def _by_line(holds: Iterable[LineHold]) -> Iterator[list[LineHold]]:
    for _, of_line in groupby(holds, key=lambda hold: hold.line_id):
        yield list(of_line)


def _is_rejection(hold: LineHold) -> bool:
    """Whether a request of the buyer was rejected; an earlier build has not kept who opened it."""
    rejected = hold.state in REJECTED and hold.reject_reason is not None
    return rejected and hold.initiator not in NOT_ASKED_FOR


def _given_in_part(hold: LineHold) -> LineHold:
    """What a case has let go of, as far as a refund that has failed has given it back: that stays settled."""
    return replace(hold, hold=HoldState.SETTLED, units=hold.returned_units, amount_minor=hold.returned_minor)


def _beyond_units(line: LineHold) -> int:
    """What was refunded before the import beyond the part of the units that are gone, which is cancelled to the minor unit otherwise."""
    part = -(-line.paid_minor * line.gone_quantity // line.quantity)
    return max(0, line.cancelled_minor - part)


def _withheld(line: LineHold) -> int:
    """What less than their part was refunded before the import for units that are gone. Parts of cancelled units are less than this by
    their rounding alone, which the last unit gets."""
    if line.cancelled_minor >= line.gone_quantity * (line.paid_minor // line.quantity):
        return 0
    return line.paid_minor * line.gone_quantity // line.quantity - line.cancelled_minor


def _balance(of_line: Sequence[LineHold]) -> LineBalance:
    line = of_line[0]
    settled = [hold for hold in of_line if hold.hold is HoldState.SETTLED]
    settled += [_given_in_part(hold) for hold in of_line if hold.hold is HoldState.RELEASED and hold.returned_minor]
    live = [hold for hold in of_line if hold.hold is HoldState.HELD]
    of_types = [(hold, TYPES[hold.type]) for hold in (*settled, *live) if hold.type is not None]
    kept = sum(hold.units for hold, type_ in of_types if type_.goods is Goods.KEEP)
    claimed = sum(hold.units for hold, type_ in of_types if type_.needs_shipped)
    return LineBalance(
        line_id=line.line_id,
        sku=line.sku,
        quantity=line.quantity,
        paid_minor=line.paid_minor,
        settled_units=min(line.quantity, line.gone_quantity + sum(hold.units for hold in settled)),
        live_units=sum(hold.units for hold in live),
        live_cases=tuple(sorted(hold.case_id for hold in live if hold.units and hold.case_id is not None)),
        held_minor=line.cancelled_minor + sum(hold.taken_minor for hold in (*settled, *live)),
        rejected_times=sum(_is_rejection(hold) for hold in of_line),
        adjusted_minor=_beyond_units(line) + sum(hold.taken_minor for hold in (*settled, *live) if not hold.units),
        withheld_minor=_withheld(line),
        shipped_units=line.shipped_quantity,
        claimable_units=max(0, line.shipped_quantity - line.refunded_quantity - claimed),
        bound_units=sum(hold.bound_units for hold in of_line),
        cancelled_units=line.cancelled_quantity + sum(hold.units for hold in settled if hold.stage is Stage.PRE_SHIP),
        unshipped_units=max(0, line.quantity - line.shipped_quantity - line.cancelled_quantity - kept),
        tax_minor=line.tax_minor,
        discounts=line.discounts,
    )


def can_hold_again(type_: TypeRow, lines: Sequence[CaseLine], balances: Mapping[str, LineBalance]) -> bool:
    """Whether a closed case can hold its units and their money again: no other case has them by now."""
    return all(
        (not type_.holds_units or line.quantity <= balances[line.line_id].free_units)
        and line.amount_minor <= balances[line.line_id].left_minor
        for line in lines
    )


def holders(case_id: str, type_: TypeRow, lines: Sequence[CaseLine], holds: Sequence[LineHold]) -> tuple[Holder, ...]:
    """The cases that keep a closed case from holding its units and their money again; none where it can. What it was paid for itself keeps
    it from that as well."""
    own = {line.line_id for line in lines}
    # What the merchant still has of the case itself is no matter of another one, nor what its refund has given back already.
    holds = [_without_own(each) if each.case_id == case_id else each for each in holds if each.line_id in own]
    if can_hold_again(type_, lines, {balance.line_id: balance for balance in balances(holds)}):
        return ()
    found: dict[str, HeldUntil] = {}
    for hold in holds:
        until = _held_until(hold)
        if hold.case_id is not None and until is not None and found.get(hold.case_id) is not HeldUntil.NEVER:
            found[hold.case_id] = until
    # What no case has was cancelled in the order.
    return tuple(Holder(*each) for each in found.items()) or (Holder(None, HeldUntil.NEVER),)


def _without_own(hold: LineHold) -> LineHold:
    return replace(hold, refused_units=0, returned_units=0, returned_minor=0)


def _held_until(hold: LineHold) -> HeldUntil | None:
    """When what a case holds of a line is free; None where it holds nothing."""
    if hold.hold is HoldState.SETTLED and (hold.units or hold.amount_minor):
        return HeldUntil.NEVER
    if hold.hold is HoldState.RELEASED and hold.returned_minor:
        return HeldUntil.NEVER
    if hold.hold is HoldState.HELD and (hold.units or hold.amount_minor):
        return HeldUntil.CASE_ENDED
    return HeldUntil.GOODS_RETURNED if hold.bound_units else None


def cases_with_shipped_units(holds: Iterable[LineHold]) -> list[str]:
    """The ids of those open cases before shipment of which units have left after all.

    Per line, cases before shipment hold units that have not left. Where they hold more than there are, the newest are
    returned; before them those whose units order-svc does not keep from being shipped: returns, and what was rejected.
    Whether a refund in flight is still possible is for order-svc to decide.
    """
    found: dict[str, None] = {}
    for of_line in _by_line(holds):
        line = of_line[0]
        before = [
            hold for hold in of_line if hold.stage is Stage.PRE_SHIP and hold.hold in _NOT_RELEASED and hold.units
        ]
        missing = sum(hold.refund_units for hold in before) - (line.quantity - line.shipped_quantity)
        for hold in sorted(before, key=_loses_first, reverse=True):
            in_flight = hold.hold is HoldState.SETTLED or hold.state is CaseState.REFUNDING
            if missing > 0 and hold.case_id is not None and not in_flight:
                found[hold.case_id] = None
                missing -= hold.units
    return list(found)


def cases_with_cancelled_units(holds: Iterable[LineHold]) -> list[str]:
    """The ids of those open cases about units that their order has cancelled before they left, because it did not know of the case.

    Where cancelled units and those of cases are more than there are, the newest cases are returned of those whose units may not have left;
    not those whose refund is in flight, which order-svc decides about.
    """
    found: dict[str, None] = {}
    for of_line in _by_line(holds):
        line = of_line[0]
        taken = [hold for hold in of_line if hold.hold in _NOT_RELEASED and hold.units]
        missing = line.cancelled_quantity and line.gone_quantity + sum(hold.units for hold in taken) - line.quantity
        for hold in sorted(taken, key=lambda each: each.case_id or "", reverse=True):
            is_open = hold.hold is HoldState.HELD and hold.state is not CaseState.REFUNDING
            if missing > 0 and is_open and _may_be_here(hold) and hold.case_id is not None:
                found[hold.case_id] = None
                missing -= hold.units
    return list(found)


def _may_be_here(hold: LineHold) -> bool:
    """Whether the units of a case may not have left the merchant: those of an order on its way are some that have left, or others."""
    anywhere = hold.stage is Stage.IN_TRANSIT and hold.type is not None and not TYPES[hold.type].needs_shipped
    return anywhere or hold.stage is Stage.PRE_SHIP


_NOT_RELEASED = (HoldState.HELD, HoldState.SETTLED)


def _loses_first(hold: LineHold) -> tuple[bool, str]:
    goods = TYPES[hold.type].goods if hold.type is not None else Goods.KEEP
    return goods is not Goods.KEEP or hold.reject_reason is not None, hold.case_id or ""


def have_left(holds: Iterable[LineHold], case_id: str) -> bool:
    """Whether at least as many units of each line were shipped as the case holds."""
    return all(hold.shipped_quantity >= hold.units for hold in holds if hold.case_id == case_id)
