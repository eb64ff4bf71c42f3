"""Deliveries of virtual goods in requests."""

from typing import Annotated

from aftercare_chassis.http.schemas import In, example
from pydantic import Field

from order_svc.api.schemas.parcels import ParcelLineIn
from order_svc.domain.fulfilment import Pick


class DeliverVirtualIn(In):
    """The virtual units that were delivered."""

    model_config = example(lines=[{"line_id": "line_018f2b7e", "quantity": 1}])

    lines: Annotated[list[ParcelLineIn], Field(min_length=1, max_length=100)]
    """One entry per line of the order; each line at most once."""

    def picks(self) -> list[Pick]:
        """The units as the command takes them."""
        return [Pick(line.line_id, line.quantity) for line in self.lines]
