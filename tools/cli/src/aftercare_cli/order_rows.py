"""The orders of a file as they are sent."""

from dataclasses import dataclass
from typing import Any

# Any: an order is a JSON document, which the service validates.


@dataclass(frozen=True, slots=True)
class FileRow:
    """An order of a file, by the line in which it begins and the one behind it; or what is wrong with these lines."""

    number: int
    next_number: int
    order: dict[str, Any]
    wrong: str | None = None
