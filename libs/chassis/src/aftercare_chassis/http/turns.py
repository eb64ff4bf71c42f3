"""Fields and parameters that say whose turn it is and what a deadline does, with the values of the lifecycles' tables."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from aftercare_chassis.lifecycle import Lifecycle

# Any: the enumeration is made at run time, for lifecycles of any states and actions.


class TurnOf:
    """`LoanTurn = Annotated[str, TurnOf("LoanTurn", LOAN)]`: a named enumeration in the OpenAPI document.

    Its values are those of the tables, in their order, and then `others`: `NOBODY` where a row stores it at an end.
    """

    def __init__(self, name: str, *lifecycles: Lifecycle[Any, Any], others: Collection[str] = ()) -> None:
        turns = [timeout.turn for each in lifecycles for state in each.timeouts for timeout in each.alternatives(state)]
        make: Any = StrEnum  # mypy only knows enumerations whose members are written down
        self._enum: Any = make(name, {turn.upper(): turn for turn in dict.fromkeys([*turns, *others])})
        self._enum.__doc__ = "Whose turn it is. A later release may add values."

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(self._enum)


def effects_of(*lifecycles: Lifecycle[Any, Any]) -> Any:  # as pydantic's own `Field`
    """`deadline_effect: Annotated[str | None, effects_of(LOAN)]`: described with the effects that the tables have."""
    timeouts = [timeout for each in lifecycles for state in each.timeouts for timeout in each.alternatives(state)]
    effects = dict.fromkeys(timeout.effect for timeout in timeouts)
    codes = ", ".join(f"`{effect}`" for effect in effects if effect is not None)
    return Field(description=f"What happens at `deadline_at` if nobody acts before: {codes}; null where that is null.")
