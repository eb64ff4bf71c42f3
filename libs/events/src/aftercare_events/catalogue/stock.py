"""Units of articles that orders release, ship and take back, published by order-svc for warehouses and ERP systems.

OrderCreated reserves the units of its lines: until its `deadline_at` if the order is not paid. Per line: reserved = released + committed - reversed + what is still reserved. What comes back, and what is sent in exchange, is stated beside it.
"""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.orders import OrderEvent
from aftercare_events.event import EventPart
from aftercare_events.fields import CaseId, Code, Id, LineId, ParcelId, Quantity
from aftercare_events.vocabulary import Vocabulary, one_of


class StockReleaseCause(Vocabulary):
    """Why units are no longer reserved."""

    CANCELLED = "cancelled", "the order was cancelled, or not paid in time"
    WITHDRAWN = "withdrawn", "they were refunded before they were shipped"


class StockLine(EventPart):
    """Units of one line."""

    line_id: LineId
    sku: Annotated[Id, Field(description="the merchant's article number")]
    quantity: Quantity


class ReturnedStockLine(StockLine):
    """Units of one line that came back."""

    grade: Annotated[Code | None, Field(description="how the merchant has graded them; absent where it did not")] = None


class StockReservationReleased(OrderEvent):
    """Reserved units will not be shipped."""

    matter: Code = "stock_release"
    lines: tuple[StockLine, ...]
    cause: Annotated[Code, one_of(StockReleaseCause, "why")]


class StockCommitted(OrderEvent):
    """Reserved units have left: in a parcel, or delivered without one."""

    matter: Code = "stock_commitment"
    lines: tuple[StockLine, ...]
    parcel_id: Annotated[ParcelId | None, Field(description="the parcel; absent for virtual goods")] = None


class StockCommitmentReversed(OrderEvent):
    """Units that counted as having left are reserved again: their parcel was voided before a courier had it."""

    matter: Code = "stock_commitment"
    lines: tuple[StockLine, ...]
    parcel_id: ParcelId


class StockReplaced(OrderEvent):
    """Units have left that the merchant sends in exchange for others, for a case."""

    matter: Code = "stock_replacement"
    case_id: CaseId
    lines: tuple[StockLine, ...]
    parcel_id: ParcelId


class StockReturned(OrderEvent):
    """Units came back to the merchant and were accepted by the inspection of a case."""

    matter: Code = "stock_return"
    case_id: CaseId
    lines: tuple[ReturnedStockLine, ...]
