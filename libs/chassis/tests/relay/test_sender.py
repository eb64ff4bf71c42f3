"""The sender on a real log: an event that Kafka refuses blocks its aggregate alone, and rounds grow with the backlog."""

import asyncio
import os
import re
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.database.notifications import OUTBOX
from aftercare_chassis.database.outbox import shard_of
from aftercare_chassis.kafka import clients
from aftercare_chassis.relay import batches, sender
from aftercare_chassis.relay.batches import Batch
from aftercare_chassis.relay.relay import SESSION, Relay
from aftercare_chassis.relay.sender import ProducerUnusable, Sender
from aftercare_chassis.testing import Harness, until
from aiokafka.errors import KafkaError
from log_support import Make, envelope_of, outbox_is_empty, publish, running

_ENLARGE = "UPDATE outbox SET payload = $2 WHERE aggregateid = $1"
_LEFT = "SELECT aggregateid, aggregate_version FROM outbox ORDER BY id"
_FILL = """
INSERT INTO outbox (event_id, aggregatetype, aggregateid, aggregate_version, type, topic, bucket, headers, payload)
SELECT gen_random_uuid(), 'topic', number::text, 1, 'type', 'topic', number % 64, '{}', convert_to(repeat('x', 500), 'UTF8')
FROM generate_series(1, 20000) AS number
"""
_BLOCKED = "SELECT aggregateid, reason FROM outbox_blocked"


async def left(harness: Harness) -> list[tuple[str, int]]:
    rows: Any = await harness.runtime.pool.fetch(_LEFT)
    return [tuple(row) for row in rows]


async def test_an_event_that_kafka_refuses_blocks_its_aggregate_alone(on_log: Harness, order_cancelled: Make) -> None:
    refused, others = uuid4().hex, [uuid4().hex for _ in range(30)]
    await publish(on_log, envelope_of(order_cancelled(refused)))
    await on_log.runtime.pool.execute(_ENLARGE, refused, os.urandom(3_000_000))  # random: it must not compress
    await publish(on_log, *(envelope_of(order_cancelled(order), n) for n in (1, 2) for order in others))
    await publish(on_log, envelope_of(order_cancelled(refused), 2))

    async def only_the_refused_is_left() -> bool:
        blocked: Any = await on_log.runtime.pool.fetch(_BLOCKED)
        is_blocked = [tuple(row) for row in blocked] == [(refused, "MessageSizeTooLargeError")]
        return is_blocked and await left(on_log) == [(refused, 1), (refused, 2)]

    async with running(Relay(on_log.runtime).run):
        await until(only_the_refused_is_left, "all others are on the log")
        await on_log.runtime.pool.execute("UPDATE outbox SET payload = $1", order_cancelled(refused).to_data())
        await on_log.runtime.pool.execute("DELETE FROM outbox_blocked")
        await until(lambda: outbox_is_empty(on_log), "after its release it is on the log")


async def test_a_transient_error_needs_a_new_producer(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Any, rows: list[Any]) -> list[Batch]:
        return [Batch("topic", 0, rows, error=KafkaError("not available"))]

    monkeypatch.setattr(batches, "send", fail)
    order = uuid4().hex
    await publish(on_log, envelope_of(order_cancelled(order)))
    connection = await on_log.runtime.connect()
    try:
        producer: Any = None
        with pytest.raises(ProducerUnusable):
            await Sender(connection, producer, on_log.runtime).run(list(range(64)), 5, asyncio.Event())
    finally:
        await connection.close()
    assert await left(on_log) == [(order, 1)], "nothing was deleted"


async def test_what_was_acknowledged_is_deleted_also_where_another_batch_failed(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sorted(uuid4().hex for _ in range(2))

    async def half(_: Any, rows: list[Any]) -> list[Batch]:
        return [
            Batch("topic", 0, [row for row in rows if row["aggregateid"] == first], acknowledged=1),
            Batch("topic", 1, [row for row in rows if row["aggregateid"] == second], error=TimeoutError()),
        ]

    monkeypatch.setattr(batches, "send", half)
    await publish(on_log, *(envelope_of(order_cancelled(order)) for order in (first, second)))
    connection = await on_log.runtime.connect()
    try:
        producer: Any = None
        sending = Sender(connection, producer, on_log.runtime)
        with pytest.raises(ProducerUnusable):
            await sending._complete(sending._send(await sending._read(list(range(64)))))
    finally:
        await connection.close()
    assert await left(on_log) == [(second, 1)]


async def test_events_that_a_batch_had_no_room_for_are_sent_without_a_notification(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []

    async def one_of_them(_: Any, rows: list[Any]) -> list[Batch]:
        rounds.append(len(rows))
        return [Batch("topic", 0, rows, acknowledged=1)]

    monkeypatch.setattr(batches, "send", one_of_them)
    await publish(on_log, *(envelope_of(order_cancelled(uuid4().hex)) for _ in range(3)))
    connection = await on_log.runtime.connect()
    stop = asyncio.Event()
    try:
        producer: Any = None
        sending = asyncio.create_task(Sender(connection, producer, on_log.runtime).run(list(range(64)), 60, stop))
        await until(lambda: outbox_is_empty(on_log), "all are sent")
        stop.set()
        on_log.runtime.wake(OUTBOX)
        await sending
    finally:
        await connection.close()
    assert rounds == [3, 2, 1]


async def test_a_round_reads_twice_as_many_rows_as_the_one_before(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "FIRST_ROWS", 64)
    monkeypatch.setattr(sender, "MAX_ROWS", 256)
    await publish(on_log, *(envelope_of(order_cancelled(uuid4().hex)) for _ in range(300)))
    connection = await on_log.runtime.connect()
    producer = clients.producer(on_log.settings.kafka, "test")
    await producer.start()
    try:
        sending = Sender(connection, producer, on_log.runtime)
        wanted = [sending._rows]
        for _ in range(3):
            await sending._read(list(range(64)))
            wanted.append(sending._rows)
        assert wanted == [64, 128, 256, 256]
        await sending.run(list(range(64)), 5, asyncio.Event())
    finally:
        await producer.stop()
        await connection.close()
    assert await left(on_log) == []


async def test_a_round_is_bounded_by_bytes_too(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(on_log, *(envelope_of(order_cancelled(uuid4().hex)) for _ in range(50)))
    size = len(order_cancelled(uuid4().hex).to_data())
    monkeypatch.setattr(sender, "MAX_BYTES", 10 * size)
    connection = await on_log.runtime.connect()
    try:
        producer: Any = None
        sending = Sender(connection, producer, on_log.runtime)
        await sending._read(list(range(64)))
        assert sending._rows == 10
    finally:
        await connection.close()


async def test_rows_behind_many_of_another_relay_are_sent(on_log: Harness, order_cancelled: Make) -> None:
    """A relay that has stalled leaves its rows in front of those of others."""
    orders = [uuid4().hex for _ in range(2 * sender.FEW_ROWS)]
    mine = [order for order in orders if shard_of(order) < 32]
    await publish(on_log, *(envelope_of(order_cancelled(order)) for order in orders if order not in mine))
    await publish(on_log, *(envelope_of(order_cancelled(order)) for order in mine))
    stop = asyncio.Event()

    async def only_theirs_are_left() -> bool:
        return {order for order, _ in await left(on_log)}.isdisjoint(mine)

    connection, producer = await on_log.runtime.connect(), clients.producer(on_log.settings.kafka, "test")
    await producer.start()
    try:
        running_ = asyncio.create_task(Sender(connection, producer, on_log.runtime).run(list(range(32)), 60, stop))
        await until(only_theirs_are_left, "its own rows are on the log")
        stop.set()
        await running_
    finally:
        await producer.stop()
        await connection.close()
    assert len(await left(on_log)) == len(orders) - len(mine)


async def test_a_read_passes_no_more_rows_of_a_backlog_than_it_returns(on_log: Harness) -> None:
    """Also where statistics are missing and the statement is first planned with a full outbox, as after an outage."""
    await on_log.runtime.pool.execute(_FILL)
    connection = await on_log.runtime.connect(**SESSION)
    try:
        for text, args in ((sender._READ, (list(range(0, 64, 2)), 125)), (sender._READ_FEW, (list(range(64)), 100))):
            plan = [row[0] for row in await connection.fetch(f"EXPLAIN (ANALYZE, COSTS OFF) {text}", *args)]
            passed = [float(number) for line in plan for number in re.findall(r"Scan.* rows=([\d.]+)", line)]
            assert max(passed) <= 125, "\n".join(plan)
    finally:
        await connection.close()
