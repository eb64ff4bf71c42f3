"""Events as services published them, captured before the fields for facts (`terminal`, `goods`, …) existed."""

import json
from pathlib import Path
from typing import Any

CAPTURED: list[tuple[str, dict[str, Any]]] = [
    (line["type"], line["data"])
    for line in map(json.loads, Path(__file__).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines())
]
"""Type name and data of each."""


def captured(type_name: str, **matching: Any) -> dict[str, Any]:
    """Return the data of the first captured event of this type with these values."""
    return next(
        data
        for found, data in CAPTURED
        if found == type_name and all(data.get(name) == value for name, value in matching.items())
    )
