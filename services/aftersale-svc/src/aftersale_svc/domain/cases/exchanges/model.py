"""What an exchange keeps. Money is in minor units of the case's currency; times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementLine:
    """What the buyer wants for the units of one line, and the price of one unit that the merchant has named for it.

    Without `sku` it is the same article; without a price it costs what was paid.
    """

    case_id: str
    line_id: str
    sku: str | None = None
    variant: str | None = None
    unit_price_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedGoods:
    """The parcel in which the merchant sends back to the buyer what the inspection refused."""

    case_id: str
    carrier: str
    waybill_no: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of the replacement for a line costs, as a merchant names it."""

    line_id: str
    unit_price_minor: int
    currency: str
