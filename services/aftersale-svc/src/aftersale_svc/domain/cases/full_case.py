"""A case with the rows of its legs, and the facts that its guards judge."""

from dataclasses import dataclass

from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.cases.model import Case, CaseLine, Refund, Return
from aftersale_svc.domain.orders.model import Order, OrderState


@dataclass(frozen=True, slots=True, kw_only=True)
class FullCase:
    """A case, its lines, its return (empty where nothing was sent back) and the refund decided last."""

    case: Case
    lines: tuple[CaseLine, ...]
    return_: Return
    refund: Refund | None = None

    @property
    def is_refunded(self) -> bool:
        """Whether its refund was paid; the amount may be zero, as for a gift."""
        return self.refund is not None and self.refund.state is RefundState.SUCCEEDED

    @property
    def refunded_minor(self) -> int:
        """What has been paid back, in minor units."""
        return self.refund.amount.total_minor if self.refund is not None and self.is_refunded else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What the guards judge besides the row of the case.

    `order` is None where the command has not read it. For a closed case: whether the time to dispute it is not over
    (`in_dispute_window`), and whether no other case has its units (`units_free`).
    """

    full: FullCase
    order: Order | None = None
    in_dispute_window: bool = False
    units_free: bool = False

    @property
    def order_cancelled(self) -> bool:
        """Whether the order is known to be cancelled."""
        return self.order is not None and self.order.state is OrderState.CANCELLED
