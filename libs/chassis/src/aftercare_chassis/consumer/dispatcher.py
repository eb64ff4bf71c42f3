"""The handlers of a service's `consumers.py`, found event by event."""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Generic

from aftercare_events import EVENTS, Envelope, Event, WrongSchema, registry

from aftercare_chassis.consumer.errors import UnprocessableEvent
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.observability import message_spans, tracing
from aftercare_chassis.park_reason import ParkReason
from aftercare_chassis.settings import S, S_contra

# Any: each handler takes its own event class, which is the key beside it.
Handler = Callable[[Transaction[S], Any], Awaitable[object]]
Handlers = Mapping[type[Event] | type[Envelope], Handler[S]]
"""By event class: its handler. The handler of `Envelope` takes, as envelopes, all events without a handler of their own."""

_VERSIONED = re.compile(r"(.+)\.v([1-9][0-9]{0,8})")


class Dispatcher(Generic[S_contra]):
    """The handlers of one service, and the topics that they need. `ignored` are the types that this service knows and no
    handler takes; `consumer` is the name of the consumer in spans."""

    def __init__(self, handlers: Handlers[S_contra], consumer: str = "") -> None:
        self._handlers, self._consumer = handlers, consumer
        self.events = [cls for cls in handlers if issubclass(cls, Event)]
        self.topics = sorted({cls.TOPIC.name for cls in self.events})
        self._newest = dict(sorted(_versioned(cls.type_name()) for cls in self.events))
        self.ignored = frozenset() if Envelope in handlers else frozenset(filter(self._ignores, EVENTS))

    def handler_of(self, envelope: Envelope) -> tuple[Handler[S_contra], Event | Envelope] | None:
        """Return the event's handler and what to give it; None for an event that this service ignores.

        Raises:
            UnprocessableEvent: The data does not fit its schema (WRONG_SCHEMA); or it is a newer version of an event that
                this service handles, without an older version beside it that this service reads (UNKNOWN_VERSION).
        """
        cls = registry.reads(envelope.type)
        try:
            if cls is None or cls not in self._handlers:
                self._check_version(envelope)
            elif (event := envelope.event()) is not None:
                return self._handlers[cls], event
        except WrongSchema as error:
            raise UnprocessableEvent(ParkReason.WRONG_SCHEMA, str(error)) from error
        default = self._handlers.get(Envelope)
        return None if default is None else (default, envelope)

    async def dispatch(self, tx: Transaction[S_contra], envelope: Envelope) -> None:
        """Give the event to its handler; what the handler records is caused by it.

        Raises:
            UnprocessableEvent: As `handler_of`.
            Exception: Whatever the handler raises.
        """
        found = self.handler_of(envelope)
        if found is not None:
            handler, event = found
            tx.cause = envelope
            parent = envelope.traceparent, envelope.tracestate
            attributes = partial(message_spans.processed, envelope, self._consumer)
            with tracing.span(f"process {envelope.topic}", *parent, kind="CONSUMER", attributes=attributes):
                await handler(tx, event)

    def _ignores(self, type_name: str) -> bool:
        return registry.reads(type_name) not in self._handlers and _versioned(type_name)[0] not in self._newest

    def _check_version(self, envelope: Envelope) -> None:
        name, version = _versioned(envelope.type)
        newest = self._newest.get(name, version)
        if version <= newest:
            return
        older = registry.fields_of(envelope.type, envelope.data).get("retells")
        if not isinstance(older, str) or registry.reads(older) not in self._handlers:
            newer = f"{envelope.type} is newer than {name}.v{newest}, the newest version that this build reads"
            raise UnprocessableEvent(ParkReason.UNKNOWN_VERSION, f"{newer}, and it retells none that it reads")


def _versioned(type_name: str) -> tuple[str, int]:
    """Return `ThingMade.v2` as (ThingMade, 2), and a type without a version as (type_name, 0)."""
    found = _VERSIONED.fullmatch(type_name)
    return (found[1], int(found[2])) if found else (type_name, 0)
