"""CSV files for spreadsheet programs: UTF-8 with a byte-order mark, and no cell that such a program takes for a formula."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from io import StringIO
from unicodedata import category, normalize

from aftercare_chassis.currencies import EXPONENTS

MEDIA_TYPE = "text/csv; charset=utf-8"
MARK = b"\xef\xbb\xbf"
"""What a file begins with: spreadsheet programs read UTF-8 by it."""
_FORMULA = frozenset("=+-@")
_BREAKS = ("\t", "\r", "\n")
"""What programs take for the beginning of a formula (OWASP, "CSV Injection"): those signs, also as full-width forms, and these breaks."""
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""The categories of characters that programs leave out before a formula: controls, spaces and what has no width."""


def cell(value: object) -> str:
    """A value as a cell; a text that a program would take for a formula begins with an apostrophe."""
    if value is None:
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if isinstance(value, str) and _is_formula(text) else text


def _is_formula(text: str) -> bool:
    """Whether a program would take the text for a formula."""
    first = next((char for char in text if category(char) not in _UNSEEN), "")
    return text.startswith(_BREAKS) or normalize("NFKC", first) in _FORMULA


def decimal(minor: int, currency: str) -> Decimal:
    """An amount in minor units as a decimal number, with all places of the currency."""
    return Decimal(minor).scaleb(-EXPONENTS[currency])


def lines(rows: Iterable[Iterable[object]]) -> bytes:
    """The lines of these values."""
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([cell(each) for each in row] for row in rows)
    return written.getvalue().encode()
