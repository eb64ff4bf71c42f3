"""Files of orders: JSON lines, or CSV with a line per article. They are read line by line, whatever their size."""

import csv
import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aftercare_cli.stack.interface import StackError

# Any: an order is a JSON document, which the service validates.

LONGEST_LINE = 1_000_000
_ORDER = ("order_no", "buyer_id", "currency", "state", "created_at", "paid_at", "payment_reference", "delivered_at")
_MORE = ("received_at", "completed_at", "cancelled_at", "cancel_cause", "virtual_delivered_at", "buyer_level")
_ADDRESS = ("name", "phone", "country", "province", "city", "district", "street", "postal_code")
_PARCEL = ("carrier", "waybill_no", "shipped_at")
_LINE = ("sku", "title", "category", "quantity", "unit_price_minor", "discount_minor", "tax_minor", "fulfilment")
COLUMNS = (*_ORDER, *_MORE, "shipping_fee_minor", *_ADDRESS, *_PARCEL, *_LINE)
NEEDED = ("order_no", "sku", "quantity", "unit_price_minor")


class FileUnreadable(StackError):
    """The file as a whole cannot be read: another encoding, or other columns."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """An order of a file, by the line in which it begins and the one behind it; or what is wrong with the line."""

    number: int
    next_number: int
    order: dict[str, Any]
    wrong: str | None = None


def file_hash(path: Path) -> str:
    """The hash by which the service knows the file."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def rows(path: Path) -> Iterator[FileRow]:
    """The orders of the file. Raises: FileUnreadable."""
    match path.suffix.lower():
        case ".csv":
            return _csv_rows(path)
        case ".jsonl" | ".ndjson":
            return _json_rows(path)
        case other:
            raise FileUnreadable(f"{path.name}: {other or 'no ending'} is not known; .csv, .jsonl and .ndjson are")


def _lines(path: Path) -> Iterator[str]:
    """The lines of the file, which is UTF-8 with or without a byte-order mark."""
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(raw) > LONGEST_LINE:
                raise FileUnreadable(f"{path.name}, line {number}: longer than {LONGEST_LINE} bytes")
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError:
                raise FileUnreadable(f"{path.name}, line {number}: {_encoding(raw)}") from None
            if "\0" in text:
                raise FileUnreadable(f"{path.name}, line {number}: it has NUL bytes; save the file as UTF-8")
            yield text


def _encoding(raw: bytes) -> str:
    """What a line that is not UTF-8 may be."""
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "not UTF-8"
    return "not UTF-8 but perhaps GBK: convert it, as with `iconv -f GB18030 -t UTF-8`"


def _json_rows(path: Path) -> Iterator[FileRow]:
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            order = json.loads(line)
            wrong = next(_unstorable(order, ""), None)
        except (ValueError, RecursionError) as error:
            yield FileRow(number, number + 1, {}, f"not JSON: {error}"[:200])
            continue
        if not isinstance(order, dict):
            yield FileRow(number, number + 1, {}, "not a JSON object")
        elif wrong is not None:
            yield FileRow(number, number + 1, {}, wrong[:200])
        else:
            yield FileRow(number, number + 1, order)


def _unstorable(value: Any, place: str) -> Iterator[str]:
    """What no database stores, by its place: the service refuses the whole part for it."""
    match value:
        case str() if "\0" in value:
            yield f"{place or '/'} has a NUL character"
        case str() if any("\ud800" <= each <= "\udfff" for each in value):
            yield f"{place or '/'} has half a surrogate pair"
        case float() if not math.isfinite(value):
            yield f"{place or '/'} is not a finite number"
        case list():
            for index, item in enumerate(value):
                yield from _unstorable(item, f"{place}/{index}")
        case dict():
            for name, item in value.items():
                yield from _unstorable(name, place)
                yield from _unstorable(item, f"{place}/{name}")


def _csv_rows(path: Path) -> Iterator[FileRow]:
    """The orders of a CSV file: the lines with one number after each other are one order."""
    reader = csv.reader(_lines(path), strict=True)
    columns = _columns(path, next(reader, []))
    began, parts = 0, list[dict[str, str]]()
    before = reader.line_num
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileUnreadable(f"{path.name}, line {reader.line_num}: {error}") from None
        here, before = before + 1, reader.line_num
        if cells is not None and not any(cells):
            continue
        part = None if cells is None else dict(zip(columns, cells, strict=False))
        if parts and (part is None or part.get("order_no", "") != parts[0]["order_no"]):
            yield _csv_order(began, here, parts)
            parts = []
        if part is None or cells is None:
            return
        if len(cells) != len(columns):
            yield FileRow(here, here + 1, {}, f"{len(cells)} cells, and {len(columns)} columns")
            continue
        if not parts:
            began = here
        parts.append(part)


def _columns(path: Path, found: list[str]) -> list[str]:
    columns = [each.strip() for each in found]
    unknown, missing = [each for each in columns if each not in COLUMNS], set(NEEDED) - set(columns)
    if unknown or missing or len(set(columns)) < len(columns):
        wrong = f"unknown: {', '.join(unknown)}" if unknown else f"missing: {', '.join(sorted(missing))}"
        raise FileUnreadable(f"{path.name}: columns {wrong or 'repeated'}; known are {', '.join(COLUMNS)}")
    return columns


def _csv_order(began: int, after: int, parts: list[dict[str, str]]) -> FileRow:
    """One order of these lines: what is stated of the order in several lines has to be the same."""
    of_order: dict[str, str] = {}
    for part in parts:
        for name, value in part.items():
            if name in _LINE or name in _PARCEL or not value:
                continue
            if of_order.setdefault(name, value) != value:
                return FileRow(began, after, {"order_no": parts[0]["order_no"]}, f"{name} differs between its lines")
    try:
        return FileRow(began, after, _document(of_order, parts))
    except ValueError as error:
        return FileRow(began, after, {"order_no": parts[0]["order_no"]}, str(error))


def _document(of_order: dict[str, str], parts: list[dict[str, str]]) -> dict[str, Any]:
    currency = of_order.get("currency", "CNY")
    order: dict[str, Any] = {name: of_order[name] for name in (*_ORDER, *_MORE) if name in of_order}
    order |= {
        "currency": currency,
        "shipping_address": {name: of_order[name] for name in _ADDRESS if name in of_order},
        "lines": [_line(part, currency) for part in parts],
    }
    if fee := of_order.get("shipping_fee_minor"):
        order["shipping_fee"] = _money("shipping_fee_minor", fee, currency)
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
    return line


def _money(name: str, text: str, currency: str) -> dict[str, Any]:
    return {"amount": _whole(name, text), "currency": currency}


def _whole(name: str, text: str) -> int:
    """A whole number of digits alone. Raises: ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError(f"{name} is not a whole number")
    return int(text)
