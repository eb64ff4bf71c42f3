"""The replay of events into a shadow, with records handed to it: order, gaps, refusals, and what is left out."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any

import pytest
from aftercare_chassis.consumer.inbox import content_digest
from aftercare_chassis.kafka import range_reader
from aftercare_chassis.projections import event_replay
from aftercare_chassis.projections.event_replay import EventReplay, Progress
from aftercare_chassis.projections.live_snapshot import LiveSnapshot
from aftercare_chassis.testing import Harness
from aftercare_events import Envelope
from aiokafka import ConsumerRecord, TopicPartition
from log_support import ORDERS, Make, envelope_of
from tally_projection import REFUSED, projection_of

PARTITION = TopicPartition(ORDERS, 0)
NOTHING: frozenset[Any] = frozenset()


class Log:
    """A log of one partition in memory, and a replay that reads it."""

    def __init__(self, harness: Harness, replay: EventReplay, make: Make) -> None:
        self.harness, self.replay, self._make = harness, replay, make
        self.records: list[ConsumerRecord] = []
        self.asked: list[tuple[int, int]] = []

    def add(self, aggregate: str, sequence: int, cause: str = "buyer") -> Envelope:
        envelope = envelope_of(self._make(aggregate, cause), sequence)
        self.append(envelope)
        return envelope

    def append(self, envelope: Envelope) -> None:
        self.records.append(self.harness.record(envelope))

    async def read(self, _: str, starts: Any, ends: Any, security: Any) -> AsyncIterator[list[ConsumerRecord]]:
        """In place of `range_reader.read`: the records in batches of three."""
        start, end = starts.get(PARTITION, 0), ends[PARTITION]
        self.asked.append((start, end))
        for first in range(start, end, 3):
            yield self.records[first : min(first + 3, end)]

    async def replay_up_to(
        self,
        end: int | None = None,
        *,
        places: Iterable[tuple[str, int, int]] = (),
        events: Iterable[tuple[str, int]] = (),
    ) -> dict[str, tuple[str, int]]:
        """Replay; return the last cause and the count of each aggregate."""
        ends = {PARTITION: len(self.records) if end is None else end}
        await self.replay.up_to(LiveSnapshot(ends, frozenset(places), frozenset(events)))
        found: Any = await self.replay._connection.fetch("SELECT id, owner, count FROM tallies")
        return {row["id"]: (row["owner"], row["count"]) for row in found}


@pytest.fixture
async def log_of(tally: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Log]:
    projection, _ = projection_of(tally)
    connection = await tally.runtime.connect()
    made = Log(tally, EventReplay(tally.runtime, connection, projection, "replay"), order_cancelled)
    monkeypatch.setattr(range_reader, "read", made.read)
    yield made
    await connection.close()


async def test_events_are_applied_in_the_order_of_each_aggregate(log_of: Log) -> None:
    for sequence in (1, 2, 3):
        log_of.add("a", sequence, f"cause_{sequence}")
        log_of.add("b", sequence)
    assert await log_of.replay_up_to() == {"a": ("cause_3", 3), "b": ("buyer", 3)}
    assert (log_of.replay.progress.events, log_of.replay.progress.read) == (6, 6)
    assert log_of.replay.refused == {}


async def test_it_goes_on_where_it_has_ended(log_of: Log) -> None:
    log_of.add("a", 1)
    log_of.add("a", 2)
    await log_of.replay_up_to(1)
    assert await log_of.replay.cursors() == {PARTITION: 1}
    assert await log_of.replay_up_to() == {"a": ("buyer", 2)}
    assert log_of.asked == [(0, 1), (1, 2)]


async def test_a_repeated_event_is_ignored(log_of: Log) -> None:
    first = log_of.add("a", 1)
    log_of.add("a", 2)
    log_of.append(first)
    assert await log_of.replay_up_to() == {"a": ("buyer", 2)}


async def test_an_event_waits_for_the_missing_one_that_was_published_later(log_of: Log) -> None:
    log_of.add("a", 1, "first")
    log_of.add("a", 4, "fourth")
    log_of.add("a", 3, "third")
    log_of.add("b", 1)
    log_of.add("a", 2, "second")
    assert await log_of.replay_up_to() == {"a": ("fourth", 4), "b": ("buyer", 1)}


async def test_a_gap_that_the_live_tables_have_passed_is_passed_at_the_end(log_of: Log) -> None:
    log_of.add("a", 1)
    log_of.add("a", 5, "after the gap")
    log_of.add("a", 7, "after the second gap")
    assert await log_of.replay_up_to() == {"a": ("after the second gap", 3)}
    log_of.add("a", 8, "the next one")
    assert await log_of.replay_up_to() == {"a": ("the next one", 4)}


async def test_a_refused_event_blocks_its_own_aggregate_alone(log_of: Log) -> None:
    log_of.add("a", 1)
    log_of.add("a", 2, REFUSED)
    log_of.add("b", 1)
    log_of.add("a", 3)
    log_of.add("b", 2)
    assert await log_of.replay_up_to() == {"a": ("buyer", 1), "b": ("buyer", 2)}
    assert log_of.replay.refused == {"a": "OrderCancelled.v1: ValueError: this projection refuses the event"}


async def test_a_message_that_cannot_be_read_is_reported_by_its_place(log_of: Log) -> None:
    log_of.add("a", 1)
    log_of.records[0] = replace(log_of.records[0], headers=())
    log_of.add("b", 1)
    assert await log_of.replay_up_to() == {"b": ("buyer", 1)}
    assert list(log_of.replay.refused) == [f"{ORDERS}/0/0"]
    assert log_of.replay.refused[f"{ORDERS}/0/0"].startswith("header ce_specversion")


async def test_a_parked_message_that_cannot_be_read_is_left_out(log_of: Log) -> None:
    log_of.add("a", 1)
    log_of.records[0] = replace(log_of.records[0], headers=())
    assert await log_of.replay_up_to(places=[(ORDERS, 0, 0)]) == {}
    assert log_of.replay.refused == {}


async def test_every_copy_of_a_parked_event_is_left_out(log_of: Log) -> None:
    parked = log_of.add("a", 1, REFUSED)
    log_of.append(parked)
    other = replace(parked, data=parked.data.replace(REFUSED.encode(), b"buyer"))
    log_of.append(other)
    left_out = {"places": [(ORDERS, 0, 0)], "events": [(str(parked.id), content_digest(parked))]}
    assert await log_of.replay_up_to(**left_out) == {"a": ("buyer", 1)}, "an event with other content is another one"


async def test_an_unavailable_database_ends_the_replay_and_moves_no_cursor(
    log_of: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unavailable(*_: Any) -> None:
        raise TimeoutError

    log_of.add("a", 1)
    with monkeypatch.context() as patch:
        patch.setattr(EventReplay, "_handle", unavailable)
        with pytest.raises(TimeoutError):
            await log_of.replay_up_to()
    assert await log_of.replay.cursors() == {}
    log_of.replay.reset()
    assert await log_of.replay_up_to() == {"a": ("buyer", 1)}


def test_progress_is_printed_once_a_second(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = [1000.0]
    monkeypatch.setattr(event_replay.time, "monotonic", lambda: now[0])
    progress = Progress(events=500, read=1000, started=990.0)
    for _ in range(3):
        progress.print(4000)
    now[0] += 1.0
    progress.print(4000)
    first = "replay: 1,000 of 4,000 (25 %) · 50 events/s"
    assert capsys.readouterr().err.splitlines() == [first, "replay: 1,000 of 4,000 (25 %) · 45 events/s"]


def test_a_snapshot_without_parked_events_leaves_nothing_out(order_cancelled: Make, tally: Harness) -> None:
    envelope = envelope_of(order_cancelled("a"))
    snapshot = LiveSnapshot({PARTITION: 1}, NOTHING, NOTHING)
    assert not snapshot.left_out(tally.record(envelope))
    assert not snapshot.left_out_copy(envelope)
