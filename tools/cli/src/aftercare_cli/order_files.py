"""Files of orders: JSON lines, or CSV with a line per article. They are read line by line, whatever their size."""

import csv
import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from aftercare_cli import order_csv, order_lines
from aftercare_cli.order_lines import FileUnreadable, Lines
from aftercare_cli.order_rows import FileRow

# Any: an order is a JSON document, which the service validates.

DEEPEST = 20
"""How deeply objects and lists of an order may be nested."""


class _NameRepeated(ValueError):
    """An object has a name twice: one of the values would be lost."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What identifies the content of a file: its hash, and what changes with every write to it."""

    file_hash: str
    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> "Stamp":
        """The stamp of the file as it is now."""
        with path.open("rb") as file:
            return cls(f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}", *_state(path))

    def holds(self, path: Path) -> bool:
        """Whether nobody has written to the file since."""
        return (self.size, self.changed_ns) == _state(path)


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def rows(path: Path) -> Iterator[FileRow]:
    """The orders of the file, by rising lines. Raises: FileUnreadable."""
    is_csv = _is_csv(path)
    with order_lines.opened(path) as lines:
        yield from order_csv.rows(path.name, lines) if is_csv else _json_rows(lines)


def copy_orders(source: Path, numbers: set[int], target: Path) -> None:
    """Write the orders that begin in these lines as they are in the file, so that they can be corrected and imported."""
    found = ((row.number, row.next_number) for row in rows(source) if row.number in numbers)
    heading = [(1, 2)] if _is_csv(source) else []
    with target.open("wb") as written:
        order_lines.copy_lines(source, iter([*heading, *found]), written)


def count(exported: Path) -> int:
    """How many orders are in a file that was exported: of CSV, where an order has a line per article, by their ids."""
    if exported.suffix.lower() != ".csv":
        with exported.open("rb") as lines:
            return sum(1 for _ in lines)
    with exported.open(newline="", encoding="utf-8-sig") as file:
        cells = csv.reader(file)
        next(cells, None)
        return sum(1 for _ in groupby(cells, itemgetter(0)))


def _is_csv(path: Path) -> bool:
    match path.suffix.lower():
        case ".csv":
            return True
        case ".jsonl" | ".ndjson":
            return False
        case other:
            raise FileUnreadable(f"{path.name}: {other or 'no ending'} is not known; .csv, .jsonl and .ndjson are")


def _json_rows(lines: Lines) -> Iterator[FileRow]:
    for text in lines:
        wrong, lines.wrong = lines.wrong, None
        if wrong is None and not text.strip():
            continue
        order, wrong = ({}, wrong) if wrong else _order(text)
        yield FileRow(lines.number, lines.number + 1, order, wrong)


def _order(text: str) -> tuple[dict[str, Any], str | None]:
    """The order in a line, or what is wrong with it."""
    try:
        order = json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        return {}, f"not an order: it is nested deeper than {DEEPEST} levels"
    except _NameRepeated as error:
        return {}, str(error)
    except json.JSONDecodeError as error:
        return {}, f"not JSON: {error}"
    except ValueError:
        return {}, "not an order: a number has too many digits"
    if not isinstance(order, dict):
        return {}, "not a JSON object"
    wrong = next(_unstorable(order, "", 0), None)
    return (order, None) if wrong is None else ({}, wrong)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise _NameRepeated(f"the name {repeated[:100]} is there twice in one object")
    return found


def _unstorable(value: Any, place: str, depth: int) -> Iterator[str]:
    """What no database stores, by its place: the service refuses the whole part for it."""
    if depth > DEEPEST:
        yield f"{place[:100]} is nested deeper than {DEEPEST} levels"
        return
    match value:
        case str() if "\0" in value:
            yield f"{place or '/'} has a NUL character"
        case str() if any("\ud800" <= each <= "\udfff" for each in value):
            yield f"{place or '/'} has half a surrogate pair"
        case float() if not math.isfinite(value):
            yield f"{place or '/'} is not a finite number"
        case list():
            for index, item in enumerate(value):
                yield from _unstorable(item, f"{place}/{index}", depth + 1)
        case dict():
            for name, item in value.items():
                yield from _unstorable(name, place, depth)
                yield from _unstorable(item, f"{place}/{name}", depth + 1)
