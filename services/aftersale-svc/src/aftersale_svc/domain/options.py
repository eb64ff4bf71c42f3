"""What may be asked for now about each line of an order, and why not the rest.

It is decided by the functions that decide about a request (`commands.cases.create`): an option is allowed exactly if a
request for it is accepted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.errors import UnitsInNoParcel
from aftersale_svc.domain.cases.final_sales import check_goods, is_virtual
from aftersale_svc.domain.cases.parcel_anomalies import SUGGESTED
from aftersale_svc.domain.cases.policy import check_permission, check_question, check_stage
from aftersale_svc.domain.cases.reasons import selectable_reasons
from aftersale_svc.domain.cases.requests import Wanted
from aftersale_svc.domain.cases.terms import Terms, check_term, is_barred, open_reasons
from aftersale_svc.domain.cases.types import TYPES, TypeRow
from aftersale_svc.domain.money.allocation import check_line, instead_of_refusing, selectable_units
from aftersale_svc.domain.money.model import LineBalance
from aftersale_svc.domain.orders.errors import OrderUnknown
from aftersale_svc.domain.orders.model import Order, SentLine, Stage
from aftersale_svc.domain.orders.policy import stage_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Option:
    """One type of case for one line, for at most `units` of it; `refusal` is what a request for it is refused with, None where
    it is accepted. `reasons` are those for which it may be asked for, as far as time and the kind of the goods go; None: all that its type and
    stage have. `others` is what a request for one of the other reasons is refused with, where the kind of the goods bars it."""

    type: CaseType
    refusal: Refusal | None
    units: int = 0
    reasons: tuple[Reason, ...] | None = None
    others: Refusal | None = None


@dataclass(frozen=True, slots=True)
class LineOptions:
    """A line of an order, each type of case for it, and the parcels that its units were sent in, newest first.

    `arrived` is whether what was sent of it has arrived, whatever couriers have reported: all of the order has, or it comes without a parcel. `anomalies` are the kinds of what is wrong with its parcels
    now, by parcel, and `stage` is where the order is. `missed_at` is by when its units were to leave, where that was missed.
    """

    balance: LineBalance
    options: tuple[Option, ...]
    parcels: tuple[SentLine, ...] = ()
    arrived: bool = False
    anomalies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    stage: Stage | None = None
    missed_at: datetime | None = None

    @property
    def overdue_since(self) -> datetime | None:
        """By when units were to leave that have not; None where no time was missed, or all have left or never will."""
        return self.missed_at if self.missed_at and Stage.PRE_SHIP in self.units_by_stage else None

    @property
    def suggested_reasons(self) -> list[Reason]:
        """The reasons that the merchant's delay suggests, of those with which something may be asked for now."""
        return self._open([] if self.overdue_since is None else [Reason.NOT_SHIPPED_IN_TIME])

    def suggested(self, parcel: SentLine) -> list[Reason]:
        """The reasons that what is wrong with the parcel suggests, of those with which something may be asked for now."""
        return self._open(
            [each for kind in self.anomalies.get(parcel.parcel_id, ()) for each in SUGGESTED.get(kind, ())]
        )

    def _open(self, wanted: Sequence[Reason]) -> list[Reason]:
        if not wanted:
            return []
        open_ = {each for option in self.options if option.refusal is None for each in self._reasons(option)}
        return [each for each in dict.fromkeys(wanted) if each in open_]

    def _reasons(self, option: Option) -> Sequence[Reason]:
        if option.reasons is not None or self.stage is None:
            return option.reasons or ()
        return selectable_reasons(option.type, TYPES[option.type].stage(self.stage))

    @property
    def units_by_stage(self) -> dict[Stage, int]:
        """How many units are at each stage now, without those that were cancelled before they left, and without stages that have none."""
        sent = self.balance.shipped_units
        received = sent if self.arrived else sum(each.quantity for each in self.parcels if each.arrived)
        found = {
            Stage.PRE_SHIP: self.balance.quantity - sent - self.balance.cancelled_units,
            Stage.IN_TRANSIT: sent - received,
            Stage.POST_RECEIPT: received,
        }
        return {stage: units for stage, units in found.items() if units > 0}

    def stage_of(self, parcel: SentLine) -> Stage:
        """Where the units in a parcel of the line are."""
        return Stage.POST_RECEIPT if self.arrived or parcel.arrived else Stage.IN_TRANSIT

    @property
    def selectable_units(self) -> int:
        """The most units that a new case may take; 0 where no type is allowed that takes any."""
        return max((option.units for option in self.options if not TYPES[option.type].is_question), default=0)


@dataclass(frozen=True, slots=True)
class OrderOptions:
    """An order, the terms in which something can be asked for, and the options of its lines. `stage` is None for a cancelled order, about
    which nothing can be asked for."""

    order: Order
    stage: Stage | None
    terms: Terms
    lines: tuple[LineOptions, ...]


def options_of(
    order: Order,
    balances: Sequence[LineBalance],
    terms: Terms,
    parcels: Sequence[SentLine] = (),
    anomalies: Sequence[tuple[str, str]] = (),
) -> OrderOptions:
    """Return each type of case for each line. `balances` are what all cases of the order hold, `parcels` what was sent, newest first,
    `anomalies` the parcel and the kind of each anomaly that has not ended.

    Raises:
        OrderUnknown: the order is not known as paid.
    """
    stage = _stage(order)
    of_types = [OfferedType(name, order, stage, terms) for name in TYPES]
    kinds, sent = _grouped(anomalies), _grouped((each.line_id, each) for each in parcels)
    lines = tuple(
        LineOptions(
            line,
            tuple(each.option(line, sent.get(line.line_id, ())) for each in of_types),
            tuple(sent.get(line.line_id, ())),
            arrived=stage is Stage.POST_RECEIPT or is_virtual(order, line.line_id),
            anomalies=kinds,
            stage=stage,
            missed_at=order.overdue(line.line_id),
        )
        for line in balances
    )
    return OrderOptions(order, stage, terms, lines)


class OfferedType:
    """A type of case for an order: whether it may be asked for at all now, and for which reasons about its lines."""

    def __init__(self, name: CaseType, order: Order, stage: Stage | None, terms: Terms) -> None:
        self.name, self.type, self._order, self._stage, self._terms = name, TYPES[name], order, stage, terms
        self.refusal = _refusal(partial(_check_type, self.type, order))
        of_case = stage and self.type.stage(stage)
        self._reasons = [] if of_case is None else selectable_reasons(name, of_case, by_buyer=terms.by_buyer)
        self._open: dict[tuple[object, ...], list[Reason]] = {}

    def option(self, line: LineBalance, parcels: Sequence[SentLine]) -> Option:
        """The type for a line, whose units were sent in these parcels."""
        type_, order, stage, terms, line_ids = self.type, self._order, self._stage, self._terms, [line.line_id]
        if self.refusal is not None or stage is None:
            return Option(self.name, self.refusal)
        if (of_goods := _refusal(partial(check_goods, type_, order, line_ids))) is not None:
            return Option(self.name, of_goods, reasons=())
        if not (reasons := self._open_reasons(stage, line.line_id)):
            late = _refusal(partial(check_term, type_, stage, self._reasons[0], line_ids, terms))
            return Option(self.name, late, reasons=())
        wanted = Wanted(line.line_id, 1)
        refusal = _refusal(partial(check_question, type_, order, line_ids)) or _refusal(
            partial(check_line, type_, stage, line, wanted, currency=order.currency)
        )
        units = 0 if refusal else selectable_units(type_, stage, line)
        if type_.by_outbound and units:
            # All units of such a case come back in one parcel.
            units = min(units, max((each.refusable_units for each in parcels), default=0))
            otherwise = instead_of_refusing([line], [wanted])
            refusal = None if units else UnitsInNoParcel(pointer="/lines", awaits=order.id, allowed=otherwise)
        if len(reasons) == len(self._reasons):
            return Option(self.name, refusal, units)
        return Option(
            self.name, refusal, units, tuple(reasons), _barred(type_, stage, self._reasons, line.line_id, terms)
        )

    def _open_reasons(self, stage: Stage, line_id: str) -> list[Reason]:
        """As `terms.open_reasons`, which are the same for lines with the same warranty and the same completed cases."""
        terms = self._terms
        bars = line_id in terms.final_lines, line_id in terms.promises
        key = terms.days_of(line_id), terms.follow_ups.get(line_id), *bars
        if key not in self._open:
            self._open[key] = open_reasons(self.type, stage, terms, line_id)
        return self._open[key]


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for key, each in pairs:
        found.setdefault(key, []).append(each)
    return found


def _barred(type_: TypeRow, stage: Stage, every: Sequence[Reason], line_id: str, terms: Terms) -> Refusal | None:
    """What a request is refused with for a reason that the kind of the goods bars; None where it bars none."""
    barred = [each for each in every if is_barred(type_, stage, each, line_id, terms)]
    return _refusal(partial(check_term, type_, stage, barred[0], [line_id], terms)) if barred else None


def _stage(order: Order) -> Stage | None:
    try:
        return stage_of(order)
    except OrderUnknown:
        raise
    except Refusal:
        return None


def _check_type(type_: TypeRow, order: Order) -> None:
    check_stage(type_, order, stage_of(order))
    check_permission(type_, order)


def _refusal(check: Callable[[], object]) -> Refusal | None:
    """What the check refuses with, None where it does not."""
    try:
        check()
    except Refusal as refusal:
        return refusal
    return None
