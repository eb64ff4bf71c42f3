"""What may be asked for now about each line of an order, and why not the rest.

It is decided by the functions that decide about a request (`commands.cases.create`): an option is allowed exactly if a
request for it is accepted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.policy import check_permission, check_stage
from aftersale_svc.domain.cases.requests import Wanted
from aftersale_svc.domain.cases.types import TYPES, TypeRow
from aftersale_svc.domain.money.allocation import allocate_lines, selectable_units
from aftersale_svc.domain.money.model import LineBalance
from aftersale_svc.domain.orders.errors import OrderUnknown
from aftersale_svc.domain.orders.model import Order, Stage
from aftersale_svc.domain.orders.policy import stage_of


@dataclass(frozen=True, slots=True)
class Option:
    """One type of case for one line, for at most `units` of it; `refusal` is what a request for it is refused with, None where
    it is accepted."""

    type: CaseType
    refusal: Refusal | None
    units: int = 0


@dataclass(frozen=True, slots=True)
class LineOptions:
    """A line of an order, and each type of case for it."""

    balance: LineBalance
    options: tuple[Option, ...]

    @property
    def selectable_units(self) -> int:
        """The most units that a new case may take; 0 where no type is allowed that takes any."""
        return max((option.units for option in self.options if not TYPES[option.type].is_question), default=0)


@dataclass(frozen=True, slots=True)
class OrderOptions:
    """An order, and the options of its lines. `stage` is None where nothing can be asked for any more."""

    order: Order
    stage: Stage | None
    lines: tuple[LineOptions, ...]


def options_of(order: Order, balances: Sequence[LineBalance], now: datetime) -> OrderOptions:
    """Return each type of case for each line. `balances` are what all cases of the order hold.

    Raises:
        OrderUnknown: the order is not known as paid.
    """
    stage = _stage(order, now)
    of_types = {name: _refusal(partial(_check_type, row, order, now)) for name, row in TYPES.items()}
    return OrderOptions(order, stage, tuple(_line(line, of_types, order.currency) for line in balances))


def _line(line: LineBalance, of_types: Mapping[CaseType, Refusal | None], currency: str) -> LineOptions:
    return LineOptions(line, tuple(_option(line, name, refusal, currency) for name, refusal in of_types.items()))


def _option(line: LineBalance, name: CaseType, of_type: Refusal | None, currency: str) -> Option:
    wanted = [Wanted(line.line_id, 1)]
    refusal = of_type or _refusal(partial(allocate_lines, "", TYPES[name], [line], wanted, currency))
    return Option(name, refusal, 0 if refusal else selectable_units(TYPES[name], line))


def _stage(order: Order, now: datetime) -> Stage | None:
    try:
        return stage_of(order, now)
    except OrderUnknown:
        raise
    except Refusal:
        return None


def _check_type(type_: TypeRow, order: Order, now: datetime) -> None:
    check_stage(type_, order, stage_of(order, now))
    check_permission(type_, order)


def _refusal(check: Callable[[], object]) -> Refusal | None:
    """What the check refuses with, None where it does not."""
    try:
        check()
    except Refusal as refusal:
        return refusal
    return None
