"""What the refund of a case is made of, as the events of the case carry it."""

from typing import Annotated

from pydantic import Field

from aftercare_events.event import EventPart
from aftercare_events.fields import Code, LineId, Minor, Quantity
from aftercare_events.vocabulary import Vocabulary, one_of


class PartKind(Vocabulary):
    """What a part of a refund is."""

    GOODS = "goods", "units of a line, without the tax that is stated for them"
    TAX = "tax", "the tax in what was paid for the units"
    SHIPPING = "shipping", "the freight to the buyer"
    RESTOCKING_FEE = "restocking_fee", "the merchant's fee for taking goods back"
    RETURN_FREIGHT = "return_freight", "the freight of sending goods back"
    POINTS = "points", "points that were used for the units"
    COUPON = "coupon", "a coupon that was used for the units"
    GIFT = "gift", "a gift that came with the units"
    PROMOTION = "promotion", "a lower price of the units"
    DISCOUNT_RECALCULATED = "discount_recalculated", "a discount of the order that the kept units no longer earn"
    RETURN_FREIGHT_REIMBURSED = (
        "return_freight_reimbursed",
        "the freight of sending goods back, which the buyer had paid",
    )
    COST_SHARE = "cost_share", "what somebody else than the merchant bears of a price adjustment"


class PartEffect(Vocabulary):
    """What a part does to the amount of its refund."""

    ADDED = "added", "it is part of the amount"
    DEDUCTED = "deducted", "the amount is smaller by it"
    BESIDE = "beside", "the amount does not contain it"


class PartParty(Vocabulary):
    """Who bears a part of a refund, or gets it."""

    BUYER = "buyer", "the buyer"
    MERCHANT = "merchant", "the merchant"
    PLATFORM = "platform", "the platform"
    CREATOR = "creator", "a creator who promotes the goods"
    COURIER = "courier", "the courier"


class RefundPart(EventPart):
    """One part of a refund. The amount of the refund is the sum of what is added less what is deducted."""

    kind: Annotated[Code, one_of(PartKind, "what it is")]
    effect: Annotated[Code, one_of(PartEffect, "what it does to the amount of the refund")]
    line_id: Annotated[LineId | None, Field(description="the line that it belongs to; absent for the whole case")] = (
        None
    )
    units: Annotated[Quantity, Field(description="units of the line that it is for; 0 for the whole case")]
    amount_minor: Minor
    payer: Annotated[Code, one_of(PartParty, "who bears it")]
    payee: Annotated[Code, one_of(PartParty, "who gets it")]
