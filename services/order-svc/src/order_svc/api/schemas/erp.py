"""What a merchant's ERP reads, as responses."""

from typing import Any, Generic, Self, TypeVar

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.http.schemas import Out, Time
from aftercare_chassis.lifecycle import Actor
from pydantic import ConfigDict, Field

from order_svc.api.schemas.orders import OrderOut
from order_svc.api.schemas.payments import RefundOut
from order_svc.api.schemas.stock import StockMovementOut
from order_svc.queries.erp import OrderChange, RefundChange, StockReturn

T = TypeVar("T")


class OrderChangeOut(Out):
    """A change of an order, with the order as it is now."""

    change: str
    """What has changed last, by the name of its event, such as `OrderPaid`."""
    changed_at: Time
    """When it happened; of imported orders, when it happened before the import."""
    order: OrderOut
    """The order, without its address."""

    @classmethod
    def of(cls, found: OrderChange, actor: Actor) -> Self:
        """The change as a response."""
        return cls(change=found.step.event, changed_at=found.step.at, order=OrderOut.of(found.view, actor))


class RefundChangeOut(Out):
    """A change of a refund, with the refund as it is now."""

    change: str
    """What has changed last, by the name of its event, such as `RefundSucceeded`."""
    changed_at: Time
    """When it happened."""
    order_id: str
    """The order of which money goes back."""
    payment_id: str
    """The payment that it is a refund of."""
    refund: RefundOut
    """The refund."""

    @classmethod
    def of(cls, found: RefundChange) -> Self:
        """The change as a response."""
        step, refund = found.step, found.refund
        return cls(
            change=step.event,
            changed_at=step.at,
            order_id=step.order_id,
            payment_id=refund.payment_id,
            refund=RefundOut.of(refund),
        )


class StockReturnOut(Out):
    """Goods of an order that came back for a case and were accepted, and those that were sent in exchange."""

    changed_at: Time
    """When they were accepted, or sent."""
    order_id: str
    """The order."""
    case_id: str | None
    """The case."""
    movements: list[StockMovementOut]
    """Everything that has come back for the case until now: a movement keeps its id, so that it is booked once."""
    replaced: list[StockMovementOut] = Field(default_factory=list)
    """Everything that was sent in exchange for the case until now, in the same way."""

    @classmethod
    def of(cls, found: StockReturn) -> Self:
        """The return as a response."""
        step = found.step
        return cls(
            changed_at=step.at,
            order_id=step.order_id,
            case_id=step.details.get("case_id"),
            movements=[StockMovementOut.of(each) for each in found.movements],
            replaced=[StockMovementOut.of(each) for each in found.replaced],
        )


class FeedOut(Out, Generic[T]):
    """A part of a feed, in the order in which it was written. What changes again comes again."""

    # As that of PageOut, which says why.
    model_config = ConfigDict(use_attribute_docstrings=False)

    data: list[T] = Field(description="The changes; perhaps none, although there are more.")
    has_more: bool = Field(description="Whether more can be read at once.")
    next_cursor: str | None = Field(
        default=None,
        description="The `cursor` with which to go on, now or later; absent only where nothing was ever written.",
    )

    @classmethod
    def of(cls, page: Page[Any], data: list[T]) -> Self:  # Any: the rows are in `data`
        """A page with its rows converted."""
        return cls(data=data, has_more=page.has_more, next_cursor=page.next_cursor)


OrderFeedOut = FeedOut[OrderChangeOut]
RefundFeedOut = FeedOut[RefundChangeOut]
StockReturnFeedOut = FeedOut[StockReturnOut]
