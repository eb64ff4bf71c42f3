"""New identifiers: version 7 UUIDs, sortable by the time they were made."""

from typing import Protocol
from uuid import UUID

from uuid_utils.compat import uuid7


class Ids(Protocol):
    """Where new identifiers come from; tests give a deterministic one."""

    def uuid7(self) -> UUID:
        """A new version 7 UUID, never given before."""
        ...


class Uuid7Ids:
    """Identifiers out of time and randomness."""

    def uuid7(self) -> UUID:
        """A new version 7 UUID."""
        return uuid7()
