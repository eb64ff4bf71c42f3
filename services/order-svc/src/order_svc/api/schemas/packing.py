"""Packages of an order in requests and responses."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from aftercare_chassis.http.schemas import Id, In, Out, example
from pydantic import Field

from order_svc.api.schemas.order_lines import Units
from order_svc.domain.fulfilment import Pick
from order_svc.domain.packing import Package


class PackageLineIn(In):
    """Units of one order line in the package."""

    line_id: Id
    """A line of the order."""
    quantity: Units
    """How many of its units are in the package."""


class PackageIn(In):
    """One package."""

    lines: Annotated[list[PackageLineIn], Field(min_length=1, max_length=100)]
    """The content; each line of the order at most once."""
    weight_grams: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """What the package weighs, in grams; may be left out."""

    def package(self) -> Package:
        """The package as the command takes it."""
        return Package(tuple(Pick(line.line_id, line.quantity) for line in self.lines), self.weight_grams)


class PackIn(In):
    """What is packed."""

    model_config = example(
        packages=[
            {"lines": [{"line_id": "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37", "quantity": 3}], "weight_grams": 2400}
        ]
    )

    packages: Annotated[list[PackageIn], Field(min_length=1, max_length=100)] | None = None
    """The packages; where they are left out, one with all that may be shipped now. A line may be in several."""

    def content(self) -> list[Package] | None:
        """The packages as the command takes them."""
        return None if self.packages is None else [each.package() for each in self.packages]


class PackageLineOut(Out):
    """Units of one order line in the package."""

    line_id: str
    """A line of the order."""
    quantity: int
    """How many of its units are in the package."""


class PackageOut(Out):
    """One package that waits for its courier."""

    lines: list[PackageLineOut]
    """The content."""
    weight_grams: int | None = None
    """What it weighs, in grams; null where the merchant did not state it."""

    @classmethod
    def of_any(cls, packages: Sequence[Mapping[str, Any]] | None) -> list[Self] | None:  # Any: a JSON document
        """The packages of an order; None where it is not packed."""
        return None if packages is None else [cls.model_validate(each) for each in packages]
