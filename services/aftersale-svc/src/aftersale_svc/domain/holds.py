"""What the cases of an order hold of its units and money, and what follows: shares, freight, stages.

All of it is judged under the lock of the order, from the holds of all its cases.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from aftersale_svc.domain.codes import ANSWERED_BY_SELLER, BUYERS_CHOICE, CaseType, Liable, Reason, RejectReason, Stage
from aftersale_svc.domain.model import Case, Order, Standing, State

ENDED = frozenset({State.COMPLETED, State.CLOSED, State.CANCELLED})
LIVE = frozenset(State) - ENDED
# Units of these cases go back, or have gone back: their refund is in flight or was paid.
GOING_BACK = frozenset({State.REFUNDING, State.COMPLETED})
# Units that go back if every live case ends as it was asked for.
EXPECTED_BACK = LIVE | GOING_BACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What one case that was not cancelled holds of one line of an order: `units`, and `amount_minor` of its money.

    The first five fields are the line's. A line that no case is about has one row without a case.
    """

    line_id: str
    sku: str
    quantity: int
    paid_minor: int
    shipped_quantity: int
    case_id: str | None = None
    type: CaseType | None = None
    state: State | None = None
    stage: Stage | None = None
    reason: Reason | None = None
    liable: Liable | None = None
    reject_reason: RejectReason | None = None
    shipping_refund_minor: int = 0
    units: int = 0
    accepted: int | None = None
    amount_minor: int = 0
    accepted_minor: int | None = None

    @property
    def settled_units(self) -> int:
        """The units that the case's refund is for: those accepted; all where nothing was inspected."""
        return self.units if self.accepted is None else self.accepted

    @property
    def settled_minor(self) -> int:
        """The money that belongs to the settled units."""
        return self.amount_minor if self.accepted_minor is None else self.accepted_minor


@dataclass(frozen=True, slots=True)
class Due:
    """What a refund of a case gives back in full, in minor units: the share of its units, and the freight besides."""

    units_minor: int
    freight_minor: int

    @property
    def total_minor(self) -> int:
        return self.units_minor + self.freight_minor


def standings(holds: Iterable[Hold]) -> list[Standing]:
    """The lines of an order, each with what all its cases hold of it. `holds` come line by line."""
    return [_standing(of_line) for of_line in by_line(holds)]


def by_line(holds: Iterable[Hold]) -> Iterator[list[Hold]]:
    """The holds of each line, in the order of the lines."""
    for _, of_line in groupby(holds, key=lambda hold: hold.line_id):
        yield list(of_line)


def _standing(of_line: Sequence[Hold]) -> Standing:
    completed = [hold for hold in of_line if hold.state is State.COMPLETED]
    live = [hold for hold in of_line if hold.state in LIVE]
    rejected = [hold for hold in of_line if hold.state is State.CLOSED and hold.reject_reason is not None]
    line = of_line[0]
    return Standing(
        line_id=line.line_id,
        sku=line.sku,
        quantity=line.quantity,
        paid_minor=line.paid_minor,
        settled_units=sum(hold.settled_units for hold in completed),
        live_units=sum(hold.units for hold in live),
        held_minor=sum(hold.settled_minor for hold in completed) + sum(hold.amount_minor for hold in live),
        rejected_times=len(rejected),
    )


def due(order: Order, case: Case, holds: Sequence[Hold], *, inspected: bool = True) -> Due:
    """What a refund of the case gives back now. Not `inspected`: for all its units, whatever an inspection accepted."""
    own = [hold for hold in holds if hold.case_id == case.id]
    units = {hold.line_id: hold.settled_units if inspected else hold.units for hold in own}
    minor = sum(hold.settled_minor if inspected else hold.amount_minor for hold in own)
    return Due(minor, freight(order, case, units, holds))


def estimated(order: Order, case: Case, holds: Sequence[Hold]) -> Case:
    """The case with the freight that it is expected to carry; one whose refund was decided keeps that refund's."""
    if case.refund_id is not None:
        return case
    units = {hold.line_id: hold.units for hold in holds if hold.case_id == case.id}
    return replace(case, shipping_refund_minor=expected_freight(order, case, units, holds))


def expected_freight(order: Order, case: Case, units: Mapping[str, int], holds: Sequence[Hold]) -> int:
    """The freight, in minor units, that the case carries if every live case ends as it was asked for, and it the last."""
    return freight(order, case, units, holds, among=EXPECTED_BACK)


def freight(
    order: Order, case: Case, units: Mapping[str, int], holds: Sequence[Hold], among: frozenset[State] = GOING_BACK
) -> int:
    """The freight, in minor units, that goes back with these units of the case (domain.md R5).

    It is owed where they complete the return of all units of the order, `among` being the states of the other cases whose
    units count, and where each of those cases owes it. What other cases carry of it already is taken off.
    """
    others = [hold for hold in holds if hold.case_id not in (None, case.id) and hold.state in among]
    if not (_owes(case) and all(_owes(hold) for hold in others)):
        return 0
    back = Counter(units)
    for hold in others:
        back[hold.line_id] += hold.settled_units
    if any(back[hold.line_id] < hold.quantity for hold in holds):
        return 0
    carried = {hold.case_id: hold.shipping_refund_minor for hold in others if hold.state in GOING_BACK}
    return order.shipping_fee_minor - sum(carried.values())


def _owes(case: Case | Hold) -> bool:
    """Whether a case gives the buyer the right to the freight: before shipment, or where the merchant answers for it."""
    return case.stage is Stage.PRE_SHIP or case.reason not in BUYERS_CHOICE or case.liable in ANSWERED_BY_SELLER


def overtaken(holds: Iterable[Hold]) -> list[str]:
    """The ids of those live cases before shipment of which units have left after all.

    Per line, cases before shipment hold units that have not left. Where they hold more than there are, the newest lose
    theirs; before them those whose units order-svc does not keep from being shipped: returns, and what was rejected. A
    refund in flight is for order-svc to judge.
    """
    found: dict[str, None] = {}
    for of_line in by_line(holds):
        line = of_line[0]
        before = [hold for hold in of_line if hold.stage is Stage.PRE_SHIP and hold.state in EXPECTED_BACK]
        missing = sum(hold.settled_units for hold in before) - (line.quantity - line.shipped_quantity)
        for hold in sorted(before, key=_loses_first, reverse=True):
            if missing > 0 and hold.case_id is not None and hold.state not in GOING_BACK:
                found[hold.case_id] = None
                missing -= hold.units
    return list(found)


def _loses_first(hold: Hold) -> tuple[bool, str]:
    return hold.type is not CaseType.REFUND_ONLY or hold.reject_reason is not None, hold.case_id or ""
