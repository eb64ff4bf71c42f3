"""Orders as CSV: a line per article, with the lines of an order one after the other."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aftercare_cli.order_lines import LONGEST_LINE, FileUnreadable, Lines
from aftercare_cli.order_rows import FileRow

# Any: an order is a JSON document, which the service validates.

_ORDER = ("order_no", "buyer_id", "currency", "state", "created_at", "paid_at", "payment_reference", "delivered_at")
_MORE = ("received_at", "completed_at", "cancelled_at", "cancel_cause", "virtual_delivered_at", "buyer_level")
_REFUND = ("refunded_at", "refund_reference")
_FEES = {"shipping_fee_minor": "shipping_fee", "shipping_refunded_minor": "shipping_refunded"}
_ADDRESS = ("name", "phone", "country", "province", "city", "district", "street", "postal_code")
_PARCEL = ("carrier", "waybill_no", "shipped_at")
_LINE = ("sku", "title", "category", "quantity", "unit_price_minor", "discount_minor", "tax_minor", "fulfilment")
_REFUNDED = ("refunded_quantity", "refunded_minor")
COLUMNS = (*_ORDER, *_MORE, *_REFUND, *_FEES, *_ADDRESS, *_PARCEL, *_LINE, *_REFUNDED)
NEEDED = ("order_no", "sku", "quantity", "unit_price_minor")
MOST_LINES = 100
"""Of one order, as the service takes it."""
_NAMED = 5
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheet programs take for the beginning of a formula."""
_QUOTES = "its quotes do not match"
_MALFORMED = {
    "unexpected end of data": f"{_QUOTES}: one of them does not end",
    "record larger": f"{_QUOTES}, or what they have is longer than {LONGEST_LINE} characters",
    "field larger": f"{_QUOTES}, or a cell has more than {csv.field_size_limit()} characters",
    "new-line character": "a carriage return alone ends no line",
}
"""What the reader's messages mean, by their beginnings."""


@dataclass(frozen=True, slots=True)
class _Record:
    """What the reader took for one line of cells: it begins in line `number`. `order_no` is None where it cannot be known."""

    number: int
    order_no: str | None
    cells: dict[str, str]
    wrong: str | None


@dataclass(slots=True)
class _Group:
    """The lines of one order. It is imported as a whole: what is wrong with one of them is wrong with the order."""

    number: int
    order_no: str
    wrong: str | None
    parts: list[dict[str, str]] = field(default_factory=list)

    def add(self, record: _Record) -> None:
        if len(self.parts) == MOST_LINES:
            self.wrong = self.wrong or f"the order has more than {MOST_LINES} lines"
        elif record.wrong is None:
            self.parts.append(record.cells)
        self.wrong = self.wrong or record.wrong

    def row(self, after: int) -> FileRow:
        """The order, which ends before line `after`."""
        known = {"order_no": self.order_no} if self.order_no else {}
        if self.wrong is not None:
            return FileRow(self.number, after, known, self.wrong)
        try:
            return FileRow(self.number, after, _document(_of_order(self.parts), self.parts))
        except ValueError as error:
            return FileRow(self.number, after, known, str(error))


def rows(name: str, lines: Lines) -> Iterator[FileRow]:
    """The orders of the file of this name.

    A line that cannot be read refuses its order; where its number cannot be known, the orders on both sides, of which it may be a part.

    Raises:
        FileUnreadable: the first line does not have the columns.
    """
    group: _Group | None = None
    doubt: str | None = None
    for record in _records(name, lines):
        if group is None or record.order_no not in ("", None, group.order_no):
            if group is not None:
                yield group.row(record.number)
            group = _Group(record.number, record.order_no or "", doubt)
        group.add(record)
        doubt = f"{record.wrong} (it may be a part of this order)" if record.order_no is None else None
    if group is not None:
        yield group.row(lines.number + 1)


class _Bounded(Iterator[str]):
    """The lines, of which as many are taken for one record as have a bounded length together: `size` is that of those since it was set to 0."""

    def __init__(self, lines: Lines) -> None:
        self._lines, self.size = lines, 0

    def __next__(self) -> str:
        text = next(self._lines)
        self.size += len(text)
        if self.size > LONGEST_LINE:
            raise csv.Error("record larger")
        return text


def _records(name: str, lines: Lines) -> Iterator[_Record]:
    bounded = _Bounded(lines)
    reader = csv.reader(bounded, strict=True)
    columns = _columns(name, reader, lines)
    while True:
        number, bounded.size = lines.number + 1, 0
        cells, malformed = _next(reader)
        wrong, lines.wrong = malformed or lines.wrong, None
        if cells is None and wrong is None:
            return
        if wrong is None and not any(cells or ()):
            continue
        if wrong is None and cells is not None and len(cells) != len(columns):
            wrong = f"{len(cells)} cells, and {len(columns)} columns"
        where = f"line {number}" if lines.number == number else f"lines {number} to {lines.number}"
        yield _record(number, columns, cells or [], wrong and f"{where}: {wrong}")


def _next(reader: Iterator[list[str]]) -> tuple[list[str] | None, str | None]:
    """The next cells, None at the end; or what is wrong with the quotes. After that the reader goes on with the next line."""
    try:
        return next(reader, None), None
    except csv.Error as error:
        message = str(error)
        known = next((meaning for begin, meaning in _MALFORMED.items() if message.startswith(begin)), None)
        return None, known or f"{_QUOTES}: {message}"


def _record(number: int, columns: list[str], cells: list[str], wrong: str | None) -> _Record:
    if wrong is None:
        found = {column: _text(cell) for column, cell in zip(columns, cells, strict=True)}
        return _Record(number, found["order_no"], found, None)
    # In a line that lacks a cell, or has one too many, the first one is where it should be.
    first = cells[0] if cells and columns[0] == "order_no" else ""
    known = _text(first) if first and "\ufffd" not in first else None
    return _Record(number, known, {}, wrong)


def _columns(name: str, reader: Iterator[list[str]], lines: Lines) -> list[str]:
    found, malformed = _next(reader)
    if wrong := malformed or lines.wrong:
        raise FileUnreadable(f"{name}, line 1: {wrong}")
    columns = [each.strip() for each in found or []]
    unknown, missing = [each for each in columns if each not in COLUMNS], set(NEEDED) - set(columns)
    if unknown or missing or len(set(columns)) < len(columns):
        named = ", ".join(each[:40] for each in unknown[:_NAMED]) + (", …" if len(unknown) > _NAMED else "")
        wrong = f"unknown: {named}" if unknown else f"missing: {', '.join(sorted(missing))}" if missing else "repeated"
        raise FileUnreadable(f"{name}: columns {wrong}; known are {', '.join(COLUMNS)}")
    return columns


def _text(cell: str) -> str:
    """The text without the apostrophe that exports put before what a spreadsheet program would take for a formula."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def _of_order(parts: list[dict[str, str]]) -> dict[str, str]:
    """What is stated of the order, which has to be the same in all of its lines. Raises: ValueError."""
    found: dict[str, str] = {}
    for part in parts:
        for name, value in part.items():
            if name in _LINE or name in _REFUNDED or name in _PARCEL or not value:
                continue
            if found.setdefault(name, value) != value:
                raise ValueError(f"{name} differs between its lines")
    return found


def _document(of_order: dict[str, str], parts: list[dict[str, str]]) -> dict[str, Any]:
    currency = of_order.get("currency", "CNY")
    order: dict[str, Any] = {name: of_order[name] for name in (*_ORDER, *_MORE, *_REFUND) if name in of_order}
    order |= {
        "currency": currency,
        "lines": [_line(part, currency) for part in parts],
    }
    if address := {name: of_order[name] for name in _ADDRESS if name in of_order}:
        order["shipping_address"] = address
    order |= {name: _money(column, of_order[column], currency) for column, name in _FEES.items() if column in of_order}
    parcels: dict[tuple[str, ...], list[dict[str, int]]] = {}
    for place, part in enumerate(parts, 1):
        if part.get("waybill_no"):
            named = tuple(part.get(name, "") for name in _PARCEL)
            parcels.setdefault(named, []).append({"line": place, "quantity": _whole("quantity", part["quantity"])})
    if parcels:
        order["parcels"] = [
            {**dict(zip(_PARCEL, named, strict=True)), "lines": content} for named, content in parcels.items()
        ]
    return order


def _line(part: dict[str, str], currency: str) -> dict[str, Any]:
    line: dict[str, Any] = {
        "sku": part["sku"],
        "title": part.get("title") or part["sku"],
        "quantity": _whole("quantity", part["quantity"]),
        "unit_price": _money("unit_price_minor", part["unit_price_minor"], currency),
    }
    line |= {name: part[name] for name in ("category", "fulfilment") if part.get(name)}
    for name in ("discount", "tax"):
        if value := part.get(f"{name}_minor"):
            line[name] = _money(f"{name}_minor", value, currency)
    if any(part.get(name) for name in _REFUNDED):
        units = _whole("refunded_quantity", part.get("refunded_quantity") or "0")
        amount = _money("refunded_minor", part.get("refunded_minor") or "0", currency)
        line["refunded"] = {"quantity": units, "amount": amount}
    return line


def _money(name: str, text: str, currency: str) -> dict[str, Any]:
    return {"amount": _whole(name, text), "currency": currency}


def _whole(name: str, text: str) -> int:
    """A whole number of digits alone. Raises: ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError(f"{name} is not a whole number")
    return int(text)
