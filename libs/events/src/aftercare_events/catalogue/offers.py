"""Offers about after-sale cases, published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent, CaseType
from aftercare_events.catalogue.merchants import SettingsUsed
from aftercare_events.fields import Code, Currency, DeadlineAt, Minor
from aftercare_events.vocabulary import Vocabulary, one_of

OfferNumber = Annotated[int, Field(strict=True, ge=1, description="the number of the offer, from 1 for each case")]


class OfferSide(Vocabulary):
    """Who makes an offer."""

    BUYER = "buyer", "the buyer, in answer to another offer"
    SELLER = "seller", "the merchant"
    AGENT = "agent", "an agent of the platform"


class OfferMade(CaseEvent):
    """One side offers the other to let the case go on as another type, or with another refund."""

    matter: Code = "after_sale_offer"
    number: OfferNumber
    by: Annotated[Code, one_of(OfferSide, "who makes it")]
    offered_type: Annotated[Code, one_of(CaseType, "as what the case would go on")]
    amount_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None


class OfferAccepted(CaseEvent):
    """The case goes on as it was offered, without another review; its type is the one that was offered."""

    matter: Code = "after_sale_offer"
    number: OfferNumber
    previous_type: Annotated[Code, one_of(CaseType, "what was asked for before")]
    amount_minor: Minor
    currency: Currency
    deadline_at: DeadlineAt = None
    return_address_missing: Annotated[
        bool | None, Field(description="whether the goods are to be sent back and it is not known yet where to")
    ] = None
    settings: SettingsUsed = None


class OfferDeclined(CaseEvent):
    """The offer was refused, perhaps by another offer; the request is reviewed again."""

    matter: Code = "after_sale_offer"
    number: OfferNumber
    deadline_at: DeadlineAt = None


class OfferLapsed(CaseEvent):
    """Nobody answered the offer in time, or the case went on without an answer."""

    matter: Code = "after_sale_offer"
    number: OfferNumber
    deadline_at: DeadlineAt = None


class OfferWithdrawn(CaseEvent):
    """Those who made the offer took it back before it was answered; they review the request again."""

    matter: Code = "after_sale_offer"
    number: OfferNumber
    deadline_at: DeadlineAt = None
