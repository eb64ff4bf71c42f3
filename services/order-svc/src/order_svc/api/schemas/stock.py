"""Stock in responses."""

from typing import Self

from aftercare_chassis.http.schemas import Out, Time

from order_svc.domain.sales.stock import StockMovement, StockMovementKind, StockReleaseCause, StockTotals


class StockMovementOut(Out):
    """What happened to units of one line of an order."""

    id: str
    """Identifies the movement: `stock_…`."""
    order_id: str
    """The order."""
    line_id: str
    """The line of the order."""
    merchant_id: str
    """Whose article it is."""
    sku: str
    """The merchant's article number."""
    kind: StockMovementKind
    """`reserved` when the order was placed, `released` when it will not be shipped, `committed` when it left, `reversed` when its
    parcel was voided before a courier had it, `returned` when it came back, `replaced` when it was sent in exchange for others."""
    quantity: int
    """How many units; always positive."""
    moved_at: Time
    """When it happened."""
    cause: StockReleaseCause | None
    """Why units were released; null for others."""
    parcel_id: str | None
    """The parcel in which units left, or were to leave; null for others and for virtual goods."""
    case_id: str | None
    """The case for which units came back, or were sent in exchange; null for others."""
    grade: str | None
    """How the merchant graded what came back; null where it did not."""

    @classmethod
    def of(cls, row: StockMovement) -> Self:
        """The movement as a response."""
        return cls.of_row(row)


class StockLevelOut(Out):
    """The units of one article in all orders: `reserved` = `released` + `committed` - `reversed` + `still_reserved`."""

    merchant_id: str
    """Whose article it is."""
    sku: str
    """The merchant's article number."""
    reserved: int
    """Units that orders have ever reserved."""
    released: int
    """Units of these that will not be shipped."""
    committed: int
    """Units of these that have left, or were to leave."""
    reversed: int
    """Units of these whose parcel was voided before a courier had it: they are reserved again."""
    still_reserved: int
    """Units that orders keep and that have not left."""
    returned: int
    """Units that came back and were accepted."""
    replaced: int
    """Units that were sent in exchange for others."""

    @classmethod
    def of(cls, totals: StockTotals) -> Self:
        """The sums as a response."""
        return cls.of_row(totals)
