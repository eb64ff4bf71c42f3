"""The prices that a price adjustment is about. Money is in minor units of the currency of the case."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceCheck:
    """What the applicant of a price adjustment names for each unit of a line, and what was granted for all of them."""

    case_id: str
    line_id: str
    reference_minor: int
    checked_minor: int
    granted_minor: int | None = None
