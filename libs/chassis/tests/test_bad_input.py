"""Bad input on the log: parked with a reason in words, its aggregate held in order, everything else flowing."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from aftercare_chassis.consumer.errors import UnprocessableEvent
from aftercare_chassis.consumer.parked import NotTheFirst
from aftercare_chassis.kafka import clients
from aftercare_chassis.refusals import NotFound
from aftercare_chassis.testing import Harness
from aftercare_events import EVENTS
from aftercare_events.topics import Topic
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.producer import message_accumulator
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from written_notes import SIX, Message, Noted, NotedV2, Notes, note, noted, reading

Spoil = Callable[[Message], Message]
UNREADABLE, KEYLESS = "unreadable", "; no key names an aggregate, so none is held"


@pytest.fixture
async def notes(on_log: Harness, log: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Notes]:
    topic = Topic(f"notes-{uuid4().hex}", writer="notes-svc", aggregate="note", partitions=1)
    for cls in (Noted, NotedV2):
        monkeypatch.setattr(cls, "TOPIC", topic)
    monkeypatch.setitem(EVENTS, "Noted.v1", Noted)
    admin = AIOKafkaAdminClient(bootstrap_servers=log)
    await admin.start()
    await admin.create_topics([NewTopic(topic.name, 1, 1)], timeout_ms=20_000)
    await admin.close()
    producer = clients.producer(log, "notes")
    await producer.start()
    try:
        yield Notes(on_log, producer, {Noted: noted})
    finally:
        await producer.stop()


SPOILT: dict[str, tuple[Spoil, str, str]] = {
    "no headers at all": (lambda m: m.but(headers={}), UNREADABLE, "header ce_specversion, ce_id, ce_type, ce_source,"),
    "a missing header": (lambda m: m.without("ce_type"), UNREADABLE, "header ce_type is missing"),
    "several missing headers": (
        lambda m: m.without("ce_id").without("ce_time"),
        UNREADABLE,
        "header ce_id, ce_time is missing",
    ),
    "a header without a value": (lambda m: m.saying("ce_id", None), UNREADABLE, "header 'ce_id' has no value"),
    "a header given twice": (
        lambda m: m.but(more=(("ce_type", b"Noted.v1"),)),
        UNREADABLE,
        "header 'ce_type' is given twice",
    ),
    "a header that is no text": (
        lambda m: m.saying("ce_type", b"\xff\0"),
        UNREADABLE,
        "header ce_type is not UTF-8 text",
    ),
    "another content-type": (
        lambda m: m.saying("content-type", b"application/avro"),
        UNREADABLE,
        "content-type is not application/json",
    ),
    "another CloudEvents version": (
        lambda m: m.saying("ce_specversion", b"0.3"),
        UNREADABLE,
        "ce_specversion is not 1.0",
    ),
    "a bad id": (lambda m: m.saying("ce_id", b"4711"), UNREADABLE, "ce_id is not a UUID"),
    "a bad cause": (lambda m: m.saying("ce_causationid", b"because"), UNREADABLE, "ce_causationid is not a UUID"),
    "a bad time": (lambda m: m.saying("ce_time", b"0001-01-01T00:00:00+14:00"), UNREADABLE, "ce_time is not a time"),
    "a sequence that is no number": (
        lambda m: m.saying("ce_sequence", b"two"),
        UNREADABLE,
        "ce_sequence is not a number from 1 to 9223372036854775807 in 20 digits",
    ),
    "a sequence beyond all numbers": (lambda m: m.saying("ce_sequence", b"9" * 20), UNREADABLE, "ce_sequence is not"),
    "a subject that is not the key": (
        lambda m: m.saying("ce_subject", b"another"),
        UNREADABLE,
        "key, ce_partitionkey and ce_subject differ",
    ),
    "no value": (lambda m: m.but(value=None), UNREADABLE, "the message has no value"),
    "a value of 64 KiB and one byte": (
        lambda m: m.but(value=b" " * 65537),
        "too_large",
        "Noted.v1 has 65537 bytes of data, 65536 are allowed",
    ),
    "a value that is no JSON": (
        lambda m: m.but(value=b"\xff\xfe\0"),
        "wrong_schema",
        "the data does not fit Noted.v1: Invalid JSON: expected value at line 1 column 1",
    ),
    "a value nested without end": (lambda m: m.but(value=b"[" * 60_000), "wrong_schema", "the data does not fit"),
    "a value of another schema": (
        lambda m: m.but(value=m.value and m.value.replace(b'"b"', b'["b\\u0000"]')),
        "wrong_schema",
        "the data does not fit Noted.v1: letter: Input should be a valid string",
    ),
    "what no handler can store": (
        lambda m: m.but(value=m.value and m.value.replace(b'"b"', b'"b\\u0000"')),
        "refused",
        "CharacterNotInRepertoireError: invalid byte sequence",
    ),
    "a newer version": (lambda m: m.saying("ce_type", b"Noted.v9"), "unknown_version", "Noted.v9 is newer than Noted.v1"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
async def test_a_spoilt_message_holds_its_own_aggregate_alone(notes: Notes, name: str) -> None:
    spoil, trouble, reason = SPOILT[name]
    await notes.tell(
        note("sick", 1, "a"),
        spoil(note("sick", 2, "b")),
        note("well", 1, "x"),
        note("sick", 3, "c"),
        note("well", 2, "y"),
        note("sick", 4, "d"),
    )
    async with reading(notes):
        await notes.heard()
        assert (await notes.letters("sick"), await notes.letters("well")) == ("a", "xy")
        [spoilt, *behind] = await notes.parked()
        assert spoilt[:2] == ("sick", trouble)
        assert spoilt[2].startswith(reason), spoilt[2]
        assert behind == [("sick", "behind", "behind a parked event")] * 2
        with pytest.raises(Exception, match=re.escape(reason.removeprefix("CharacterNotInRepertoireError: "))):
            await notes.operator.retry_key("sick", by="op-1")
        first = await notes.first()
        assert (await notes.parked())[0] == spoilt, "it was judged as it came, and stays"
        await notes.operator.discard(first.id, by="op-1", reason="spoilt by a test")
        if first.sequence is None:  # nobody can say that it was number 2: that one is missing now
            third = await notes.first()
            with pytest.raises(UnprocessableEvent, match="expected sequence 2, got 3"):
                await notes.operator.retry(third.id, by="op-1")
            await notes.operator.retry(third.id, by="op-1", despite_gap="it was the spoilt one")
        await notes.operator.retry_key("sick", by="op-1")
        await notes.tell(note("sick", 5, "e"))
        await notes.heard()
    assert (await notes.letters("sick"), await notes.parked()) == ("acde", [])
    assert notes.figure("consumer_parked_total", trouble=trouble) == 1, "once, not in a loop"
    assert notes.figure("consumer_parked_total", trouble="behind") == 2
    assert notes.figure("consumer_rebuilds_total") == 0


@pytest.mark.parametrize("key", [None, b"", b"\xff\xfe", b"a\0b", b"k" * 5000], ids=["none", "empty", "binary", "NUL", "long"])  # fmt: skip
async def test_a_message_whose_key_names_no_aggregate_holds_none_and_says_so(notes: Notes, key: bytes | None) -> None:
    spoilt = note("x", 1, "a").but(key=key)
    await notes.tell(note("well", 1, "x"), spoilt, spoilt, note("well", 2, "y"))
    async with reading(notes):
        await notes.heard()
    assert await notes.letters("well") == "xy"
    parked = await notes.operator.list()
    assert [(each.aggregateid, each.trouble) for each in parked] == [("", UNREADABLE)] * 2
    assert all(each.reason.endswith(KEYLESS) for each in parked)
    with pytest.raises(UnprocessableEvent, match="key"):
        await notes.operator.retry(parked[1].id, by="op-1")
    await notes.operator.discard(parked[1].id, by="op-1", reason="nobody's: any order will do")
    with pytest.raises(NotFound):
        await notes.operator.discard(parked[1].id, by="op-1", reason="twice")
    await notes.operator.discard(parked[0].id, by="op-1", reason="nobody's")
    assert await notes.parked() == []


async def test_a_gap_holds_its_aggregate_until_the_missing_events_come(notes: Notes) -> None:
    await notes.tell(note("sick", 1, "a"), note("sick", 4, "d"), note("well", 1, "x"), note("sick", 5, "e"))
    async with reading(notes):
        await notes.heard()
        assert await notes.letters("sick") == "a"
        assert await notes.letters("well") == "x"
        assert await notes.parked() == [
            ("sick", "sequence_gap", "expected sequence 2, got 4"),
            ("sick", "behind", "behind a parked event"),
        ]
        with pytest.raises(UnprocessableEvent, match="expected sequence 2, got 4"):
            await notes.operator.retry_key("sick", by="op-1")
        await notes.tell(
            note("sick", 2, "b"), note("sick", 3, "c"), note("sick", 6, "f")
        )  # published anew, and one more
        await notes.heard()
        assert await notes.letters("sick") == "a", "what comes late waits with the others"
        assert await notes.operator.retry_key("sick", by="op-1") == 5
        await notes.tell(note("sick", 7, "g"))
        await notes.heard()
    assert (await notes.letters("sick"), await notes.parked()) == ("abcdefg", [])


async def test_a_gap_that_stays_is_passed_with_a_reason(notes: Notes) -> None:
    await notes.tell(note("sick", 1, "a"), note("sick", 4, "d"), note("sick", 5, "e"), note("other", 3, "z"))
    async with reading(notes):
        await notes.heard()
        first, second, other = await notes.operator.list()
        assert other.reason == "expected sequence 1, got 3", "a log read from its beginning has every aggregate's first"
        with pytest.raises(NotTheFirst):
            await notes.operator.retry(second.id, by="op-1", despite_gap="lost")
        await notes.operator.retry(first.id, by="op-1", despite_gap="2 and 3 went with the broker's disk")
        assert await notes.operator.retry_key("sick", by="op-1") == 1
        await notes.operator.discard(other.id, by="op-1", reason="no use without its beginning")
        await notes.tell(note("sick", 6, "f"), note("other", 4, "y"))
        await notes.heard()
        assert await notes.parked() == [("other", "sequence_gap", "expected sequence 1, got 4")], (
            "a discard passes no gap"
        )
        await notes.operator.retry((await notes.first()).id, by="op-1", despite_gap="its beginning is lost")
    assert (await notes.letters("sick"), await notes.letters("other")) == ("adef", "y")
    rows: Any = await notes.harness.runtime.pool.fetch("SELECT decision, reason FROM parked_decision ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("retried", "2 and 3 went with the broker's disk"),
        ("retried", ""),
        ("discarded", "no use without its beginning"),
        ("retried", "its beginning is lost"),
    ]


async def test_a_number_out_of_the_air_leads_nowhere(notes: Notes) -> None:
    """Somebody who is no relay writes a number of his own: given up, it takes no place, and the next one is the next."""
    await notes.tell(note("sick", 1, "a"), note("sick", 10**9, "?"), note("sick", 2, "b"))
    async with reading(notes):
        await notes.heard()
        with pytest.raises(UnprocessableEvent, match="expected sequence 3, got 1000000000"):
            await notes.operator.retry_key("sick", by="op-1")
        await notes.operator.discard((await notes.first()).id, by="op-1", reason="nobody of ours said that")
        await notes.tell(note("sick", 3, "c"))
        await notes.heard()
    assert (await notes.letters("sick"), await notes.parked()) == ("abc", [])


@pytest.fixture
async def shorten(log: str) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """Delete what lies before an offset, as retention does."""
    admin = AIOKafkaAdminClient(bootstrap_servers=log)
    await admin.start()

    async def act(before: int) -> None:
        await admin.delete_records({TopicPartition(Noted.TOPIC.name, 0): RecordsToDelete(before_offset=before)})

    yield act
    await admin.close()


async def test_who_comes_late_to_a_shortened_log_starts_in_the_middle(
    notes: Notes, shorten: Callable[[int], Awaitable[None]]
) -> None:
    await notes.tell(note("old", 1, "a"), note("old", 2, "b"), note("old", 3, "c"))
    await shorten(2)
    await notes.tell(note("old", 4, "d"), note("older", 8, "x"), note("older", 10, "z"))
    async with reading(notes):
        await notes.heard()
    assert (await notes.letters("old"), await notes.letters("older")) == ("cd", "x")
    assert await notes.parked() == [("older", "sequence_gap", "expected sequence 9, got 10")]
    assert notes.figure("signals_total", signal="log_lost", source=Noted.TOPIC.name) == 0


async def test_a_log_shortened_before_its_reader_is_noticed(
    notes: Notes, shorten: Callable[[int], Awaitable[None]]
) -> None:
    await notes.tell(note("old", 1, "a"), note("old", 2, "b"))
    async with reading(notes):
        await notes.heard()
    await notes.tell(note("old", 3, "c"), note("old", 4, "d"), note("new", 1, "x"))
    await shorten(3)
    async with reading(notes):
        await notes.heard()
    assert (await notes.letters("old"), await notes.letters("new")) == ("ab", "x")
    assert await notes.parked() == [("old", "sequence_gap", "expected sequence 3, got 4")]
    assert notes.figure("signals_total", signal="log_lost", source=Noted.TOPIC.name) == 1


async def test_the_same_event_again_is_passed_over_and_another_content_is_not(notes: Notes) -> None:
    first, second = note("sick", 1, "a", id=UUID(int=1)), note("sick", 2, "b", id=UUID(int=2))
    changed = note("sick", 1, "A", id=UUID(int=1))
    await notes.tell(first, second, first, second.saying("traceparent", b"another way"), note("well", 1, "x"))
    async with reading(notes):
        await notes.heard()
        assert await notes.parked() == []
        await notes.tell(changed, note("sick", 3, "c"), changed, note("well", 2, "y"))
        await notes.heard()
        assert (await notes.letters("sick"), await notes.letters("well")) == ("ab", "xy")
        told = ("sick", "contradiction", "this event came before, with other content")
        assert await notes.parked() == [told, ("sick", "behind", "behind a parked event"), told]
        with pytest.raises(
            UnprocessableEvent, match="sequence 1 was taken by another event; the aggregate stands at 2"
        ):
            await notes.operator.retry_key("sick", by="op-1")
        for _ in range(2):  # by their number both come before the one that waits
            numbers = [each.id for each in await notes.operator.list() if each.trouble == "contradiction"]
            await notes.operator.discard(numbers[0], by="op-1", reason="the books say a")
        assert await notes.operator.retry_key("sick", by="op-1") == 1
    assert (await notes.letters("sick"), await notes.parked()) == ("abc", [])


async def test_two_events_cannot_have_one_place(notes: Notes) -> None:
    await notes.tell(note("sick", 1, "a"), note("sick", 2, "b"), note("sick", 2, "B"), note("well", 1, "x"))
    async with reading(notes):
        await notes.heard()
    assert (await notes.letters("sick"), await notes.letters("well")) == ("ab", "x")
    told = "sequence 2 was taken by another event; the aggregate stands at 2"
    assert await notes.parked() == [("sick", "contradiction", told)]


async def test_an_event_published_again_mended_takes_the_place_of_the_one_given_up(notes: Notes) -> None:
    """Under its own id: the inbox remembers the spoilt one, so the mended one waits for a decision too."""
    spoilt, mended = note("sick", 2, "!", id=UUID(int=2)), note("sick", 2, "b", id=UUID(int=2))
    await notes.tell(note("sick", 1, "a"), spoilt, note("sick", 3, "c"), mended)
    async with reading(notes):
        await notes.heard()
        assert [trouble for _, trouble, _ in await notes.parked()] == ["refused", "behind", "contradiction"]
        await notes.operator.discard((await notes.first()).id, by="op-1", reason="published again")
        assert await notes.operator.retry_key("sick", by="op-1") == 2
    assert await notes.letters("sick") == "abc"


async def test_a_newer_version_is_passed_over_only_where_it_retells_one_that_is_read(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(sequence: int, sign: str, retells: str | None) -> Message:
        return note("sick", sequence, "", event=NotedV2(**SIX, note_id="sick", sign=sign, retells=retells))

    await notes.tell(note("sick", 1, "a"), again(2, "a", "Noted.v1"), note("sick", 3, "b"), again(4, "b", "Noted.v1"))
    async with reading(notes):
        await notes.heard()
        assert (await notes.letters("sick"), await notes.parked()) == ("ab", [])
        await notes.tell(again(5, "c", None), again(6, "d", None), again(7, "e", "Noted.v3"), note("well", 1, "x"))
        await notes.heard()
        assert await notes.letters("well") == "x"
        told = "Noted.v2 is newer than Noted.v1, the newest version that this build reads, and it retells none that it reads"
        assert [(trouble, reason) for _, trouble, reason in await notes.parked()] == [
            ("unknown_version", told),
            ("behind", "behind a parked event"),
            ("behind", "behind a parked event"),
        ]
        with pytest.raises(UnprocessableEvent, match="is newer than"):
            await notes.operator.retry_key("sick", by="op-1")

    async def noted_anew(tx: Any, event: NotedV2) -> None:
        await noted(tx, Noted(**SIX, note_id=event.note_id, letter=event.sign))

    monkeypatch.setitem(EVENTS, "Noted.v2", NotedV2)
    build = Notes(notes.harness, notes._producer, {NotedV2: noted_anew})
    assert await build.operator.retry_key("sick", by="op-1") == 3
    assert (await notes.letters("sick"), await notes.parked()) == ("abcde", [])


class Foreign(str):
    """A header's name as a client in another language may write it."""

    def encode(self, *_: Any, **__: Any) -> bytes:
        return b"\xff\xfe"


async def test_a_header_whose_name_is_no_text_stops_nobody(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client library cannot read a batch that holds one: neither it nor its neighbours may be lost by that."""
    good, odd = note("well", 1, "x"), note("odd", 1, "o")
    odd.more, spoilt = ((Foreign(), b"1"),), note("sick", 1, "a").but(more=((Foreign(), b"1"), (Foreign(), b"2")))
    with monkeypatch.context() as patch:
        patch.setattr(message_accumulator, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
        await notes.tell_together(good, odd, spoilt, note("well", 2, "y"))
    await notes.tell(note("sick", 2, "b"), note("well", 3, "z"))
    async with reading(notes):
        await notes.heard()
    assert (await notes.letters("well"), await notes.letters("odd"), await notes.letters("sick")) == ("xyz", "o", "")
    assert await notes.parked() == [
        ("sick", UNREADABLE, "header '\ufffd\ufffd' is given twice"),
        ("sick", "behind", "behind a parked event"),
    ]


async def test_what_nobody_listens_to_is_passed_over_whatever_it_holds(notes: Notes) -> None:
    strange = note("sick", 2, "b").saying("ce_type", b"MoonPhaseChanged.v7").but(value=b"waxing")
    await notes.tell(note("sick", 1, "a"), strange, note("sick", 3, "c"))
    async with reading(notes):
        await notes.heard()
    assert (await notes.letters("sick"), await notes.parked()) == ("ac", [])
