"""The prices that a price adjustment is about. Money is in minor units of the currency of the case."""

from dataclasses import dataclass
from typing import Any

from aftersale_svc.domain.cases.codes import RejectReason


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceCheck:
    """What the applicant of a price adjustment names for each unit of a line, and what was granted for all of them.

    `verified` is what was found out of these prices: `reference_minor`, `checked_minor`, and perhaps `checked_at` and `link`. `bearers` are
    those who bear what was granted, each with `bearer` and `amount_minor`, which add up to it; None: the merchant. `reduction_reason` is why less
    was granted in the case than was asked for.
    """

    case_id: str
    line_id: str
    reference_minor: int
    checked_minor: int
    granted_minor: int | None = None
    verified: dict[str, Any] | None = None  # Any: JSON
    bearers: list[dict[str, Any]] | None = None  # Any: JSON
    reduction_reason: RejectReason | None = None
