"""What after-sale cases make of an order, published by order-svc."""

from typing import Annotated

from aftercare_events.catalogue.orders import OrderEvent
from aftercare_events.event import EventPart
from aftercare_events.fields import Code, LineId
from aftercare_events.vocabulary import Vocabulary, one_of


class AfterSaleState(Vocabulary):
    """The state of an order, or of one of its lines, that its after-sale cases determine."""

    NONE = "none", "no case, or only cases that were closed or cancelled"
    IN_AFTER_SALE = "in_after_sale", "a case is open"
    AFTER_SALE_DONE = "after_sale_done", "a case was completed or a verdict executed, and no case is open"
    IN_DISPUTE = "in_dispute", "a dispute is open"


class LineAfterSale(EventPart):
    """The after-sale state of one line."""

    line_id: LineId
    after_sale_state: Annotated[Code, one_of(AfterSaleState, "the line's after-sale state")]


class OrderAfterSaleChanged(OrderEvent):
    """The after-sale state of the order, or of one of its lines, changed."""

    matter: Code = "order_after_sale_state"
    after_sale_state: Annotated[Code, one_of(AfterSaleState, "the order's after-sale state")]
    lines: tuple[LineAfterSale, ...]
