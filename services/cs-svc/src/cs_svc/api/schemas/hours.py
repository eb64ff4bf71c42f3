"""Times of the day in bodies."""

from typing import Annotated

from pydantic import Field

MinuteOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", examples=["09:00"])]


def minutes(text: str) -> int:
    """The minutes of the day of a time such as `09:00`."""
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def clock(minute: int) -> str:
    """A minute of the day as a time such as `09:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
