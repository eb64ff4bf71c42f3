"""What cases hold of an order. Money is in minor units of the order's currency."""

from dataclasses import dataclass
from typing import Any

from aftersale_svc.domain.cases.codes import CaseType, Initiator, Liable, Reason, RejectReason
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.money.codes import HoldState, PartKind, PartParty
from aftersale_svc.domain.orders.model import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What a case holds of one order line: units, and their share of the money."""

    line_id: str
    case_id: str
    state: HoldState = HoldState.HELD
    units: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineHold:
    """An order line, and what one case holds of it.

    The first five fields, `tax_minor`, `discounts`, `category`, and what was cancelled of it or refunded before an import, are the line's, as in `OrderLine`. A line that no case is about has one row without a case. `accepted` is None where
    nothing was inspected. `keeps_for_less`: the buyer keeps the units for less. `refused_units` units of the case were refused, and the buyer does not have them again. `returned_…` is what
    refunds of the case have given back that have failed in part: of the line, in how many units, and of the freight.
    `is_stated_outside`: it is stated that its refused refund was given back outside the provider, and nobody has answered that.
    """

    line_id: str
    sku: str
    quantity: int
    paid_minor: int
    shipped_quantity: int
    case_id: str | None = None
    type: CaseType | None = None
    state: CaseState | None = None
    stage: Stage | None = None
    reason: Reason | None = None
    liable: Liable | None = None
    reject_reason: RejectReason | None = None
    initiator: Initiator | None = None
    shipping_refund_minor: int = 0
    difference_minor: int | None = None
    keeps_for_less: bool = False
    hold: HoldState | None = None
    units: int = 0
    amount_minor: int = 0
    refused_units: int = 0
    accepted: int | None = None
    tax_minor: int = 0
    discounts: list[dict[str, Any]] | None = None  # a JSON document
    category: str | None = None
    cancelled_quantity: int = 0
    cancelled_minor: int = 0
    refunded_quantity: int = 0
    cancellations: list[dict[str, Any]] | None = None  # a JSON document
    returned_minor: int = 0
    returned_units: int = 0
    returned_freight_minor: int = 0
    is_stated_outside: bool = False

    @property
    def gone_quantity(self) -> int:
        """The units of the line that no case can be about: cancelled before they left, or refunded before the order was imported."""
        return self.cancelled_quantity + self.refunded_quantity

    @property
    def is_being_refunded(self) -> bool:
        """Whether the money is on its way: by the provider, or without it, until that was answered."""
        return self.state is CaseState.REFUNDING or (self.is_stated_outside and self.hold is HoldState.HELD)

    @property
    def taken_minor(self) -> int:
        """The money of the line that no other case can have: held, settled, or given back before the refund failed."""
        if self.hold in (None, HoldState.RELEASED):
            return self.returned_minor
        return max(self.amount_minor, self.returned_minor)

    @property
    def is_exchanged(self) -> bool:
        """Whether other goods are sent for the units, so that at most the difference to their price goes back."""
        return self.difference_minor is not None

    @property
    def bound_units(self) -> int:
        """The units besides `units` that the buyer does not have again: an open case holds them itself, as one does that has exchanged them."""
        held = self.hold is HoldState.HELD or (self.is_exchanged and self.units > 0)
        return 0 if held else self.refused_units

    @property
    def refund_units(self) -> int:
        """The units that the case's refund is for: those accepted; all where nothing was inspected."""
        return self.units if self.accepted is None else min(self.accepted, self.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBalance:
    """An order line and what all cases hold of it: units settled, units of open cases, the money of both.

    `shipped_units` have left, whatever became of them; `claimable_units` are those of them that no case has which is about units that have
    left. A case and a cancellation of its units may have crossed, so that for a time units count twice: what is left is never below 0.
    `bound_units` were refused, and the buyer does not have them again. `unshipped_units` have not left, and no case keeps them from leaving; `cancelled_units` never will. `adjusted_minor` is that part
    of `held_minor` that goes back without units. `withheld_minor` is what less than their share went back for units that are gone.
    `live_cases` are the open cases that hold the `live_units`.
    """

    line_id: str
    sku: str
    quantity: int
    paid_minor: int
    settled_units: int
    live_units: int
    held_minor: int
    rejected_times: int
    unshipped_units: int = 0
    shipped_units: int = 0
    claimable_units: int = 0
    cancelled_units: int = 0
    bound_units: int = 0
    adjusted_minor: int = 0
    withheld_minor: int = 0
    live_cases: tuple[str, ...] = ()
    tax_minor: int = 0
    discounts: list[dict[str, Any]] | None = None  # a JSON document

    @property
    def free_units(self) -> int:
        """Units that a new case may take: no case holds them, and they are not bound."""
        return max(0, self.left_units - self.bound_units)

    @property
    def left_units(self) -> int:
        """Units that no case holds, which the money that is left is for."""
        return max(0, self.quantity - self.settled_units - self.live_units)

    @property
    def left_minor(self) -> int:
        """The money that no case holds."""
        return max(0, self.paid_minor - self.held_minor)

    @property
    def owed_minor(self) -> int:
        """The money of the `left_units`: what no case holds, without what was withheld of units that are gone."""
        return max(0, self.left_minor - self.withheld_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """What refunds of other cases of the order, paid or in flight, have of one kind of part of a line; without `line_id`, of whole cases."""

    line_id: str | None
    kind: PartKind
    payer: PartParty
    payee: PartParty
    units: int
    due_minor: int
