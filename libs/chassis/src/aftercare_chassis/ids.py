"""New identifiers: version 7 UUIDs (RFC 9562), which sort by the time at which they were made."""

from typing import Protocol
from uuid import UUID

from uuid_utils.compat import uuid7


class Ids(Protocol):
    """Where new identifiers come from; tests use a deterministic source."""

    def uuid7(self) -> UUID:
        """A new version 7 UUID that was not returned before."""
        ...


def hex_at_time(made: UUID, millis: int, place: int) -> str:
    """The hex digits of the UUID as if it had been made then, in milliseconds of Unix time; of several of the same time, `place`
    (0 to 4095) decides."""
    return f"{(millis << 80) | (7 << 76) | (place << 64) | (made.int & ((1 << 64) - 1)):032x}"


class Uuid7Ids:
    """Identifiers made of the time and random bits."""

    def uuid7(self) -> UUID:
        """A new version 7 UUID."""
        return uuid7()
