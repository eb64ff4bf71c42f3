"""Exported orders: a JSON document per line, or a CSV line per line of an order."""

from collections.abc import Iterable
from enum import StrEnum

from aftercare_chassis.lifecycle import Actor

from order_svc.api.schemas import csv_files
from order_svc.api.schemas.orders import OrderOut
from order_svc.queries.orders import OrderView


class ExportFormat(StrEnum):
    """How orders are exported."""

    NDJSON = "ndjson"
    CSV = "csv"
    IMPORT = "import"
    LEFT_OUT = "left_out"


MEDIA_TYPES = {
    ExportFormat.NDJSON: "application/x-ndjson",
    ExportFormat.CSV: csv_files.MEDIA_TYPE,
    ExportFormat.IMPORT: "application/x-ndjson",
    ExportFormat.LEFT_OUT: "application/x-ndjson",
}
SUFFIXES = {
    ExportFormat.NDJSON: "ndjson",
    ExportFormat.CSV: "csv",
    ExportFormat.IMPORT: "jsonl",
    ExportFormat.LEFT_OUT: "ndjson",
}
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


def heading(format: ExportFormat) -> bytes:
    """What an export begins with."""
    if format is not ExportFormat.CSV:
        return b""
    return csv_files.MARK + csv_files.lines([[*_OF_ORDER, *(f"line_{name}" for name in _OF_LINE)]])


def exported(format: ExportFormat, views: Iterable[OrderView], actor: Actor) -> bytes:
    """These orders as a part of an export."""
    if format is ExportFormat.NDJSON:
        return b"".join(OrderOut.of(view, actor).model_dump_json().encode() + b"\n" for view in views)
    return csv_files.lines(
        [*(getattr(view.order, name) for name in _OF_ORDER), *(getattr(line, name) for name in _OF_LINE)]
        for view in views
        for line in view.lines
    )
