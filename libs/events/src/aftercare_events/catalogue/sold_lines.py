"""The lines of an order as they were sold: what its events state of them."""

from typing import Annotated

from pydantic import Field

from aftercare_events.event import EventPart
from aftercare_events.fields import Code, Id, LineId, Minor, Quantity, Time
from aftercare_events.vocabulary import Vocabulary, one_of


class DiscountKind(Vocabulary):
    """What a part of a line's discount was."""

    POINTS = "points", "points of the buyer"
    COUPON = "coupon", "a coupon of the buyer"
    GIFT = "gift", "a gift that came with a purchase"
    PROMOTION = "promotion", "a lower price for everybody"


class DiscountFunder(Vocabulary):
    """Who paid for a part of a line's discount."""

    MERCHANT = "merchant", "the merchant"
    PLATFORM = "platform", "the platform"
    CREATOR = "creator", "a creator who promotes the goods"


class LineFulfilment(Vocabulary):
    """How the units of a line come to the buyer, and what the time to ship them counts from."""

    STOCK = "stock", "from stock, in a parcel"
    PRE_SALE = "pre_sale", "sold before it can be shipped: by a time that was promised"
    MADE_TO_ORDER = "made_to_order", "produced after the payment"
    VIRTUAL = "virtual", "delivered without a parcel, such as a code or a download"


class LineDiscount(EventPart):
    """A part of the discount of a line, for all its units, or of that of the shipping fee."""

    kind: Annotated[Code, one_of(DiscountKind, "what it was")]
    funder: Annotated[Code, one_of(DiscountFunder, "who paid for it")]
    amount_minor: Minor
    threshold_minor: Annotated[
        Minor | None,
        Field(description="what the order had to come to for it, where this is the share of a discount of the order"),
    ] = None


class OrderLine(EventPart):
    """A line as it was sold; `paid_minor` is what was paid for all its units after the discount."""

    line_id: LineId
    sku: Id
    quantity: Quantity
    unit_price_minor: Minor
    discount_minor: Minor
    paid_minor: Minor
    category: Annotated[Code | None, Field(description="the category of the goods, in the merchant's own code")] = None
    tax_minor: Annotated[
        Minor | None, Field(description="the tax in `paid_minor`; absent where the merchant did not state it")
    ] = None
    discounts: Annotated[
        tuple[LineDiscount, ...] | None,
        Field(description="what `discount_minor` is made of; absent where the merchant did not state it"),
    ] = None
    warranty_days: Annotated[
        int | None,
        Field(
            strict=True, ge=0, description="of the warranty on the goods; absent where the merchant did not state it"
        ),
    ] = None
    fulfilment: Annotated[
        Code | None,
        one_of(LineFulfilment, "how the units come to the buyer; absent where it was not stated (from stock)"),
    ] = None
    ships_by: Annotated[Time | None, Field(description="the time that was promised for pre-sale goods")] = None
    production_days: Annotated[
        int | None, Field(strict=True, ge=1, description="of goods that are made to order, from the payment on")
    ] = None
    gift_of: Annotated[LineId | None, Field(description="of a gift: the line that it came with")] = None
    refunded_quantity: Annotated[
        int | None,
        Field(strict=True, ge=0, description="units that had left and been refunded before the order was imported"),
    ] = None
    refunded_minor: Annotated[
        Minor | None,
        Field(
            description="what had been refunded of `paid_minor` by then, for these units or for none; absent for nothing"
        ),
    ] = None
