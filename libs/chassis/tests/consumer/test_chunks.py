"""Chunks handed to a consumer: one effect per event, in order, and unprocessable events parked."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.consumer.inbox import Fenced
from aftercare_chassis.database.revisions import History, Revisions, SchemaMismatch
from aftercare_chassis.testing import Harness
from aftercare_events import Envelope, OrderCancelled, codec
from aiokafka import TopicPartition

Make = Callable[..., OrderCancelled]
ORDERS = TopicPartition("aftercare.orders.v1", 0)


async def _counts(harness: Harness) -> dict[str, int]:
    rows: Any = await harness.runtime.pool.fetch("SELECT id, count FROM tallies")
    return {row["id"]: row["count"] for row in rows}


async def test_an_event_has_one_effect_however_often_it_arrives(tally: Harness, order_cancelled: Make) -> None:
    envelope = await tally.consume(order_cancelled("ord_1"))
    await tally.deliver(envelope, envelope)
    assert await _counts(tally) == {"tally_ord_1": 1}


async def test_an_event_that_was_pruned_from_the_inbox_still_has_one_effect(
    tally: Harness, order_cancelled: Make
) -> None:
    envelope = await tally.consume(order_cancelled("ord_1"))
    await tally.runtime.pool.execute("DELETE FROM inbox")
    tally.clock.advance(hours=24 * 14)
    await tally.deliver(envelope)
    assert await _counts(tally) == {"tally_ord_1": 1}
    assert await tally.parked() == []


async def test_an_event_too_young_to_be_pruned_was_never_handled(tally: Harness, order_cancelled: Make) -> None:
    """So another event has its sequence, and only an operator can know which one is right."""
    first = await tally.consume(order_cancelled("ord_1"))
    tally.clock.advance(hours=24 * 12)
    await tally.deliver(replace(first, id=UUID(int=1)))
    assert await _counts(tally) == {"tally_ord_1": 1}
    explanation = "sequence 1 was taken by another event; the last one of the aggregate is 1"
    assert await tally.parked() == [f"OrderCancelled.v1: {explanation}"]


async def test_events_of_one_id_in_one_chunk_are_judged_like_any_others(tally: Harness, order_cancelled: Make) -> None:
    one = Envelope.of(order_cancelled("ord_1"), id=UUID(int=1), source="/x", sequence=1, correlation_id="c")
    other = replace(one, data=one.data.replace(b'"cause":"buyer"', b'"cause":"other"'))
    await tally.consumer.process(ORDERS, [tally.record(each) for each in (one, one, other, one)])
    assert await _counts(tally) == {"tally_ord_1": 1}
    assert await tally.parked() == ["OrderCancelled.v1: this event came before, with other content"]


async def test_a_chunk_is_four_round_trips_and_what_its_effects_need(tally: Harness, order_cancelled: Make) -> None:
    """BEGIN; cursor, inbox and progress; progress saved; COMMIT. These events have no handler here."""
    consumer = Consumer(tally.runtime, {})
    records = [
        tally.record(
            Envelope.of(order_cancelled(f"o_{n}"), id=UUID(int=n + 1), source="/x", sequence=1, correlation_id="c")
        )
        for n in range(200)
    ]
    await consumer.process(ORDERS, records[:100])  # the driver asks for the types it does not know yet
    sent: list[str] = []
    async with tally.runtime.pool.acquire() as connection:
        connection.add_query_logger(lambda record: sent.append(record.query.split()[0]))
    await consumer.process(ORDERS, records[100:])
    assert sent == ["BEGIN", "WITH", "INSERT", "COMMIT"]


async def test_events_caused_by_an_event_have_its_id_as_their_cause(tally: Harness, order_cancelled: Make) -> None:
    cause = await tally.consume(order_cancelled("ord_1"))
    [effect] = await tally.envelopes()
    assert effect.causation_id == str(cause.id)
    assert effect.correlation_id == cause.correlation_id


async def test_an_unprocessable_event_blocks_its_own_aggregate_alone(tally: Harness, order_cancelled: Make) -> None:
    records = [
        tally.record(Envelope.of(event, id=UUID(int=n), source="/x", sequence=n if n < 4 else 1, correlation_id="c"))
        for n, event in enumerate(
            [
                order_cancelled("ord_1"),
                order_cancelled("ord_1", "unprocessable"),
                order_cancelled("ord_1"),
                order_cancelled("ord_2"),
            ],
            1,
        )
    ]
    await tally.consumer.process(ORDERS, records)
    assert await _counts(tally) == {"tally_ord_1": 1, "tally_ord_2": 1}
    assert await tally.parked() == [
        "OrderCancelled.v1: ValueError: this can never be handled",
        "OrderCancelled.v1: behind a parked event",
    ]


async def test_an_unreadable_message_is_parked_with_its_bytes(tally: Harness, order_cancelled: Make) -> None:
    envelope = Envelope.of(order_cancelled("ord_1"), id=UUID(int=1), source="/x", sequence=1, correlation_id="c")
    record = tally.record(envelope)
    await tally.consumer.process(ORDERS, [type(record)(**{**vars_of(record), "headers": (("ce_id", b"?"),)})])
    row: Any = await tally.runtime.pool.fetchrow("SELECT type, payload, aggregateid FROM parked_event")
    assert (row["type"], row["payload"], row["aggregateid"]) == ("unreadable", codec.encode(envelope)[1], "ord_1")


async def test_a_consumer_whose_partition_was_taken_over_changes_nothing(tally: Harness, order_cancelled: Make) -> None:
    zombie = Consumer(tally.runtime, tally.service.handlers)
    first = tally.record(
        Envelope.of(order_cancelled("ord_1"), id=UUID(int=1), source="/x", sequence=1, correlation_id="c")
    )
    second = tally.record(
        Envelope.of(order_cancelled("ord_1"), id=UUID(int=2), source="/x", sequence=2, correlation_id="c")
    )
    await zombie.process(ORDERS, [first])
    await tally.runtime.pool.execute("UPDATE consumer_cursor SET next_offset = 2")  # the new owner has handled one
    with pytest.raises(Fenced):
        await zombie.process(ORDERS, [second])
    assert await _counts(tally) == {"tally_ord_1": 1}


async def test_two_consumers_of_one_chunk_have_one_effect(tally: Harness, order_cancelled: Make) -> None:
    record = tally.record(
        Envelope.of(order_cancelled("ord_1"), id=UUID(int=1), source="/x", sequence=1, correlation_id="c")
    )
    rivals = [Consumer(tally.runtime, tally.service.handlers) for _ in range(2)]
    outcomes = await asyncio.gather(*(rival.process(ORDERS, [record]) for rival in rivals), return_exceptions=True)
    assert sorted(type(outcome) for outcome in outcomes if outcome is not None) == [Fenced]
    assert await _counts(tally) == {"tally_ord_1": 1}


def vars_of(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


async def test_an_event_waits_where_the_schema_does_not_fit_this_build(tally: Harness, order_cancelled: Make) -> None:
    """A new build that starts before its migration has run, and an old one after a contraction: the event is valid."""
    tally.runtime.revisions = Revisions(History(("0001", "0002")))
    await tally.runtime.pool.execute("CREATE TABLE alembic_version (version_num text)")
    await tally.runtime.pool.execute("INSERT INTO alembic_version VALUES ('0001')")
    with pytest.raises(SchemaMismatch, match="schema_behind"):
        await tally.consume(order_cancelled("ord_1", cause="unprocessable"), sequence=1)
    assert await tally.parked() == []
    await tally.runtime.pool.execute("UPDATE alembic_version SET version_num = '0002'")
    await tally.consume(order_cancelled("ord_1", cause="unprocessable"), sequence=1)
    assert await tally.parked() == ["OrderCancelled.v1: ValueError: this can never be handled"]
    await tally.runtime.pool.execute("DROP TABLE alembic_version")
