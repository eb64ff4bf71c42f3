"""The consumer with its effects, compared with a plain client that reads the same log and sends the same statements.

The effects are cs-svc's copies of orders and cases, one upsert per event. The plain client reads only the fields that it
needs from the JSON, and sends the upserts of a chunk together.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import psutil
from aftercare_chassis.consumer import inbox
from aftercare_chassis.consumer.consumer import CHUNK, FETCH, Consumer
from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.consumer.metrics import ConsumerMetrics
from aftercare_chassis.kafka import clients
from aftercare_chassis.runtime import Runtime
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from background import Loop, in_background
from cs_svc.tables.orders import KNOWN_CASES, KNOWN_ORDERS
from measurement import Comparison, Measurement, timed

RESET = "TRUNCATE inbox, subject_state, consumer_cursor, known_orders, known_cases"
CURSOR = "INSERT INTO consumer_cursor VALUES ($1, $2, $3, $4, $4)"
WAIT_SECONDS = 120
ENDED = {"completed", "closed", "cancelled"}


class ConsumerRate:
    """Both in one environment. Each run begins at the offsets `starts`, after which there are at least `events` events."""

    def __init__(
        self,
        runtime: Runtime,
        handlers: Handlers,
        postgres: psutil.Process,
        *,
        starts: Mapping[TopicPartition, int],
        events: int,
    ) -> None:
        self._runtime, self._handlers, self._postgres = runtime, handlers, postgres
        self._starts, self._events = starts, events
        self._metrics = runtime.metrics.of(ConsumerMetrics)
        self._handled, self._begun, self._done = 0, asyncio.Event(), asyncio.Event()

    async def compare(self, rounds: int, log: Callable[[str], None]) -> Comparison:
        """Rounds of both in turn, each from the same offsets."""
        self._metrics.handled = self._counted  # type: ignore[method-assign]
        found = Comparison()
        for number in range(1, rounds + 1):
            found.raw.append(await self._round(lambda _: self._raw))
            found.ours.append(await self._round(lambda runtime: Consumer(runtime, self._handlers).run))
            log(f"consumer, round {number}: {found.ours[-1]} against {found.raw[-1]}")
        return found

    async def _round(self, make: Callable[[Runtime], Loop]) -> Measurement:
        """One run, measured from its first events: joining the group is not counted."""
        pool, self._runtime.name = self._runtime.pool, f"bench-{uuid4().hex[:8]}"
        await pool.execute(RESET)
        await pool.executemany(CURSOR, [(self._runtime.name, *place, start) for place, start in self._starts.items()])
        self._handled, self._begun, self._done = 0, asyncio.Event(), asyncio.Event()
        async with in_background(make(self._runtime)), asyncio.timeout(WAIT_SECONDS):
            await self._begun.wait()
            before = self._handled
            with timed(self._postgres) as measured:
                await self._done.wait()
                measured.events = self._handled - before
        return measured

    def _counted(self, event_type: str, age: float) -> None:
        ConsumerMetrics.handled(self._metrics, event_type, age)
        self._count(1)

    def _count(self, events: int) -> None:
        self._handled += events
        self._begun.set()
        if self._handled >= self._events:
            self._done.set()

    async def _raw(self, stop: asyncio.Event) -> None:
        group, cursors = self._runtime.name, dict(self._starts)
        client = AIOKafkaConsumer(bootstrap_servers=self._runtime.settings.kafka, group_id=group, **clients.CONSUMER)
        connection = await self._runtime.connect()
        await client.start()
        clients.assign(client, cursors)
        while not stop.is_set():
            fetched = await client.getmany(timeout_ms=500, max_records=FETCH)
            for place, records in fetched.items():
                for start in range(0, len(records), CHUNK):
                    some = records[start : start + CHUNK]
                    await consume(connection, group, place, cursors[place], some)
                    cursors[place] = some[-1].offset + 1
                    self._count(len(some))
                await client.commit({place: cursors[place]})
        await client.stop()
        await connection.close()


async def consume(
    connection: asyncpg.Connection, group: str, place: TopicPartition, seen: int, records: Sequence[ConsumerRecord]
) -> None:
    """Consume one chunk in one transaction, with the statements that our consumer and its handlers send."""
    messages = [(dict(record.headers), json.loads(record.value)) for record in records]
    ids = [UUID(headers["ce_id"].decode()) for headers, _ in messages]
    contents = [_digest(record.value) for record in records]
    subjects = sorted({headers["ce_subject"].decode() for headers, _ in messages})
    async with connection.transaction():
        cursor = [place.topic], [place.partition], [seen], [records[-1].offset + 1]
        [begun] = await connection.fetch(inbox._BEGIN, group, *cursor, ids, contents, subjects)
        last = dict.fromkeys(subjects, 0) | {subject: sequence for subject, sequence, _ in begun["progress"]}
        fresh = set(begun["fresh"])
        upserts: dict[str, list[tuple[str | bool, ...]]] = defaultdict(list)
        for event_id, (headers, data) in zip(ids, messages, strict=True):
            sequence, subject = int(headers["ce_sequence"]), headers["ce_subject"].decode()
            if event_id in fresh and sequence > last[subject]:
                sql, row = _upsert(data)
                upserts[sql].append(row)
                last[subject] = sequence
        for sql, rows in upserts.items():
            await connection.executemany(sql, rows)
        await connection.execute(
            inbox._SAVE_PROGRESS, group, subjects, [last[s] for s in subjects], [None] * len(subjects)
        )


def _digest(value: bytes) -> int:
    return int.from_bytes(blake2b(value, digest_size=8).digest(), "big", signed=True)


def _upsert(data: dict[str, Any]) -> tuple[str, tuple[str | bool, ...]]:
    parties = data["buyer_id"], data["merchant_id"]
    if "case_id" in data:
        return KNOWN_CASES.upsert.sql, (
            data["case_id"],
            data["order_id"],
            *parties,
            data["state"],
            data["state"] in ENDED,
        )
    return KNOWN_ORDERS.upsert.sql, (data["order_id"], *parties, data["result"])
