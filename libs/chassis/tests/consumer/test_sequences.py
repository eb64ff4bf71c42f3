"""The sequence of an aggregate: gaps, repeated events, events with one number, and a log that lost its beginning."""

from typing import Any
from uuid import UUID

import pytest
from aftercare_chassis.consumer.errors import UnprocessableEvent
from aftercare_chassis.consumer.parked_events import NotTheFirst
from note_log import Noted, NoteLog, Shorten, consuming, note


async def test_a_gap_blocks_its_aggregate_until_the_missing_events_arrive(notes: NoteLog) -> None:
    await notes.publish(note("broken", 1, "a"), note("broken", 4, "d"), note("intact", 1, "x"), note("broken", 5, "e"))
    async with consuming(notes):
        await notes.consumed()
        assert await notes.letters("broken") == "a"
        assert await notes.letters("intact") == "x"
        assert await notes.parked() == [
            ("broken", "sequence_gap", "expected sequence 2, got 4"),
            ("broken", "behind", "behind a parked event"),
        ]
        with pytest.raises(UnprocessableEvent, match="expected sequence 2, got 4"):
            await notes.operator.retry_key("broken", by="op-1")
        await notes.publish(
            note("broken", 2, "b"), note("broken", 3, "c"), note("broken", 6, "f")
        )  # published again, and one more
        await notes.consumed()
        assert await notes.letters("broken") == "a", "what arrives late waits with the others"
        assert await notes.operator.retry_key("broken", by="op-1") == 5
        await notes.publish(note("broken", 7, "g"))
        await notes.consumed()
    assert (await notes.letters("broken"), await notes.parked()) == ("abcdefg", [])


async def test_a_gap_that_stays_is_passed_with_a_reason(notes: NoteLog) -> None:
    await notes.publish(note("broken", 1, "a"), note("broken", 4, "d"), note("broken", 5, "e"), note("other", 3, "z"))
    async with consuming(notes):
        await notes.consumed()
        first, second, other = await notes.operator.list()
        assert other.reason == "expected sequence 1, got 3", "a log read from its beginning has every aggregate's first"
        with pytest.raises(NotTheFirst):
            await notes.operator.retry(second.id, by="op-1", despite_gap="lost")
        await notes.operator.retry(first.id, by="op-1", despite_gap="2 and 3 went with the broker's disk")
        assert await notes.operator.retry_key("broken", by="op-1") == 1
        await notes.operator.discard(other.id, by="op-1", reason="no use without its beginning")
        await notes.publish(note("broken", 6, "f"), note("other", 4, "y"))
        await notes.consumed()
        assert await notes.parked() == [("other", "sequence_gap", "expected sequence 1, got 4")], (
            "a discard passes no gap"
        )
        await notes.operator.retry((await notes.first_parked()).id, by="op-1", despite_gap="its beginning is lost")
    assert (await notes.letters("broken"), await notes.letters("other")) == ("adef", "y")
    rows: Any = await notes.harness.runtime.pool.fetch("SELECT decision, reason FROM parked_decision ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("retried", "2 and 3 went with the broker's disk"),
        ("retried", ""),
        ("discarded", "no use without its beginning"),
        ("retried", "its beginning is lost"),
    ]


async def test_a_sequence_far_beyond_is_discarded_without_passing_the_gap(notes: NoteLog) -> None:
    """Something that is not a relay wrote it: when it is discarded, the next event is still the next one."""
    await notes.publish(note("broken", 1, "a"), note("broken", 10**9, "?"), note("broken", 2, "b"))
    async with consuming(notes):
        await notes.consumed()
        with pytest.raises(UnprocessableEvent, match="expected sequence 3, got 1000000000"):
            await notes.operator.retry_key("broken", by="op-1")
        await notes.operator.discard(
            (await notes.first_parked()).id, by="op-1", reason="no service of ours published that"
        )
        await notes.publish(note("broken", 3, "c"))
        await notes.consumed()
    assert (await notes.letters("broken"), await notes.parked()) == ("abc", [])


async def test_a_consumer_added_to_a_shortened_log_starts_in_the_middle(notes: NoteLog, shorten: Shorten) -> None:
    await notes.publish(note("old", 1, "a"), note("old", 2, "b"), note("old", 3, "c"))
    await shorten(2)
    await notes.publish(note("old", 4, "d"), note("older", 8, "x"), note("older", 10, "z"))
    async with consuming(notes):
        await notes.consumed()
    assert (await notes.letters("old"), await notes.letters("older")) == ("cd", "x")
    assert await notes.parked() == [("older", "sequence_gap", "expected sequence 9, got 10")]
    assert notes.metric("signals_total", signal="log_lost", source=Noted.TOPIC.name) == 0


async def test_a_log_shortened_beyond_the_cursor_is_noticed(notes: NoteLog, shorten: Shorten) -> None:
    await notes.publish(note("old", 1, "a"), note("old", 2, "b"))
    async with consuming(notes):
        await notes.consumed()
    await notes.publish(note("old", 3, "c"), note("old", 4, "d"), note("new", 1, "x"))
    await shorten(3)
    async with consuming(notes):
        await notes.consumed()
    assert (await notes.letters("old"), await notes.letters("new")) == ("ab", "x")
    assert await notes.parked() == [("old", "sequence_gap", "expected sequence 3, got 4")]
    assert notes.metric("signals_total", signal="log_lost", source=Noted.TOPIC.name) == 1


async def test_a_repeated_event_is_ignored_and_one_with_other_content_is_parked(notes: NoteLog) -> None:
    first, second = note("broken", 1, "a", id=UUID(int=1)), note("broken", 2, "b", id=UUID(int=2))
    changed = note("broken", 1, "A", id=UUID(int=1))
    await notes.publish(first, second, first, second.with_header("traceparent", b"another way"), note("intact", 1, "x"))
    async with consuming(notes):
        await notes.consumed()
        assert await notes.parked() == []
        await notes.publish(changed, note("broken", 3, "c"), changed, note("intact", 2, "y"))
        await notes.consumed()
        assert (await notes.letters("broken"), await notes.letters("intact")) == ("ab", "xy")
        explanation = ("broken", "contradiction", "this event came before, with other content")
        assert await notes.parked() == [explanation, ("broken", "behind", "behind a parked event"), explanation]
        with pytest.raises(
            UnprocessableEvent, match="sequence 1 was taken by another event; the last one of the aggregate is 2"
        ):
            await notes.operator.retry_key("broken", by="op-1")
        for _ in range(2):  # by their number both come before the one that waits
            numbers = [each.id for each in await notes.operator.list() if each.park_reason == "contradiction"]
            await notes.operator.discard(numbers[0], by="op-1", reason="the record shows a")
        assert await notes.operator.retry_key("broken", by="op-1") == 1
    assert (await notes.letters("broken"), await notes.parked()) == ("abc", [])


async def test_two_events_cannot_have_one_sequence(notes: NoteLog) -> None:
    await notes.publish(note("broken", 1, "a"), note("broken", 2, "b"), note("broken", 2, "B"), note("intact", 1, "x"))
    async with consuming(notes):
        await notes.consumed()
    assert (await notes.letters("broken"), await notes.letters("intact")) == ("ab", "x")
    explanation = "sequence 2 was taken by another event; the last one of the aggregate is 2"
    assert await notes.parked() == [("broken", "contradiction", explanation)]


async def test_a_corrected_event_replaces_the_discarded_one(notes: NoteLog) -> None:
    """Under its own id: the inbox has the corrupted one, so the corrected one waits for a decision too."""
    corrupted, corrected = note("broken", 2, "!", id=UUID(int=2)), note("broken", 2, "b", id=UUID(int=2))
    await notes.publish(note("broken", 1, "a"), corrupted, note("broken", 3, "c"), corrected)
    async with consuming(notes):
        await notes.consumed()
        assert [park_reason for _, park_reason, _ in await notes.parked()] == ["refused", "behind", "contradiction"]
        await notes.operator.discard((await notes.first_parked()).id, by="op-1", reason="published again")
        assert await notes.operator.retry_key("broken", by="op-1") == 2
    assert await notes.letters("broken") == "abc"
