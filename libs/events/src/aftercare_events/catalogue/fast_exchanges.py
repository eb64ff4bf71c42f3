"""Replacements that are sent before the goods are back, published by aftersale-svc: the hold on the money, and what becomes of it."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.catalogue.parcels import ShippedLine
from aftercare_events.fields import Code, Currency, DeadlineAt, Minor

AddressMissing = Annotated[
    bool, Field(description="whether the merchant has still to say where the goods are to be sent")
]


class HoldAgreed(CaseEvent):
    """The buyer agreed that what was paid for the units is held until they are back; nothing is blocked at the provider."""

    matter: Code = "hold"
    amount_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None


class HoldReleased(CaseEvent):
    """Nothing is held for the replacement any more."""

    matter: Code = "hold"
    amount_minor: Minor
    currency: Currency


class HoldClaimed(CaseEvent):
    """The buyer has the replacement and these units as well, or they were refused: their money cannot go back any more."""

    matter: Code = "hold"
    claimed_minor: Minor
    currency: Currency
    lines: tuple[ShippedLine, ...]


class ReplacementReceived(CaseEvent):
    """The buyer has the replacement, and sends the goods back."""

    matter: Code = "replacement_receipt"
    return_address_missing: AddressMissing = False
    deadline_at: DeadlineAt = None


class ReplacementWithdrawn(CaseEvent):
    """No replacement is sent after all: the buyer sends the goods back, and the money goes back for them."""

    matter: Code = "replacement_withdrawal"
    return_address_missing: AddressMissing = False
    deadline_at: DeadlineAt = None
