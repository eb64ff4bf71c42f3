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
    merchant_id: str
    state: str


class KnownCaseOut(Out):
    """An after-sale case as far as customer service knows it."""

    id: str
    order_id: str
    merchant_id: str
    state: str


class CustomerOut(Out):
    """The latest orders, cases, conversations, complaints and ratings of a buyer: at most twenty of each, newest first."""

    id: str
    orders: list[KnownOrderOut]
    cases: list[KnownCaseOut]
    conversations: list[ConversationOut]
    complaints: list[ComplaintOut]
    ratings: list[RatingOut]

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
