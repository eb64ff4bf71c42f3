"""What a dispute has cost and who bears it (维权成本). Money is in minor units of `currency`; times are aware, UTC.

Costs are a record for the settlement between merchants and the platform: no money of the buyer moves by them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CostKind(StrEnum):
    """What a cost was for."""

    RETURN_FREIGHT = "return_freight"
    RESHIPMENT = "reshipment"
    TESTING = "testing"
    HANDLING = "handling"
    OTHER = "other"


class CostBearer(StrEnum):
    """Who bears a cost."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    PLATFORM = "platform"
    COURIER = "courier"


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost as a verdict names it."""

    kind: CostKind
    bearer: CostBearer
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeCost:
    """A cost of a dispute, as its verdict has distributed it.

    `reverses` is the cost that it takes back, because the verdict was replaced; neither counts then.
    """

    id: str
    dispute_id: str
    case_id: str
    merchant_id: str
    kind: CostKind
    bearer: CostBearer
    amount_minor: int
    currency: str
    decided_at: datetime
    reverses: str | None = None


@dataclass(frozen=True, slots=True)
class CostTotal:
    """What one side bears of the disputes about one merchant, in one currency; `disputes` counts these."""

    merchant_id: str
    bearer: CostBearer
    currency: str
    amount_minor: int
    disputes: int
