"""Bill files of Chinese providers: CSV with a line of column names, and amounts in yuan with two decimals."""

import csv
from collections.abc import Iterator, Mapping
from datetime import timedelta, timezone
from decimal import Decimal, InvalidOperation

CHINA = timezone(timedelta(hours=8))


def rows(text: str, first_column: str) -> Iterator[Mapping[str, str]]:
    """The rows below the line that begins with this column, up to the first one of another length: sums follow.

    Fields may begin with ` or end with a tab, which keeps spreadsheets from changing numbers.
    """
    names: list[str] | None = None
    for line in csv.reader(text.lstrip("\ufeff").splitlines()):
        fields = [each.strip().lstrip("`").strip() for each in line]
        if names is None:
            names = fields if fields and fields[0] == first_column else None
        elif len(fields) != len(names):
            return
        else:
            yield dict(zip(names, fields, strict=True))


def minor(yuan: str) -> int:
    """An amount in minor units.

    Raises: ValueError where this is no amount in yuan with at most two decimals.
    """
    try:
        exact = Decimal(yuan) * 100
        if exact != int(exact):
            raise ValueError
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError("no amount in yuan") from None
    return int(exact)
