"""Exported orders: a JSON document per line, or a CSV line per line of an order."""

import csv
from collections.abc import Iterable
from enum import StrEnum
from io import StringIO

from aftercare_chassis.lifecycle import Actor

from order_svc.api.schemas.orders import OrderOut
from order_svc.queries import OrderView


class ExportFormat(StrEnum):
    """How orders are exported."""

    NDJSON = "ndjson"
    CSV = "csv"


MEDIA_TYPES = {ExportFormat.NDJSON: "application/x-ndjson", ExportFormat.CSV: "text/csv; charset=utf-8"}
_OF_ORDER = (
    "id",
    "order_no",
    "merchant_id",
    "buyer_id",
    "state",
    "after_sale_state",
    "currency",
    "total_minor",
    "shipping_fee_minor",
    "created_at",
    "paid_at",
    "shipped_at",
    "delivered_at",
    "received_at",
    "completed_at",
    "cancelled_at",
)
_OF_LINE = (
    "sku",
    "title",
    "category",
    "quantity",
    "unit_price_minor",
    "discount_minor",
    "paid_minor",
    "shipped_quantity",
    "withdrawn_quantity",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What programs take for the beginning of a formula (OWASP, "CSV Injection")."""


def heading(format: ExportFormat) -> bytes:
    """What an export begins with. The byte-order mark makes spreadsheet programs read UTF-8."""
    if format is ExportFormat.NDJSON:
        return b""
    return b"\xef\xbb\xbf" + _lines([[*_OF_ORDER, *(f"line_{name}" for name in _OF_LINE)]])


def exported(format: ExportFormat, views: Iterable[OrderView], actor: Actor) -> bytes:
    """These orders as a part of an export."""
    if format is ExportFormat.NDJSON:
        return b"".join(OrderOut.of(view, actor).model_dump_json().encode() + b"\n" for view in views)
    return _lines(
        [
            [
                *(cell(getattr(view.order, name)) for name in _OF_ORDER),
                *(cell(getattr(line, name)) for name in _OF_LINE),
            ]
            for view in views
            for line in view.lines
        ]
    )


def cell(value: object) -> str:
    """A value as a cell; a text that a program would take for a formula begins with an apostrophe."""
    if value is None:
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode()
