"""A log of notes: a topic of its own on a real broker, messages in any state, and a service that reads them in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.consumer.parked_events import ParkedEvent, ParkedEvents
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.testing import Harness, until
from aftercare_events import Envelope, Event, codec
from aftercare_events.fields import Code, Retells
from aftercare_events.topics import Topic
from aiokafka import AIOKafkaProducer

Shorten = Callable[[int], Awaitable[None]]
"""The fixture `shorten`: deletes the messages before an offset."""
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TRACE = {"affected_party": "b-1", "applicant": "b-1", "handler": "b-1", "time": NOW, "result": "noted"}


class Noted(Event):
    TOPIC: ClassVar[Topic] = Topic("notes", writer="notes-svc", aggregate="note", partitions=1)
    KEY: ClassVar[str] = "note_id"

    matter: str = "note"
    note_id: Code
    letter: Code


class NotedV2(Event):
    TOPIC: ClassVar[Topic] = Noted.TOPIC
    KEY: ClassVar[str] = "note_id"
    VERSION: ClassVar[int] = 2

    matter: str = "note"
    note_id: Code
    sign: Code
    retells: Retells = None


async def noted(tx: Transaction, event: Noted) -> None:
    """Append the letter to the note, so that the order of the events can be seen."""
    if event.letter == "!":
        raise ValueError("this build cannot handle an exclamation mark")
    await tx.connection.execute(
        """INSERT INTO tallies (id, version, owner, count) VALUES ($1, 1, $2, 1)
           ON CONFLICT (id) DO UPDATE SET owner = tallies.owner || EXCLUDED.owner""",
        *(event.note_id, event.letter),
    )


@dataclass(slots=True)
class Message:
    """A message for the log. `more`: headers whose names may be among `headers` already."""

    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes | None] = field(default_factory=dict)
    more: tuple[tuple[str, bytes | None], ...] = ()

    def but(self, **changed: Any) -> "Message":
        return replace(self, **changed)

    def with_header(self, name: str, value: bytes | None) -> "Message":
        return replace(self, headers={**self.headers, name: value})

    def without(self, name: str) -> "Message":
        return replace(self, headers={each: value for each, value in self.headers.items() if each != name})


def note(of: str, sequence: int, letter: str, *, id: UUID | None = None, event: Event | None = None) -> Message:
    """A valid message."""
    envelope = Envelope.of(
        event or Noted(**TRACE, note_id=of, letter=letter),
        id=id or uuid4(),
        source="/notes-svc",
        sequence=sequence,
        correlation_id="c",
        causation_id=str(uuid4()),
    )
    key, value, headers = codec.encode(envelope)
    return Message(key, value, dict(headers))


class NoteLog:
    """The log, the service that consumes it, and the service's operator."""

    def __init__(self, harness: Harness, producer: AIOKafkaProducer, handlers: Handlers) -> None:
        self.harness, self.producer, self.handlers = harness, producer, handlers
        self.operator = ParkedEvents(harness.runtime, handlers)
        self._end = 0

    async def publish(self, *messages: Message) -> None:
        """Put these on the log, one after the other."""
        for each in messages:
            headers = [*each.headers.items(), *each.more]
            sent = await self.producer.send_and_wait(
                Noted.TOPIC.name, each.value, key=each.key, headers=headers, partition=0
            )
            self._end = sent.offset + 1

    async def publish_batch(self, *messages: Message) -> None:
        """Put these on the log in one batch."""
        batch = self.producer.create_batch()
        for each in messages:
            headers = [*each.headers.items(), *each.more]
            batch.append(timestamp=None, key=each.key, value=each.value, headers=headers)
        sent = await (await self.producer.send_batch(batch, Noted.TOPIC.name, partition=0))
        self._end = sent.offset + len(messages)

    async def consumed(self) -> None:
        """Wait until the service's cursor is at the end of the log."""

        async def at_the_end() -> bool:
            query = "SELECT next_offset FROM consumer_cursor WHERE consumer = $1"
            return bool(await self.harness.runtime.pool.fetchval(query, self.harness.runtime.name) == self._end)

        await until(at_the_end, "the end of the log is reached")

    async def letters(self, of: str) -> str:
        found = await self.harness.runtime.pool.fetchval("SELECT owner FROM tallies WHERE id = $1", of)
        return str(found or "")

    async def parked(self) -> list[tuple[str, str, str]]:
        """The aggregate, the ParkReason and its explanation of each parked event, oldest first."""
        return [(each.aggregateid, each.park_reason, each.reason) for each in await self.operator.list()]

    async def first_parked(self) -> ParkedEvent:
        return (await self.operator.list())[0]

    def metric(self, name: str, **labels: str) -> float:
        return self.harness.runtime.metrics.registry.get_sample_value(f"aftercare_{name}", labels) or 0.0


@asynccontextmanager
async def consuming(notes: NoteLog) -> AsyncIterator[Consumer]:
    """The service consumes for as long as the block lasts."""
    stop, consumer = asyncio.Event(), Consumer(notes.harness.runtime, notes.handlers)
    task = asyncio.create_task(consumer.run(stop))
    try:
        yield consumer
        assert not task.done(), "the loop has ended"
    finally:
        stop.set()
        await asyncio.wait_for(task, 60)
