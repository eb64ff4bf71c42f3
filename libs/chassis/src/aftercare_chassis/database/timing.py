"""Where a service's timing comes from: its database, by way of the memory of each process."""

from typing import Any, Protocol

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.lifecycle import PLAIN_HOURS, Timing

# Any: a reader of any service's settings.


class TimingSource(Protocol):
    """What the timing of transactions is made of. It is kept in memory, so that commands need no statement for it."""

    async def load(self, reader: Reader[Any]) -> None:
        """Load it again, where it has changed."""
        ...

    def timing(self) -> Timing:
        """The timing of one transaction."""
        ...


class NoTiming:
    """Plain hours, as the settings have them."""

    async def load(self, reader: Reader[Any]) -> None:
        """There is nothing to load."""

    def timing(self) -> Timing:
        """See `TimingSource`."""
        return PLAIN_HOURS
