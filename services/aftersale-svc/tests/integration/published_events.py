"""The events that a service has published, as the tests look at them."""

from typing import TypeVar

from aftercare_chassis.testing import Harness
from aftercare_events import Event

E = TypeVar("E", bound=Event)


class PublishedEvents:
    """What the service of `harness` has published so far."""

    harness: Harness

    async def published(self, kind: type[E]) -> list[E]:
        """The published events of this type, in order."""
        return [event for event in await self.harness.published() if isinstance(event, kind)]

    async def last(self, kind: type[E]) -> E:
        """The last published event of this type."""
        return (await self.published(kind))[-1]

    async def names(self, subject: str) -> list[str]:
        """The events of one aggregate, in order; their sequence runs 1..n."""
        mine = [envelope for envelope in await self.harness.envelopes() if envelope.subject == subject]
        assert [envelope.sequence for envelope in mine] == list(range(1, len(mine) + 1))
        return [envelope.type.removesuffix(".v1") for envelope in mine]
