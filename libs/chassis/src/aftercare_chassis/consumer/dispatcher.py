"""What a service listens to: its `consumers.py`, made ready for the log."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic

from aftercare_events import Envelope, Event, WrongSchema, registry

from aftercare_chassis.consumer.errors import UnprocessableEvent
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.observability import tracing
from aftercare_chassis.park_reason import ParkReason
from aftercare_chassis.settings import S, S_contra

# Any: each handler takes its own class of events, and the key beside it says which.
Handler = Callable[[Transaction[S], Any], Awaitable[object]]
Handlers = Mapping[type[Event] | type[Envelope], Handler[S]]
"""Event class -> who takes its events. `Envelope` -> who takes what no class here does, as the envelope it came in."""

_VERSIONED = re.compile(r"(.+)\.v([1-9][0-9]{0,8})")


class Dispatcher(Generic[S_contra]):
    """The handlers of one service, asked event by event."""

    def __init__(self, handlers: Handlers[S_contra]) -> None:
        self._handlers = handlers
        self.events = [cls for cls in handlers if issubclass(cls, Event)]
        self.topics = sorted({cls.TOPIC.name for cls in self.events})
        self._newest = dict(sorted(_versioned(cls.type_name()) for cls in self.events))

    def listener(self, envelope: Envelope) -> tuple[Handler[S_contra], Event | Envelope] | None:
        """Who takes this event, and as what; None where it is passed over.

        UnprocessableEvent where the data does not fit its schema; and where it is a newer version of an event that this service
        listens to, unless it retells a version that is listened to: then the fact is heard there.
        """
        cls = registry.reads(envelope.type)
        try:
            if cls is None or cls not in self._handlers:
                self._refuse_newer(envelope)
            elif (event := envelope.event()) is not None:
                return self._handlers[cls], event
        except WrongSchema as error:
            raise UnprocessableEvent(ParkReason.WRONG_SCHEMA, str(error)) from error
        rest = self._handlers.get(Envelope)
        return None if rest is None else (rest, envelope)

    async def hand(self, tx: Transaction[S_contra], envelope: Envelope) -> None:
        """Give the event to whoever listens, as the cause of all that follows. UnprocessableEvent, or what the handler raises."""
        found = self.listener(envelope)
        if found is not None:
            handler, event = found
            tx.cause = envelope
            place = envelope.traceparent, envelope.tracestate
            with tracing.light_span(f"consume {envelope.type}", *place, kind="CONSUMER"):
                await handler(tx, event)

    def _refuse_newer(self, envelope: Envelope) -> None:
        name, version = _versioned(envelope.type)
        newest = self._newest.get(name, version)
        if version <= newest:
            return
        retold = registry.fields_of(envelope.type, envelope.data).get("retells")
        if not isinstance(retold, str) or registry.reads(retold) not in self._handlers:
            told = f"{envelope.type} is newer than {name}.v{newest}, the newest version that this build reads"
            raise UnprocessableEvent(ParkReason.UNKNOWN_VERSION, f"{told}, and it retells none that it reads")


def _versioned(type_name: str) -> tuple[str, int]:
    """`OrderPaid.v2` as (OrderPaid, 2); a type that is not named so has no versions."""
    found = _VERSIONED.fullmatch(type_name)
    return (found[1], int(found[2])) if found else (type_name, 0)
