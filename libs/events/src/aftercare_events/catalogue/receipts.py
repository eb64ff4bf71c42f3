"""The buyer's time to confirm the receipt of an order, published by order-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.orders import OrderEvent, ReceiptDueAt
from aftercare_events.fields import Code, Time
from aftercare_events.vocabulary import Vocabulary, one_of


class ReceiptExtendedBy(Vocabulary):
    """Who gave the buyer more time to confirm the receipt."""

    BUYER = "buyer", "the buyer"
    SELLER = "seller", "the merchant"
    AGENT = "agent", "an agent of the platform"


class ReceiptPeriodStarted(OrderEvent):
    """The buyer has collected what stations or lockers had taken: the time to confirm runs from the last collection."""

    matter: Code = "receipt_period"
    receipt_from_at: Annotated[Time, Field(description="when the buyer had everything in person")]
    receipt_due_at: ReceiptDueAt = None


class ReceiptExtended(OrderEvent):
    """The buyer has more time to confirm the receipt."""

    matter: Code = "receipt_extension"
    days: Annotated[int, Field(strict=True, ge=1, description="how many days more")]
    extended_by: Annotated[Code, one_of(ReceiptExtendedBy, "who extended it")]
    receipt_due_at: ReceiptDueAt = None


class ReceiptReminder(OrderEvent):
    """The receipt counts as confirmed soon, unless the buyer confirms it, asks for more time or opens a case before."""

    matter: Code = "receipt_period"
    receipt_due_at: Annotated[Time, Field(description="when the receipt counts as confirmed")]
