"""What is granted for the lines of a price adjustment. Money is in minor units of `currency`."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class AdjustmentBearer(StrEnum):
    """Who bears what is granted."""

    MERCHANT = "merchant"
    PLATFORM = "platform"
    CREATOR = "creator"


@dataclass(frozen=True, slots=True)
class Granted:
    """What is granted for all units of one line.

    `verified` is what was found out of the prices of a unit: `reference_minor`, `checked_minor`, `currency`, `checked_at`, an instant as
    ISO 8601, and `link`, the last two perhaps None. `bearers` have `bearer`, `amount_minor` and `currency`; none: the merchant bears it.
    """

    line_id: str
    amount_minor: int
    currency: str
    verified: dict[str, Any] | None = None  # JSON, as of a decision that waits for a second person
    bearers: list[dict[str, Any]] = field(default_factory=list)  # JSON
