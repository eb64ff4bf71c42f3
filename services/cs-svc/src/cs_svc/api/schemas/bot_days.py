"""Bodies of what became of the bot's answers, by day."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from aftercare_chassis.http.schemas import Out, Time


class BotDayOut(Out):
    """The questions of one day in UTC that one version of the model was asked."""

    day: Time
    """When the day begins."""
    model: int | None
    """The version of the model; null where none was active."""
    asked: int
    """All questions."""
    answered: int
    """Those that were answered."""
    asked_back: int
    """Those that were asked back about."""
    handed_over: int
    """Those that were handed over: the bot stayed silent."""
    solved: int
    """Those whose asker confirmed that the answer solved the matter."""
    unsolved: int
    """Those whose asker stated that it did not."""
    wrong: int
    """Those whose answer an agent marked as wrong."""
    asked_again: int
    """Those that were answered, and whose asker asked the same again within seven days, or was handed over in the same conversation."""
    contained: int
    """Those that were answered, confirmed as solved, not marked otherwise and not asked again. Days of the last week may still lose some."""
    containment: float
    """The contained share of all questions."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:  # Any: numbers
        """With the share."""
        return cls.model_validate({**row, "containment": round(row["contained"] / row["asked"], 4)})


class BotDaysOut(Out):
    """What became of the bot's answers, by day and model."""

    data: list[BotDayOut]
    """The newest day first."""

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]]) -> Self:  # Any: numbers
        """The days."""
        return cls(data=[BotDayOut.of(dict(row)) for row in rows])
