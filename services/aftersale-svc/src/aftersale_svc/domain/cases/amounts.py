"""Amounts of refunds, in minor units."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RefundAmount:
    """What a refund gives back: the share of the units and the freight, less a restocking fee and the return's freight."""

    units_minor: int
    freight_minor: int
    restocking_minor: int = 0
    return_freight_minor: int = 0

    @property
    def total_minor(self) -> int:
        """All together, never below 0."""
        return self.units_minor + self.freight_minor - self.restocking_minor - self.return_freight_minor
