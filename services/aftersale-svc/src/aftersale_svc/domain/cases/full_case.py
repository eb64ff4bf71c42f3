"""A case with the rows of its legs."""

from dataclasses import dataclass

from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.cases.model import Case, CaseLine, Refund, Return


@dataclass(frozen=True, slots=True, kw_only=True)
class FullCase:
    """A case, its lines, its return (empty where nothing was sent back) and the refund decided last."""

    case: Case
    lines: tuple[CaseLine, ...]
    leg: Return
    refund: Refund | None = None

    @property
    def is_refunded(self) -> bool:
        """Whether its refund was paid; the amount may be zero, as for a gift."""
        return self.refund is not None and self.refund.state is RefundState.SUCCEEDED

    @property
    def refunded_minor(self) -> int:
        """What has been paid back, in minor units."""
        return self.refund.amount.total_minor if self.refund is not None and self.is_refunded else 0
