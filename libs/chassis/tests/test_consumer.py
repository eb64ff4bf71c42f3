"""The consumer's promises, with events brought to it by hand: one effect each, in order, poison set aside."""

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


async def test_an_event_has_one_effect_however_often_it_comes(tally: Harness, order_cancelled: Make) -> None:
    envelope = await tally.consume(order_cancelled("ord_1"))
    await tally.deliver(envelope, envelope)
    assert await _counts(tally) == {"tally_ord_1": 1}


async def test_an_event_that_the_inbox_has_lost_by_its_age_still_has_one_effect(
    tally: Harness, order_cancelled: Make
) -> None:
    envelope = await tally.consume(order_cancelled("ord_1"))
    await tally.runtime.pool.execute("DELETE FROM inbox")
    tally.clock.advance(hours=24 * 14)
    await tally.deliver(envelope)
    assert await _counts(tally) == {"tally_ord_1": 1}
    assert await tally.parked() == []


async def test_an_event_too_young_to_be_forgotten_was_never_taken(tally: Harness, order_cancelled: Make) -> None:
    """So another one has its place, and nobody but an operator can know which is true."""
    first = await tally.consume(order_cancelled("ord_1"))
    tally.clock.advance(hours=24 * 12)
    await tally.deliver(replace(first, id=UUID(int=1)))
    assert await _counts(tally) == {"tally_ord_1": 1}
    told = "OrderCancelled.v1: sequence 1 was taken by another event; the aggregate stands at 1"
    assert await tally.parked() == [told]


async def test_two_of_one_id_in_one_chunk_are_judged_like_any_others(tally: Harness, order_cancelled: Make) -> None:
    one = Envelope.of(order_cancelled("ord_1"), id=UUID(int=1), source="/x", sequence=1, correlation_id="c")
    other = replace(one, data=one.data.replace(b'"cause":"buyer"', b'"cause":"other"'))
    await tally.consumer.chunk(ORDERS, [tally.record(each) for each in (one, one, other, one)])
    assert await _counts(tally) == {"tally_ord_1": 1}
    assert await tally.parked() == ["OrderCancelled.v1: this event came before, with other content"]


async def test_a_chunk_is_six_round_trips_and_what_its_effects_need(tally: Harness, order_cancelled: Make) -> None:
    """Begin, cursor, aggregates, inbox, aggregates written back, commit; nobody here listens to these events."""
    deaf = Consumer(tally.runtime, {})
    made = [
        tally.record(
            Envelope.of(order_cancelled(f"o_{n}"), id=UUID(int=n + 1), source="/x", sequence=1, correlation_id="c")
        )
        for n in range(200)
    ]
    await deaf.chunk(ORDERS, made[:100])  # the driver asks for the types it does not know yet
    said: list[str] = []
    async with tally.runtime.pool.acquire() as connection:
        connection.add_query_logger(lambda record: said.append(record.query.split()[0]))
    await deaf.chunk(ORDERS, made[100:])
    assert said == ["BEGIN", "UPDATE", "SELECT", "INSERT", "INSERT", "COMMIT"]


async def test_what_follows_from_an_event_names_it_as_its_cause(tally: Harness, order_cancelled: Make) -> None:
    cause = await tally.consume(order_cancelled("ord_1"))
    [effect] = await tally.envelopes()
    assert effect.causation_id == str(cause.id)
    assert effect.correlation_id == cause.correlation_id


async def test_poison_stops_its_own_aggregate_alone(tally: Harness, order_cancelled: Make) -> None:
    records = [
        tally.record(Envelope.of(event, id=UUID(int=n), source="/x", sequence=n if n < 4 else 1, correlation_id="c"))
        for n, event in enumerate(
            [
                order_cancelled("ord_1"),
                order_cancelled("ord_1", "poison"),
                order_cancelled("ord_1"),
                order_cancelled("ord_2"),
            ],
            1,
        )
    ]
    await tally.consumer.chunk(ORDERS, records)
    assert await _counts(tally) == {"tally_ord_1": 1, "tally_ord_2": 1}
    assert await tally.parked() == [
        "OrderCancelled.v1: ValueError: this can never be handled",
        "OrderCancelled.v1: behind a parked event",
    ]


async def test_garbage_on_the_log_is_parked_with_its_bytes(tally: Harness, order_cancelled: Make) -> None:
    envelope = Envelope.of(order_cancelled("ord_1"), id=UUID(int=1), source="/x", sequence=1, correlation_id="c")
    record = tally.record(envelope)
    await tally.consumer.chunk(ORDERS, [type(record)(**{**vars_of(record), "headers": (("ce_id", b"?"),)})])
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
    await zombie.chunk(ORDERS, [first])
    await tally.runtime.pool.execute("UPDATE consumer_cursor SET next_offset = 2")  # the new owner has been here
    with pytest.raises(Fenced):
        await zombie.chunk(ORDERS, [second])
    assert await _counts(tally) == {"tally_ord_1": 1}


async def test_two_consumers_of_one_chunk_have_one_effect(tally: Harness, order_cancelled: Make) -> None:
    record = tally.record(
        Envelope.of(order_cancelled("ord_1"), id=UUID(int=1), source="/x", sequence=1, correlation_id="c")
    )
    rivals = [Consumer(tally.runtime, tally.service.handlers) for _ in range(2)]
    outcomes = await asyncio.gather(*(rival.chunk(ORDERS, [record]) for rival in rivals), return_exceptions=True)
    assert sorted(type(outcome) for outcome in outcomes if outcome is not None) == [Fenced]
    assert await _counts(tally) == {"tally_ord_1": 1}


def vars_of(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


async def test_an_event_that_meets_a_foreign_schema_waits_and_is_not_parked(
    tally: Harness, order_cancelled: Make
) -> None:
    """A new build that starts before its migration has run, and an old one after a contraction: no event is to blame."""
    tally.runtime.revisions = Revisions(History(("0001", "0002")))
    await tally.runtime.pool.execute("CREATE TABLE alembic_version (version_num text)")
    await tally.runtime.pool.execute("INSERT INTO alembic_version VALUES ('0001')")
    with pytest.raises(SchemaMismatch, match="schema_behind"):
        await tally.consume(order_cancelled("ord_1", cause="poison"), sequence=1)
    assert await tally.parked() == []
    await tally.runtime.pool.execute("UPDATE alembic_version SET version_num = '0002'")
    await tally.consume(order_cancelled("ord_1", cause="poison"), sequence=1)
    assert await tally.parked() == ["OrderCancelled.v1: ValueError: this can never be handled"]
    await tally.runtime.pool.execute("DROP TABLE alembic_version")
