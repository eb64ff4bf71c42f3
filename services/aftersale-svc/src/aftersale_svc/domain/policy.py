"""Pure judgement: whose order, which stage, how many units, how much money."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from aftersale_svc.domain.codes import CloseCause, OrderState, RefundCause, Stage
from aftersale_svc.domain.errors import (
    AcceptedExceedsSent,
    AmountExceedsPaid,
    AmountMissing,
    AmountWithoutRefund,
    CurrencyForeign,
    LineMissing,
    LineTwice,
    LineUnknown,
    OrderUnknown,
    OrderWasCancelled,
    QuantityExceedsRemaining,
    ReappliedTooOften,
    UnitsInLiveCase,
    WindowPassed,
)
from aftersale_svc.domain.holds import Due
from aftersale_svc.domain.model import Case, CaseLine, Inspected, Order, Standing, State, Verdict, Wanted

MOST_REJECTIONS = 5
_STAGES = {
    OrderState.PAID: Stage.PRE_SHIP,
    OrderState.SHIPPED: Stage.IN_TRANSIT,
    OrderState.DELIVERED: Stage.POST_RECEIPT,
}
# After a verdict, or with the order's money back, there is nothing left to dispute; every other closing may have been wrong.
_DISPUTABLE_CLOSINGS = frozenset(CloseCause) - {CloseCause.VERDICT, CloseCause.ORDER_CANCELLED}


def stage(order: Order, now: datetime) -> Stage:
    """Where the goods are, as far as we heard; refuses an order for which nothing can be asked any more, or yet.

    What order-svc already shows may still be on its way here. So an order not known as paid is an unknown one, to be
    tried again; and a return of goods not known as shipped is the merchant's to judge, not this copy's to refuse.
    """
    if order.state is OrderState.CANCELLED:
        raise OrderWasCancelled(order_id=order.id)
    if order.state is OrderState.COMPLETED or (order.window_ends_at is not None and order.window_ends_at <= now):
        raise WindowPassed(order_id=order.id)
    if order.state is OrderState.CREATED or order.payment_id is None:
        raise OrderUnknown(order_id=order.id, awaits=order.id)
    return _STAGES[order.state]


def take(case_id: str, standings: Sequence[Standing], wanted: Sequence[Wanted]) -> list[CaseLine]:
    """The lines of a new case with the money that they hold, or the refusal that names the offending line."""
    by_id = {standing.line_id: standing for standing in standings}
    lines: list[CaseLine] = []
    for place, each in enumerate(wanted):
        standing = by_id.get(each.line_id)
        if standing is None:
            raise LineUnknown(pointer=f"/lines/{place}/line_id")
        if any(line.line_id == each.line_id for line in lines):
            raise LineTwice(pointer=f"/lines/{place}/line_id")
        _check_units(standing, each.quantity, place)
        lines.append(_hold(case_id, standing, each.quantity))
    return lines


def _check_units(standing: Standing, quantity: int, place: int) -> None:
    pointer = f"/lines/{place}/quantity"
    remaining = standing.quantity - standing.settled_units
    if quantity > remaining:
        raise QuantityExceedsRemaining(pointer=pointer, remaining=remaining)
    if quantity > standing.free_units:
        raise UnitsInLiveCase(pointer=pointer, free=standing.free_units)
    if standing.rejected_times >= MOST_REJECTIONS:
        raise ReappliedTooOften(pointer=f"/lines/{place}/line_id", times=standing.rejected_times)


def _hold(case_id: str, standing: Standing, quantity: int) -> CaseLine:
    before = standing.settled_units + standing.live_units
    return CaseLine(
        case_id=case_id,
        line_id=standing.line_id,
        sku=standing.sku,
        quantity=quantity,
        amount_minor=share(standing, quantity),
        line_units=standing.quantity,
        line_paid_minor=standing.paid_minor,
        units_before=before,
    )


def share(standing: Standing, quantity: int) -> int:
    """What the next units are worth: the cumulative share up to them, less the money that other cases hold.

    Plain history makes it ⌊P·(a+k)/q⌋ − ⌊P·a/q⌋. Where cases were cancelled or cut in between, it still never lets the
    parts exceed what was paid, and gives the last unit the exact residue.
    """
    before = standing.settled_units + standing.live_units
    return max(0, cumulative(standing.paid_minor, standing.quantity, before + quantity) - standing.held_minor)


def cumulative(paid_minor: int, units: int, first: int) -> int:
    """The share of the `first` units of a line, rounded down."""
    return paid_minor * first // units


def accepted_share(line: CaseLine, accepted: int) -> int:
    """The money of the first `accepted` units of a case's line; all of them get all that the line holds."""
    if accepted == line.quantity:
        return line.amount_minor
    upto = cumulative(line.line_paid_minor, line.line_units, line.units_before + accepted)
    from_ = cumulative(line.line_paid_minor, line.line_units, line.units_before)
    return min(upto - from_, line.amount_minor)


def judge(lines: Sequence[CaseLine], found: Sequence[Inspected] | None) -> list[CaseLine]:
    """The lines as inspected, each exactly once and never more than was sent; None accepts everything."""
    if found is None:
        return [_judged(line, Inspected(line.line_id, line.quantity)) for line in lines]
    by_id = {line.line_id: line for line in lines}
    judged: dict[str, CaseLine] = {}
    for place, each in enumerate(found):
        line = by_id.get(each.line_id)
        if line is None:
            raise LineUnknown(pointer=f"/lines/{place}/line_id")
        if each.line_id in judged:
            raise LineTwice(pointer=f"/lines/{place}/line_id")
        if each.accepted > line.quantity:
            raise AcceptedExceedsSent(pointer=f"/lines/{place}/accepted", sent=line.quantity)
        judged[each.line_id] = _judged(line, each)
    for line_id in by_id.keys() - judged.keys():
        raise LineMissing(pointer="/lines", line_id=line_id)
    return [judged[line.line_id] for line in lines]


def _judged(line: CaseLine, found: Inspected) -> CaseLine:
    return replace(
        line, accepted=found.accepted, accepted_minor=accepted_share(line, found.accepted), grade=found.grade
    )


def settled(case: Case, lines: Sequence[CaseLine]) -> list[tuple[CaseLine, int, int]]:
    """Which units of each line the refund settled, and its part of the money without the freight."""
    shares = [line.amount_minor if line.accepted_minor is None else line.accepted_minor for line in lines]
    parts = spread(case.refunded_minor - case.shipping_refund_minor, shares)
    units = [line.quantity if line.accepted is None else line.accepted for line in lines]
    return [each for each in zip(lines, units, parts, strict=True) if each[1]]


def check_no_amount(verdict: Verdict) -> None:
    """A verdict that orders no refund names no amount."""
    if verdict.amount_minor:
        raise AmountWithoutRefund(pointer="/amount")


def awarded(case: Case, order: Order, verdict: Verdict, due: Due) -> Due:
    """What a verdict that orders a refund gives back: at least one minor unit, at most what is due.

    What it orders beyond the share of the units is freight, so that the shares of the lines stay exact.
    """
    if order.state is OrderState.CANCELLED:
        raise OrderWasCancelled(order_id=order.id)
    if not verdict.amount_minor:
        raise AmountMissing(pointer="/amount")
    if verdict.currency != case.currency:
        raise CurrencyForeign(pointer="/amount/currency", currency=case.currency)
    if verdict.amount_minor > due.total_minor:
        raise AmountExceedsPaid(pointer="/amount/amount", left=due.total_minor, currency=case.currency)
    freight = max(0, verdict.amount_minor - due.units_minor)
    return Due(verdict.amount_minor - freight, freight)


def disputable(case: Case, order: Order, now: datetime, window_hours: float) -> bool:
    """Whether a complaint may stop this case: no case of a cancelled order, whose money goes back with the order; none
    whose verdict is still to be carried out; a closed one within the window, unless there is nothing left to dispute."""
    if order.state is OrderState.CANCELLED:
        return False
    if case.state is not State.CLOSED:
        return case.refund_id is None or case.refund_cause is not RefundCause.VERDICT
    return case.close_cause in _DISPUTABLE_CLOSINGS and now <= case.updated_at + timedelta(hours=window_hours)


def still_free(lines: Sequence[CaseLine], standings: Mapping[str, Standing]) -> bool:
    """Whether a closed case may hold its units and their money again."""
    return all(
        line.quantity <= standings[line.line_id].free_units
        and line.amount_minor + standings[line.line_id].held_minor <= line.line_paid_minor
        for line in lines
    )


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Cut `total` in proportion to the weights, by cumulative shares: the parts add up exactly."""
    whole, sum_, parts, given = sum(weights), 0, [], 0
    for weight in weights:
        sum_ += weight
        upto = cumulative(total, whole, sum_) if whole else 0
        parts.append(upto - given)
        given = upto
    return parts


def digest(text: str) -> str:
    """What an event says of a text that stays here."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"
