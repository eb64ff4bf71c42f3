"""A record of DETAILS for a case that no database holds."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.tables.cases.legs import LEGS

_COLUMNS = {
    kind: (leg.rows.name, [(column.name, f"{leg.rows.name}_{column.name}") for column in leg.rows.columns])
    for kind, leg in LEGS.items()
}
_NONE = {label: None for _, columns in _COLUMNS.values() for _, label in columns}


def details_of(line: CaseLine, row_of: Callable[[type[Any], str], object | None]) -> dict[str, Any]:
    """The record of this line; `row_of` returns the row of a leg by its class and the name of its table."""
    record = dict[str, Any](_NONE)
    for kind, (name, columns) in _COLUMNS.items():
        if (row := row_of(kind, name)) is not None:
            record |= {label: getattr(row, column, None) for column, label in columns}
    return {**asdict(line), **record, "anomalies": None, "overdue_since": None, "received_since": None}
