"""New identifiers: version 7 UUIDs (RFC 9562), which sort by the time at which they were made."""

from typing import Protocol
from uuid import UUID

import uuid_utils
from uuid_utils.compat import uuid7


class Ids(Protocol):
    """Where new identifiers come from; tests use a deterministic source."""

    def uuid7(self) -> UUID:
        """A new version 7 UUID that was not returned before."""
        ...

    def hex7(self) -> str:
        """The 32 hex digits of a new version 7 UUID."""
        ...


def hex_at_time(made: str, millis: int, place: int) -> str:
    """The hex digits of a UUID as if it had been made then, in milliseconds of Unix time; of several of the same time, `place`
    (0 to 4095) decides."""
    return f"{(millis << 16) | (7 << 12) | place:016x}{made[16:]}"


class Uuid7Ids:
    """Identifiers made of the time and random bits."""

    def uuid7(self) -> UUID:
        """A new version 7 UUID."""
        return uuid7()

    def hex7(self) -> str:
        """As `uuid7().hex`, without an object of the standard library's class, which takes six times as long."""
        return uuid_utils.uuid7().hex
