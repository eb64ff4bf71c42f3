"""The codes of holds, and of what a refund is made of."""

from enum import StrEnum


class HoldState(StrEnum):
    """The states of a hold: for an open case, settled because they were refunded, or free again."""

    HELD = "held"
    SETTLED = "settled"
    RELEASED = "released"


class HoldAction(StrEnum):
    """What a case does with its holds: at its end, and where it is reopened."""

    SETTLE = "settle"
    RELEASE = "release"
    HOLD_AGAIN = "hold_again"


class PartKind(StrEnum):
    """What a part of a refund is."""

    GOODS = "goods"
    TAX = "tax"
    SHIPPING = "shipping"
    RESTOCKING_FEE = "restocking_fee"
    RETURN_FREIGHT = "return_freight"
    POINTS = "points"
    COUPON = "coupon"
    GIFT = "gift"
    PROMOTION = "promotion"
    DISCOUNT_RECALCULATED = "discount_recalculated"
    RETURN_FREIGHT_REIMBURSED = "return_freight_reimbursed"
    COST_SHARE = "cost_share"


class PartEffect(StrEnum):
    """What a part does to the amount of its refund."""

    ADDED = "added"
    DEDUCTED = "deducted"
    BESIDE = "beside"


class PartParty(StrEnum):
    """Who bears a part of a refund, or gets it."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    PLATFORM = "platform"
    CREATOR = "creator"
    COURIER = "courier"


class OnReturn(StrEnum):
    """What becomes of a discount of an order that needs more than what is kept of the order comes to."""

    KEEP = "keep"
    RECALCULATE = "recalculate"
