"""The relay that drains a full outbox, compared with an idempotent producer that sends the same messages."""

import asyncio
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import psutil
from aftercare_chassis.database.notifications import OUTBOX
from aftercare_chassis.kafka import clients
from aftercare_chassis.relay.metrics import RelayMetrics
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.runtime import Runtime
from aftercare_events import Envelope
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2
from background import in_background
from measurement import Comparison, Measurement, timed

COLUMNS = "event_id, aggregatetype, aggregateid, aggregate_version, type, topic, bucket, headers, payload"
KEEP = "CREATE TABLE bench_stock AS TABLE outbox"
FILL = f"INSERT INTO outbox ({COLUMNS}) SELECT {COLUMNS} FROM bench_stock ORDER BY id LIMIT $1"  # noqa: S608
STOCK = "SELECT topic, aggregateid, headers, payload, created_at FROM bench_stock ORDER BY id"
BY, INSERTS = 4, 4000  # events per transaction, and the number of measured transactions
WAIT_SECONDS = 120
Message = tuple[str, bytes, int, bytes, list[tuple[str, bytes]]]


class RelayRate:
    """Both in one environment. `runtime` is open, and its outbox is empty."""

    def __init__(self, runtime: Runtime, postgres: psutil.Process) -> None:
        self._runtime, self._postgres = runtime, postgres

    async def stock(self, envelopes: Sequence[Envelope]) -> Measurement:
        """Record these events and publish them once; the cost of the inserts, BY events per transaction."""
        measured = BY * INSERTS
        with timed(self._postgres, measured) as found:
            for start in range(0, measured, BY):
                await self._insert(envelopes[start : start + BY])
        await self._insert(envelopes[measured:])
        await self._runtime.pool.execute(KEEP)
        await self._drained(0, len(envelopes))
        return found

    async def compare(self, rounds: int, log: Callable[[str], None]) -> Comparison:
        """Rounds of both in turn; each sends all recorded events."""
        found, messages = Comparison(), await self._messages()
        producer = clients.producer(self._runtime.settings.kafka, "raw")
        await producer.start()
        for number in range(1, rounds + 1):
            _hash.cache_clear()  # the aggregates of a backlog are not in the cache
            with timed(self._postgres, len(messages)) as raw:
                await send(producer, messages)
            found.raw.append(raw)
            found.ours.append(await self._drained(len(messages), len(messages)))
            log(f"relay, round {number}: {found.ours[-1]} against {raw}")
        await producer.stop()
        return found

    async def _insert(self, envelopes: Sequence[Envelope]) -> None:
        async with self._runtime.transaction() as tx:
            tx.recorded.extend(envelopes)

    async def _messages(self) -> list[Message]:
        """The recorded events as messages."""
        rows: Any = await self._runtime.pool.fetch(STOCK)
        return [
            (
                row["topic"],
                row["aggregateid"].encode(),
                int(row["created_at"].timestamp() * 1000),
                row["payload"],
                [(name, text.encode()) for name, text in row["headers"].items()],
            )
            for row in rows
        ]

    async def _drained(self, more: int, events: int) -> Measurement:
        """From the commit that adds `more` events until the relay has deleted `events`, which are all."""
        clients.key_hash.cache_clear()
        await self._runtime.pool.execute("VACUUM outbox")
        async with in_background(Relay(self._runtime).run):
            if more:  # then it has its shards, connections and query plans
                await self._relayed(1, 1)
            return await self._relayed(more, events)

    async def _relayed(self, more: int, events: int) -> Measurement:
        done = self._when_relayed(events)
        async with self._runtime.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(FILL, more)
            with timed(self._postgres, events) as measured:
                await transaction.commit()
                self._runtime.wake(OUTBOX)
                async with asyncio.timeout(WAIT_SECONDS):
                    await done
        return measured

    def _when_relayed(self, events: int) -> asyncio.Future[None]:
        """Done when the relay has counted this number of further events as acknowledged and deleted."""
        done, metrics, left = asyncio.get_running_loop().create_future(), self._runtime.metrics.of(RelayMetrics), events

        def count(some: int, seconds: float) -> None:
            nonlocal left
            left -= some
            if left == 0:
                done.set_result(None)
            RelayMetrics.acknowledged(metrics, some, seconds)

        metrics.acknowledged = count  # type: ignore[method-assign, assignment]
        return done


@lru_cache(maxsize=100_000)
def _hash(key: bytes) -> int:
    return int(murmur2(key)) & 0x7FFFFFFF


async def send(producer: AIOKafkaProducer, messages: Sequence[Message]) -> None:
    """Send full batches, with as many in flight as the library allows."""
    partitions = {topic: len(await producer.partitions_for(topic)) for topic in {each[0] for each in messages}}
    batches: dict[tuple[str, int], Any] = {}
    waiting = []
    for topic, key, stamp, value, headers in messages:
        place = topic, _hash(key) % partitions[topic]
        batch = batches.get(place)
        while batch is None or batch.append(timestamp=stamp, key=key, value=value, headers=headers) is None:
            if batch is not None:
                waiting.append(await producer.send_batch(batch, topic, partition=place[1]))
            batch = batches[place] = producer.create_batch()
    for (topic, partition), batch in batches.items():
        waiting.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*waiting)
