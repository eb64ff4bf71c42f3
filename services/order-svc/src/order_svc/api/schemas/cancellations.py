"""Cancellations in requests."""

from typing import Annotated

from aftercare_chassis.http.schemas import Code, Id, In, example
from pydantic import Field

from order_svc.api.schemas.order_lines import Units
from order_svc.domain.fulfilment import Pick


class CancelledLineIn(In):
    """Units of one order line that are cancelled."""

    line_id: Id
    """A line of the order."""
    quantity: Units
    """How many of its units that have not left."""


class CancelIn(In):
    """What is cancelled, and why."""

    model_config = example(
        lines=[{"line_id": "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37", "quantity": 1}], reason="out_of_stock"
    )

    lines: Annotated[list[CancelledLineIn], Field(min_length=1, max_length=100)] | None = None
    """The units; each line at most once. Where it is left out, the whole order is cancelled."""
    reason: Code | None = None
    """Why, in a code of the caller such as `out_of_stock`; may be left out."""

    def picks(self) -> list[Pick]:
        """The units as the command takes them."""
        return [Pick(line.line_id, line.quantity) for line in self.lines or ()]
