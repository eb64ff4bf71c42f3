"""What a consumer keeps: cursors, events it has handled, and the progress of aggregates."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aftercare_chassis.consumer.inbox import (
    KEPT,
    AggregateProgress,
    Cursor,
    Fenced,
    Inbox,
    PartitionRead,
    content_digest,
    may_be_deleted,
)
from aftercare_chassis.testing import Harness, until
from aftercare_events import Envelope
from aiokafka import TopicPartition
from log_support import Make, envelope_of

PARTITION = TopicPartition("aftercare.orders.v1", 3)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
async def inbox(tally: Harness) -> AsyncIterator[Inbox]:
    async with tally.runtime.pool.acquire() as connection:
        yield Inbox(connection, "test")


def read(known: Cursor | None, offsets: range) -> PartitionRead:
    return PartitionRead(PARTITION, known, offsets)


async def move(inbox: Inbox, known: Cursor | None, offsets: range) -> Cursor:
    await inbox.begin([read(known, offsets)], [])
    return read(known, offsets).cursor


async def digests(inbox: Inbox, *envelopes: Envelope) -> list[int | None]:
    return (await inbox.begin([], envelopes)).digests


@pytest.fixture
def envelope(order_cancelled: Make) -> Envelope:
    return envelope_of(order_cancelled("ord_1"))


async def test_a_cursor_begins_where_the_first_records_were_read(inbox: Inbox) -> None:
    assert await inbox.cursors() == {}
    first = await move(inbox, None, range(7, 10))
    assert first == Cursor(next_offset=10, first_offset=7)
    second = await move(inbox, first, range(10, 12))
    assert second == Cursor(next_offset=12, first_offset=7)
    assert await inbox.cursors() == {(PARTITION.topic, 3): second}


async def test_a_cursor_that_somebody_else_has_moved_is_fenced(inbox: Inbox) -> None:
    mine = await move(inbox, None, range(5))
    await move(inbox, mine, range(5, 6))
    with pytest.raises(Fenced):
        await move(inbox, mine, range(5, 8))
    with pytest.raises(Fenced):
        await move(inbox, None, range(8))


async def test_cursors_of_several_partitions_move_in_one_call(inbox: Inbox) -> None:
    [one, two] = [TopicPartition(PARTITION.topic, number) for number in (4, 5)]
    first = [PartitionRead(one, None, range(2)), PartitionRead(two, None, range(3))]
    await inbox.begin(first, [])
    second = [PartitionRead(one, first[0].cursor, range(2, 6)), PartitionRead(two, first[1].cursor, range(3, 4))]
    await inbox.begin(second, [])
    assert await inbox.cursors() == {tuple(each.partition): each.cursor for each in second}


async def test_one_fenced_cursor_of_several_is_enough(inbox: Inbox) -> None:
    [one, two] = [TopicPartition(PARTITION.topic, number) for number in (4, 5)]
    await inbox.begin([PartitionRead(one, None, range(2)), PartitionRead(two, None, range(3))], [])
    reads = [PartitionRead(one, Cursor(2, 0), range(2, 6)), PartitionRead(two, Cursor(2, 0), range(2, 4))]
    with pytest.raises(Fenced):
        await inbox.begin(reads, [])


async def test_cursors_of_other_consumers_are_their_own(tally: Harness, inbox: Inbox) -> None:
    await move(inbox, None, range(5))
    async with tally.runtime.pool.acquire() as connection:
        other = Inbox(connection, "other")
        assert await other.cursors() == {}
        assert await move(other, None, range(9)) == Cursor(9, 0)


async def test_an_event_is_new_once(inbox: Inbox, envelope: Envelope) -> None:
    digest = content_digest(envelope)
    assert await digests(inbox, envelope) == [None]
    assert await digests(inbox, envelope) == [digest]


async def test_copies_in_one_call_are_known_by_the_first(inbox: Inbox, envelope: Envelope) -> None:
    changed = replace(envelope, data=b"{}")
    assert await digests(inbox, envelope, changed, envelope) == [
        None,
        content_digest(envelope),
        content_digest(envelope),
    ]
    assert await digests(inbox, changed) == [content_digest(envelope)], "the first one counts"


async def test_nothing_is_inserted_for_no_events(inbox: Inbox) -> None:
    assert await digests(inbox) == []


def test_a_digest_depends_on_the_content_and_not_on_the_delivery(envelope: Envelope) -> None:
    digest = content_digest(envelope)
    for changed in ({"traceparent": "other"}, {"correlation_id": "other"}, {"topic": "other"}):
        assert content_digest(replace(envelope, **changed)) == digest
    for changed in ({"data": b"{}"}, {"sequence": 2}, {"type": "A.v1"}, {"source": "/y"}, {"subject": "other"}):
        assert content_digest(replace(envelope, **changed)) != digest
    assert -(2**63) <= digest < 2**63


@pytest.mark.parametrize(
    ("age", "deleted"), [(timedelta(0), False), (KEPT - timedelta(days=2), False), (KEPT, True), (2 * KEPT, True)]
)
def test_the_row_of_an_old_event_may_be_deleted(envelope: Envelope, age: timedelta, deleted: bool) -> None:
    assert may_be_deleted(replace(envelope, time=NOW - age), NOW) == deleted


async def test_progress_is_zero_for_an_aggregate_never_met(inbox: Inbox) -> None:
    assert await inbox.progress(["b", "a", "b"]) == {"a": AggregateProgress(), "b": AggregateProgress()}


async def test_progress_is_saved_and_read_again(inbox: Inbox) -> None:
    saved = {"b": AggregateProgress(7), "a": AggregateProgress(3, blocked_since=NOW)}
    await inbox.save_progress(saved)
    assert await inbox.progress(["a", "b"]) == saved
    await inbox.save_progress({"a": AggregateProgress(4)})
    assert await inbox.progress(["a"]) == {"a": AggregateProgress(4)}


async def test_a_blocked_aggregate_is_locked_and_read_as_it_is_then(tally: Harness, inbox: Inbox) -> None:
    """While an operator releases it, the consumer waits, and sees that it was released."""
    import asyncio

    pool: Any = tally.runtime.pool
    await inbox.save_progress({"a": AggregateProgress(3, blocked_since=NOW)})
    async with pool.acquire() as operator:
        releasing = operator.transaction()
        await releasing.start()
        await operator.execute("UPDATE subject_state SET blocked_since = NULL WHERE aggregateid = 'a'")
        reading = asyncio.create_task(inbox.progress(["a"]))
        await until(lambda: pool.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"), "it waits")
        assert not reading.done()
        await releasing.commit()
    assert await reading == {"a": AggregateProgress(3)}
