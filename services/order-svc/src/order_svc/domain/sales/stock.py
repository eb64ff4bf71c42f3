"""Units that orders reserve of articles, ship and take back, as movements.

Per line: reserved = released + committed - reversed + what is still reserved, which is all that is neither shipped nor withdrawn while the
order is not cancelled, and nothing afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from order_svc.domain.fulfilment import unshipped
from order_svc.domain.model import OrderLine

Units = Sequence[tuple[OrderLine, int]]
"""Lines, each with a number of its units above 0."""


class StockMovementKind(StrEnum):
    """What happened to units of an article."""

    RESERVED = "reserved"
    RELEASED = "released"
    COMMITTED = "committed"
    RETURNED = "returned"
    REVERSED = "reversed"
    REPLACED = "replaced"


class StockReleaseCause(StrEnum):
    """Why units are no longer reserved."""

    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMovement:
    """A number of units of one line. `cause` is set for what was released, `parcel_id` for what left in a parcel, and for what
    is with the merchant again since that was voided, `case_id` and `grade` for what came back,
    `case_id` and `parcel_id` for what was sent in exchange."""

    id: str
    order_id: str
    line_id: str
    merchant_id: str
    sku: str
    kind: StockMovementKind
    quantity: int
    moved_at: datetime
    cause: StockReleaseCause | None = None
    parcel_id: str | None = None
    case_id: str | None = None
    grade: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockTotals:
    """The sums of all movements of one article of a merchant."""

    merchant_id: str
    sku: str
    reserved: int
    released: int
    committed: int
    reversed: int
    replaced: int
    returned: int

    @property
    def still_reserved(self) -> int:
        """Units that live orders keep and that have not left."""
        return self.reserved - self.released - self.committed + self.reversed


def ordered(lines: Sequence[OrderLine]) -> Units:
    """All units of a new order."""
    return [(line, line.quantity) for line in lines]


def still_reserved(lines: Sequence[OrderLine]) -> Units:
    """The units of an order that is not cancelled which have not left and are not withdrawn."""
    return [(line, unshipped(line)) for line in lines if unshipped(line)]


def changes(before: Sequence[OrderLine], after: Sequence[OrderLine], counted: str) -> Units:
    """By how much the units rose that `counted` names: `shipped_quantity` or `withdrawn_quantity`. Lines in `after` may be fewer."""
    known: Mapping[str, int] = {line.id: getattr(line, counted) for line in before}
    rises = ((line, getattr(line, counted) - known[line.id]) for line in after)
    return [(line, units) for line, units in rises if units > 0]
