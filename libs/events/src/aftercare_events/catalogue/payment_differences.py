"""Where statements of payment providers and the books of order-svc differ, published by order-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import Code, Currency, Id, Minor
from aftercare_events.topics import Topic


class PaymentDifferenceEvent(Event):
    """What every event of a difference carries."""

    TOPIC: ClassVar[Topic] = topics.PAYMENTS
    KEY: ClassVar[str] = "difference_id"

    difference_id: Annotated[Id, Field(description="the difference")]
    provider: Annotated[Code, Field(description="the payment provider's name")]
    day: Annotated[
        str,
        Field(
            pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="the day of the statement, in the provider's time zone"
        ),
    ]
    cause: Annotated[Code, Field(description="how the statement differs, such as `other_amount` or `missing_there`")]
    kind: Annotated[Code, Field(description="what the entry is about: payment, refund, chargeback or reversal")]
    subject_id: Annotated[
        Id | None, Field(description="our payment or refund; absent where the entry has none of our ids")
    ] = None
    our_minor: Annotated[Minor, Field(description="what our books have")]
    their_minor: Annotated[Minor, Field(description="what the statement has")]
    currency: Currency


class PaymentDifferenceOpened(PaymentDifferenceEvent):
    """The statement of a provider and our books differ by a minor unit or more."""

    matter: Code = "payment_difference"


class PaymentDifferenceExplained(PaymentDifferenceEvent):
    """The reason of the difference is known, and something is still to be done."""

    matter: Code = "payment_difference"


class PaymentDifferenceResolved(PaymentDifferenceEvent):
    """The difference is closed: the books agree, or it is written off."""

    matter: Code = "payment_difference"
