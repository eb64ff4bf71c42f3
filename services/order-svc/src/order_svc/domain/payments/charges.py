"""What buyers pay to the merchant in cases, outside the payments of their orders. Money is in minor units of `currency`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ChargeState(StrEnum):
    """What has become of a charge that was paid."""

    PAID = "paid"
    TO_RETURN = "to_return"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What the buyer has paid in a case, for a repair or for goods that cost more: the merchant keeps it, owes it back since
    `owed_back_at`, or has given it back at `returned_at`."""

    case_id: str
    order_id: str
    amount_minor: int
    currency: str
    paid_at: datetime
    owed_back_at: datetime | None = None
    returned_at: datetime | None = None

    @property
    def state(self) -> ChargeState:
        """What has become of it."""
        if self.owed_back_at is None:
            return ChargeState.PAID
        return ChargeState.TO_RETURN if self.returned_at is None else ChargeState.RETURNED


def sum_of(charges: Iterable[Charge], *states: ChargeState) -> int:
    """What the charges in these states add up to."""
    return sum(each.amount_minor for each in charges if each.state in states)
