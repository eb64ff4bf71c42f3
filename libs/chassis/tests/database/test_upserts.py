"""Upserts of a transaction wait and are sent together, with the same result as one by one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.database.mapping import Rows
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.testing import Harness
from aftercare_events import Envelope, OrderCancelled
from aiokafka import ConsumerRecord, TopicPartition
from sqlalchemy import Column, Integer, MetaData, Table, Text

Make = Callable[..., OrderCancelled]
ORDERS = TopicPartition("aftercare.orders.v1", 0)
_NAMES = Column("id", Text, primary_key=True), Column("owner", Text)
COPIED = Table("tallies", MetaData(), *_NAMES, Column("version", Integer), Column("count", Integer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    id: str
    version: int = 1
    owner: str = "o"
    count: int


COPIES = Rows(COPIED, Copy)
NOBODY: Any = None  # an owner that the database refuses


async def copied(tx: Transaction, event: OrderCancelled) -> None:
    """A copy as projections make them: no read, one upsert. `count` is the sequence of the last event of the order."""
    sequence = tx.cause.sequence if tx.cause else 0
    owner = NOBODY if event.cause == "unprocessable" else event.buyer_id
    await tx.upsert(COPIES, Copy(id=event.order_id, owner=owner, count=sequence))


def records(harness: Harness, *events: tuple[OrderCancelled, int]) -> list[ConsumerRecord]:
    return [
        harness.record(Envelope.of(event, id=UUID(int=n), source="/x", sequence=sequence, correlation_id="c"))
        for n, (event, sequence) in enumerate(events, 1)
    ]


async def copies(harness: Harness) -> dict[str, int]:
    rows: Any = await harness.runtime.pool.fetch("SELECT id, count FROM tallies")
    return {row["id"]: row["count"] for row in rows}


async def test_the_last_upsert_of_a_row_is_read_and_kept(tally: Harness) -> None:
    async with tally.runtime.transaction() as tx:
        for count in (1, 2):
            await tx.upsert(COPIES, Copy(id="one", count=count))
        await tx.upsert(COPIES, Copy(id="two", count=1))
        assert (await tx.get(COPIES, "one")).count == 2
        await tx.upsert(COPIES, Copy(id="one", count=3))
        await tx.insert(COPIES, Copy(id="three", count=1))
        await tx.upsert(COPIES, Copy(id="three", count=2))
    assert await copies(tally) == {"one": 3, "two": 1, "three": 2}


async def test_a_chunk_sends_its_upserts_together_and_in_the_order_of_the_log(
    tally: Harness, order_cancelled: Make
) -> None:
    one, two = order_cancelled("one"), order_cancelled("two")
    sent: list[str] = []
    async with tally.runtime.pool.acquire() as connection:
        connection.add_query_logger(lambda record: sent.append(record.query))
    batch = records(tally, (one, 1), (two, 1), (one, 2), (one, 3), (two, 2))
    await Consumer(tally.runtime, {OrderCancelled: copied}).process(ORDERS, batch)
    assert await copies(tally) == {"one": 3, "two": 2}
    assert len([text for text in sent if text.startswith("INSERT INTO tallies")]) == 1


async def test_an_event_whose_upsert_the_database_refuses_is_parked_alone(
    tally: Harness, order_cancelled: Make
) -> None:
    batch = records(
        tally,
        (order_cancelled("one"), 1),
        (order_cancelled("bad", "unprocessable"), 1),
        (order_cancelled("two"), 1),
        (order_cancelled("bad"), 2),
        (order_cancelled("one"), 2),
    )
    await Consumer(tally.runtime, {OrderCancelled: copied}).process(ORDERS, batch)
    assert await copies(tally) == {"one": 2, "two": 1}
    refused, behind = await tally.parked()
    assert "NotNullViolationError" in refused
    assert behind == "OrderCancelled.v1: behind a parked event"
