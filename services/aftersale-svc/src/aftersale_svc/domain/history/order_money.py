"""What the cases of an order held of it at an earlier time, and had taken of its discounts, by the versions of each until then.

Nothing keeps what a hold was: the versions of its case say how it has moved, as `commands.effects` moves it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Refund, RefundAmount
from aftersale_svc.domain.cases.offline_refunds.policy import is_stated_outside
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.money.codes import HoldState, PartKind
from aftersale_svc.domain.money.freight import keeps_for_less
from aftersale_svc.domain.money.holds import KEPT, holds_of, unreturned
from aftersale_svc.domain.money.model import GivenBack, Hold, LineHold
from aftersale_svc.domain.money.parts import RefundPart

Holds = Mapping[str, Hold]
"""What a case holds, by line."""


@dataclass(frozen=True, slots=True)
class PastOfCase:
    """The versions of a case until a time, oldest first; none where they were not all recorded. `is_covered`: the merchant's deposit had
    paid what its failed refund did not."""

    versions: Sequence[FullCase]
    is_covered: bool = False


def holds_then(now: Iterable[LineHold], others: Sequence[PastOfCase], at: datetime) -> list[LineHold]:
    """What the cases of an order held of its lines at this time: those whose past is given; `now` has the lines."""
    lines = {each.line_id: _line(each, at) for each in now}
    found = [hold for each in others for hold in _of_case(lines, each)]
    held = {each.line_id for each in found}
    return [*(line for line in lines.values() if line.line_id not in held), *found]


def _line(hold: LineHold, at: datetime) -> LineHold:
    """The line alone, without what was cancelled of it later; of what earlier builds have copied, the time is not known."""
    later = [each for each in hold.cancellations or () if datetime.fromisoformat(each["at"]) > at]
    return LineHold(
        line_id=hold.line_id,
        sku=hold.sku,
        quantity=hold.quantity,
        paid_minor=hold.paid_minor,
        shipped_quantity=hold.shipped_quantity,
        tax_minor=hold.tax_minor,
        discounts=hold.discounts,
        category=hold.category,
        cancelled_quantity=hold.cancelled_quantity - sum(each["units"] for each in later),
        cancelled_minor=hold.cancelled_minor - sum(each["amount_minor"] for each in later),
        refunded_quantity=hold.refunded_quantity,
    )


def _of_case(lines: Mapping[str, LineHold], past: PastOfCase) -> Iterator[LineHold]:
    full, held = past.versions[-1], _held(past)
    case = full.case
    for line in full.lines:
        hold = held[line.line_id]
        yield replace(
            lines[line.line_id],
            case_id=case.id,
            type=case.type,
            state=case.state,
            stage=case.stage,
            reason=case.reason,
            liable=case.liable,
            difference_minor=case.difference_minor,
            keeps_for_less=keeps_for_less(full),
            is_stated_outside=is_stated_outside(full),
            hold=hold.state,
            units=hold.units,
            amount_minor=hold.amount_minor,
            accepted=line.accepted,
            returned_units=line.returned_units,
            returned_minor=line.returned_minor,
        )


def _held(past: PastOfCase) -> Holds:
    first = past.versions[0]
    held: Holds = {each.line_id: each for each in holds_of(first.requested, TYPES[first.case.type])}
    for before, after in pairwise(past.versions):
        if before.case.state is not after.case.state:
            held = {**held, **_moved(held, before, after)}
    return _in_state(held, HoldState.SETTLED) if past.is_covered else held


def _moved(held: Holds, before: FullCase, after: FullCase) -> Holds:
    """What the case holds since it has entered its state."""
    case, refund = after.case, after.refund
    if before.case.state is CaseState.CLOSED:
        held = _in_state(held, HoldState.HELD, HoldState.RELEASED)
    if case.state is CaseState.COMPLETED:
        return _completed(held, after)
    if case.state in (CaseState.CLOSED, CaseState.CANCELLED):
        paid = case.paid_before_minor and case.paid_before_minor + sum(line.returned_minor for line in after.requested)
        released = _in_state(held, HoldState.RELEASED, HoldState.HELD)
        return {**released, **_kept(after, paid)} if paid else released
    if case.state is CaseState.REFUNDING and refund is not None and case.paid_before_minor:
        return {**held, **_kept(after, case.paid_before_minor + refund.units_minor)}
    return held


def _completed(held: Holds, full: FullCase) -> Holds:
    refund = full.refund
    if full.money_hold is not None and full.money_hold.claimed_at is not None:
        return {each.line_id: each for each in unreturned(full.lines)}
    if not full.is_refunded:
        return _in_state(held, HoldState.RELEASED, HoldState.HELD)
    if refund is not None and refund.cause in KEPT:
        return _kept(full, refund.units_minor + full.case.paid_before_minor)
    accepted = {line.line_id: line.refund_units for line in full.lines if line.accepted is not None}
    settled = _in_state(held, HoldState.SETTLED, HoldState.HELD)
    return {key: replace(each, units=accepted.get(key, each.units)) for key, each in settled.items()}


def _kept(full: FullCase, minor: int) -> Holds:
    """What stays with the case of a refund that is not for its units; of another one nothing changes."""
    refund = full.refund
    if refund is None or refund.cause not in KEPT:
        return {}
    return {each.line_id: each for each in KEPT[refund.cause](full.lines, RefundAmount(minor, 0))}


def _in_state(held: Holds, state: HoldState, only: HoldState | None = None) -> Holds:
    """The holds in this state, where they are in the other one."""
    return {key: replace(each, state=state) if only in (None, each.state) else each for key, each in held.items()}


def given_then(others: Iterable[PastOfCase]) -> list[GivenBack]:
    """What the refunds of these cases had taken of discounts, as GIVEN_BACK counts it."""
    return [
        GivenBack(
            line_id=part.line_id,
            kind=part.kind,
            payer=part.payer,
            payee=part.payee,
            units=part.units,
            due_minor=part.due_minor,
        )
        for past in others
        if past.versions
        for part in _taken(past.versions)
    ]


def _taken(versions: Sequence[FullCase]) -> Iterator[RefundPart]:
    last = versions[-1]
    refunds = {each.id: each for full in versions for each in full.rows_of(Refund)}
    parts = {(each.refund_id, each.position): each for full in versions for each in full.rows_of(RefundPart)}
    for part in parts.values():
        if part.kind is PartKind.DISCOUNT_RECALCULATED and _counts(part, refunds[part.refund_id], last):
            yield part


def _counts(part: RefundPart, refund: Refund, last: FullCase) -> bool:
    if refund.state is not RefundState.FAILED:
        return part.line_id is not None or last.case.paid_before_minor == 0
    is_held = refund.id == last.case.refund_id and last.case.state not in ENDED
    return is_held and (part.line_id is not None or refund.owed_again)
