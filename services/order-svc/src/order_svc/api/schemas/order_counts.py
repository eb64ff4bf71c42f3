"""How many orders there are by their states, as a response."""

from collections.abc import Mapping
from typing import Self

from aftercare_chassis.http.schemas import Out

from order_svc.domain.model import AfterSaleState, OrderState
from order_svc.queries.order_lists import MOST_COUNTED


class StateCountOut(Out):
    """The orders in one state."""

    state: OrderState
    """The state, which `GET /v1/orders` filters by."""
    count: int
    """How many, counted up to 1000."""
    more: bool
    """Whether there are more than `count`."""


class AfterSaleCountOut(Out):
    """The orders in one after-sale state."""

    after_sale_state: AfterSaleState
    """The after-sale state, which `GET /v1/orders` filters by."""
    count: int
    """How many, counted up to 1000."""
    more: bool
    """Whether there are more than `count`."""


class OrderCountsOut(Out):
    """How many orders the caller may see."""

    states: list[StateCountOut]
    """An entry for every state."""
    after_sale_states: list[AfterSaleCountOut]
    """An entry for every after-sale state but `none`."""

    @classmethod
    def of(cls, counts: Mapping[tuple[str, str], int]) -> Self:
        """The counts by field and value as a response."""

        def number(field: str, value: str) -> dict[str, int | bool]:
            found = counts[field, value]
            return {"count": min(found, MOST_COUNTED), "more": found > MOST_COUNTED}

        return cls(
            states=[StateCountOut.model_validate({"state": each, **number("state", each)}) for each in OrderState],
            after_sale_states=[
                AfterSaleCountOut.model_validate({"after_sale_state": each, **number("after_sale_state", each)})
                for each in AfterSaleState
                if each is not AfterSaleState.NONE
            ],
        )
