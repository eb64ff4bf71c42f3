"""What an order shows of its refunds that have failed, and of what its couriers are asked."""

from collections.abc import Iterable
from typing import Annotated, Self

from aftercare_chassis.http.schemas import Money, Out
from aftercare_chassis.http.turns import TurnOf

from order_svc.domain.intercepts.model import Intercept, InterceptPurpose, InterceptState
from order_svc.domain.lifecycle import ORDER

OrderTurn = Annotated[str, TurnOf("OrderTurn", ORDER)]


class RefundOwedOut(Out):
    """What the buyer is still owed, because refunds that no case has decided have failed."""

    amount: Money
    """What is owed: it is refunded again, or given back outside the provider and recorded."""
    whose_turn: OrderTurn
    """Who has to give it back: the merchant, whom an operator may help."""


class OrderInterceptOut(Out):
    """What a courier is asked to do with a parcel of the order; all of it at `GET /v1/intercepts/{id}`."""

    id: str
    """Identifies the intercept: `icpt_…`."""
    parcel_id: str
    """The parcel."""
    waybill_no: str
    """The courier's number of the parcel."""
    purpose: InterceptPurpose
    """Whether the parcel is to go back to its sender, or to another address."""
    state: InterceptState
    """How far it is: `requested` and `submitted` wait for the courier's answer."""

    @classmethod
    def of_any(cls, intercepts: Iterable[Intercept]) -> list[Self] | None:
        """The intercepts of an order; None where there is none."""
        return [cls.of_row(each) for each in intercepts] or None
