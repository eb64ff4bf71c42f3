"""Lines whose discount needs the whole order: 20.00 off from 300.00."""

from aftercare_events import LineDiscount
from aftersale_shop import CUP, KETTLE

# 317.00 before 20.00 off from 300.00; the kettles alone come to 287.00 + 18.00.
KETTLES = KETTLE.model_copy(
    update={
        "discounts": (LineDiscount(kind="promotion", funder="platform", amount_minor=1800, threshold_minor=30000),),
        "discount_minor": 1800,
        "unit_price_minor": 9900,
        "paid_minor": 27900,
    }
)
CUPS = CUP.model_copy(
    update={
        "discounts": (LineDiscount(kind="promotion", funder="platform", amount_minor=200, threshold_minor=30000),),
        "discount_minor": 200,
        "paid_minor": 2800,
    }
)
