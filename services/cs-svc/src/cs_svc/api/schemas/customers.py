"""Bodies of customers."""

from typing import Self

from aftercare_chassis.http.schemas import Out
from aftercare_chassis.lifecycle import Actor

from cs_svc.api.schemas.complaints import ComplaintOut
from cs_svc.api.schemas.conversations import ConversationOut
from cs_svc.api.schemas.ratings import RatingOut
from cs_svc.queries import Customer


class KnownOrderOut(Out):
    """An order as far as customer service knows it."""

    id: str
    """Its id in order-svc."""
    merchant_id: str
    """Who sells."""
    state: str
    """The state in order-svc, as far as its events have arrived."""


class KnownCaseOut(Out):
    """An after-sale case as far as customer service knows it."""

    id: str
    """Its id in aftersale-svc."""
    order_id: str
    """The order that the case is about."""
    merchant_id: str
    """The merchant of the order."""
    state: str
    """The state in aftersale-svc, as far as its events have arrived."""


class CustomerOut(Out):
    """The latest orders, cases, conversations, complaints and ratings of a buyer: at most twenty of each, newest first."""

    id: str
    """The id of the buyer at the identity provider."""
    orders: list[KnownOrderOut]
    """The latest 20, newest first."""
    cases: list[KnownCaseOut]
    """The latest 20, newest first."""
    conversations: list[ConversationOut]
    """The latest 20, newest first."""
    complaints: list[ComplaintOut]
    """The latest 20, newest first."""
    ratings: list[RatingOut]
    """The latest 20, newest first."""

    @classmethod
    def of(cls, customer: Customer, actor: Actor) -> Self:
        """The customer with what this actor may do."""
        return cls(
            id=customer.id,
            orders=[KnownOrderOut.model_validate(order) for order in customer.orders],
            cases=[KnownCaseOut.model_validate(case) for case in customer.cases],
            conversations=[ConversationOut.of(each, actor) for each in customer.conversations],
            complaints=[ComplaintOut.of(each, actor) for each in customer.complaints],
            ratings=[RatingOut.of(each) for each in customer.ratings],
        )
