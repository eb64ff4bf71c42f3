"""Imports of a shop's existing orders, and the orders as their files state them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from order_svc.domain.imports.refunds import PastRefund
from order_svc.domain.model import Address, Amount, CancelCause, DiscountDraft, LineDraft, OrderState


class ImportState(StrEnum):
    """Whether more rows of the file may come."""

    OPEN = "open"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderImport:
    """The import of one file of a merchant. `next_row` is the line of the file with which it goes on.

    Counts are of orders: `imported` are new, `known` were here before by their numbers, `refused` are not here.
    """

    id: str
    merchant_id: str
    file_hash: str
    state: ImportState
    next_row: int
    imported: int
    known: int
    refused: int
    started_by: str
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRefusal:
    """Why the order in a row of the file is not imported: `place` counts the reasons of a row, `field` is a JSON pointer."""

    import_id: str
    row: int
    place: int
    order_no: str | None
    field: str
    code: str
    zh: str
    en: str
    allowed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastParcel:
    """A parcel that was shipped. `content` has the place of each line in the order, from 0, and its units; None: all that go in parcels."""

    carrier: str
    waybill_no: str
    shipped_at: datetime
    content: Sequence[tuple[int, int]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOrder:
    """An order in its present state, with the times at which it came there. `virtual_delivered_at`: when all its virtual units were there."""

    order_no: str
    buyer_id: str
    currency: str
    drafts: Sequence[LineDraft]
    fee: Amount | None
    address: Address | None
    state: OrderState
    created_at: datetime
    parcels: Sequence[PastParcel] = ()
    buyer_level: str | None = None
    shipping_tax: Amount | None = None
    shipping_discounts: Sequence[DiscountDraft] | None = None
    paid_at: datetime | None = None
    payment_reference: str | None = None
    virtual_delivered_at: datetime | None = None
    delivered_at: datetime | None = None
    received_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_cause: CancelCause | None = None
    refund: PastRefund | None = None

    def refunded_units(self, place: int) -> int:
        """How many units of the line at this place, from 0, were refunded."""
        return 0 if self.refund is None else self.refund.units_of(place)
