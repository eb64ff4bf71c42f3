"""Parameters of several routes."""

from collections.abc import Sequence
from typing import Annotated, Any

from aftercare_chassis.http.schemas import Id
from fastapi import Path, Query

OrderId = Annotated[Id, Path(description="The id of the order.")]
MOST_VALUES = 50
"""So many values a repeated filter may have."""


def Several(description: str) -> Any:  # Any: as of FastAPI's Query, the default of a parameter of any type
    """A filter that may be repeated, up to MOST_VALUES times."""
    return Query(description=description, max_length=MOST_VALUES)


def one_or_several(values: Sequence[str] | None) -> str | list[str] | None:
    """The values of a repeated filter, each once and sorted; a single one by itself, None where there are none."""
    found = sorted(set(values or ()))
    return found[0] if len(found) == 1 else found or None
