"""Amounts of refunds, in minor units."""

from dataclasses import dataclass

from aftercare_chassis.records import replace


@dataclass(frozen=True, slots=True)
class Unearned:
    """What a refund is smaller by because kept units no longer earn discounts of their order that this party funds; below 0, what it gives
    back of that, since they have gone back too.
    """

    funder: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RefundAmount:
    """What a refund gives back: the share of the units and the freight, less a restocking fee, the return's freight and discounts that are
    no longer earned.
    """

    units_minor: int
    freight_minor: int
    restocking_minor: int = 0
    return_freight_minor: int = 0
    unearned: tuple[Unearned, ...] = ()

    @property
    def total_minor(self) -> int:
        """All together, never below 0."""
        return self.units_minor + self.freight_minor - self.deducted_minor

    @property
    def deducted_minor(self) -> int:
        """What is deducted of the share of the units and the freight; below 0 where more of an earlier deduction is given back."""
        return self.restocking_minor + self.return_freight_minor + sum(each.amount_minor for each in self.unearned)

    def upto(self, total_minor: int) -> "RefundAmount":
        """The first of it that comes to this, where nothing is deducted: of the units, then of the freight, then what is given back of discounts."""
        units = min(total_minor, self.units_minor)
        freight = min(total_minor - units, self.freight_minor)
        rest, unearned = total_minor - units - freight, list[Unearned]()
        for each in self.unearned:
            unearned.append(replace(each, amount_minor=max(each.amount_minor, -rest)))
            rest += unearned[-1].amount_minor
        return RefundAmount(units, freight, unearned=tuple(each for each in unearned if each.amount_minor))
