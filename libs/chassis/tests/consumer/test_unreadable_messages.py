"""Messages that cannot be handled: parked with an explanation, their aggregate blocked in order, all others handled."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from aftercare_chassis.consumer.errors import UnprocessableEvent
from aftercare_chassis.refusals import NotFound
from aftercare_events import EVENTS
from aiokafka.producer import message_accumulator
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from note_log import TRACE, Message, Noted, NotedV2, NoteLog, consuming, note, noted

Corrupt = Callable[[Message], Message]
UNREADABLE, KEYLESS = "unreadable", "; no key names an aggregate, so none is held"
CORRUPTED: dict[str, tuple[Corrupt, str, str]] = {
    "no headers at all": (lambda m: m.but(headers={}), UNREADABLE, "header ce_specversion, ce_id, ce_type, ce_source,"),
    "a missing header": (lambda m: m.without("ce_type"), UNREADABLE, "header ce_type is missing"),
    "several missing headers": (
        lambda m: m.without("ce_id").without("ce_time"),
        UNREADABLE,
        "header ce_id, ce_time is missing",
    ),
    "a header without a value": (lambda m: m.with_header("ce_id", None), UNREADABLE, "header 'ce_id' has no value"),
    "a header given twice": (
        lambda m: m.but(more=(("ce_type", b"Noted.v1"),)),
        UNREADABLE,
        "header 'ce_type' is given twice",
    ),
    "a header that is no text": (
        lambda m: m.with_header("ce_type", b"\xff\0"),
        UNREADABLE,
        "header ce_type is not UTF-8 text",
    ),
    "another content-type": (
        lambda m: m.with_header("content-type", b"application/avro"),
        UNREADABLE,
        "content-type is not application/json",
    ),
    "another CloudEvents version": (
        lambda m: m.with_header("ce_specversion", b"0.3"),
        UNREADABLE,
        "ce_specversion is not 1.0",
    ),
    "a bad id": (lambda m: m.with_header("ce_id", b"4711"), UNREADABLE, "ce_id is not a UUID"),
    "a bad cause": (lambda m: m.with_header("ce_causationid", b"because"), UNREADABLE, "ce_causationid is not a UUID"),
    "a bad time": (lambda m: m.with_header("ce_time", b"0001-01-01T00:00:00+14:00"), UNREADABLE, "ce_time is not a time"),
    "a sequence that is no number": (
        lambda m: m.with_header("ce_sequence", b"two"),
        UNREADABLE,
        "ce_sequence is not a number from 1 to 9223372036854775807 in 20 digits",
    ),
    "a sequence beyond all numbers": (lambda m: m.with_header("ce_sequence", b"9" * 20), UNREADABLE, "ce_sequence is not"),
    "a subject that is not the key": (
        lambda m: m.with_header("ce_subject", b"another"),
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
    "a newer version": (lambda m: m.with_header("ce_type", b"Noted.v9"), "unknown_version", "Noted.v9 is newer than Noted.v1"),
}  # fmt: skip


@pytest.mark.parametrize("name", CORRUPTED)
async def test_a_spoiled_message_blocks_its_own_aggregate_alone(notes: NoteLog, name: str) -> None:
    corrupt, park_reason, reason = CORRUPTED[name]
    await notes.publish(
        note("broken", 1, "a"),
        corrupt(note("broken", 2, "b")),
        note("intact", 1, "x"),
        note("broken", 3, "c"),
        note("intact", 2, "y"),
        note("broken", 4, "d"),
    )
    async with consuming(notes):
        await notes.consumed()
        assert (await notes.letters("broken"), await notes.letters("intact")) == ("a", "xy")
        [corrupted, *behind] = await notes.parked()
        assert corrupted[:2] == ("broken", park_reason)
        assert corrupted[2].startswith(reason), corrupted[2]
        assert behind == [("broken", "behind", "behind a parked event")] * 2
        with pytest.raises(Exception, match=re.escape(reason.removeprefix("CharacterNotInRepertoireError: "))):
            await notes.operator.retry_key("broken", by="op-1")
        first = await notes.first_parked()
        assert (await notes.parked())[0] == corrupted, "it was read as it arrived, and stays"
        await notes.operator.discard(first.id, by="op-1", reason="corrupted by a test")
        if first.sequence is None:  # nobody knows that it was number 2, so that one is missing now
            third = await notes.first_parked()
            with pytest.raises(UnprocessableEvent, match="expected sequence 2, got 3"):
                await notes.operator.retry(third.id, by="op-1")
            await notes.operator.retry(third.id, by="op-1", despite_gap="it was the corrupted one")
        await notes.operator.retry_key("broken", by="op-1")
        await notes.publish(note("broken", 5, "e"))
        await notes.consumed()
    assert (await notes.letters("broken"), await notes.parked()) == ("acde", [])
    assert notes.metric("consumer_parked_total", trouble=park_reason) == 1, "once, not in a loop"
    assert notes.metric("consumer_parked_total", trouble="behind") == 2
    assert notes.metric("consumer_rebuilds_total") == 0


@pytest.mark.parametrize("key", [None, b"", b"\xff\xfe", b"a\0b", b"k" * 5000], ids=["none", "empty", "binary", "NUL", "long"])  # fmt: skip
async def test_a_message_whose_key_names_no_aggregate_blocks_none(notes: NoteLog, key: bytes | None) -> None:
    corrupted = note("x", 1, "a").but(key=key)
    await notes.publish(note("intact", 1, "x"), corrupted, corrupted, note("intact", 2, "y"))
    async with consuming(notes):
        await notes.consumed()
    assert await notes.letters("intact") == "xy"
    parked = await notes.operator.list()
    assert [(each.aggregateid, each.park_reason) for each in parked] == [("", UNREADABLE)] * 2
    assert all(each.reason.endswith(KEYLESS) for each in parked)
    with pytest.raises(UnprocessableEvent, match="key"):
        await notes.operator.retry(parked[1].id, by="op-1")
    await notes.operator.discard(parked[1].id, by="op-1", reason="nobody's: any order will do")
    with pytest.raises(NotFound):
        await notes.operator.discard(parked[1].id, by="op-1", reason="twice")
    await notes.operator.discard(parked[0].id, by="op-1", reason="nobody's")
    assert await notes.parked() == []


async def test_a_newer_version_is_ignored_only_where_it_retells_one_that_is_read(
    notes: NoteLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(sequence: int, sign: str, retells: str | None) -> Message:
        return note("broken", sequence, "", event=NotedV2(**TRACE, note_id="broken", sign=sign, retells=retells))

    await notes.publish(
        note("broken", 1, "a"), again(2, "a", "Noted.v1"), note("broken", 3, "b"), again(4, "b", "Noted.v1")
    )
    async with consuming(notes):
        await notes.consumed()
        assert (await notes.letters("broken"), await notes.parked()) == ("ab", [])
        await notes.publish(again(5, "c", None), again(6, "d", None), again(7, "e", "Noted.v3"), note("intact", 1, "x"))
        await notes.consumed()
        assert await notes.letters("intact") == "x"
        explanation = "Noted.v2 is newer than Noted.v1, the newest version that this build reads, and it retells none that it reads"
        assert [(park_reason, reason) for _, park_reason, reason in await notes.parked()] == [
            ("unknown_version", explanation),
            ("behind", "behind a parked event"),
            ("behind", "behind a parked event"),
        ]
        with pytest.raises(UnprocessableEvent, match="is newer than"):
            await notes.operator.retry_key("broken", by="op-1")

    async def noted_v2(tx: Any, event: NotedV2) -> None:
        await noted(tx, Noted(**TRACE, note_id=event.note_id, letter=event.sign))

    monkeypatch.setitem(EVENTS, "Noted.v2", NotedV2)
    build = NoteLog(notes.harness, notes.producer, {NotedV2: noted_v2})
    assert await build.operator.retry_key("broken", by="op-1") == 3
    assert (await notes.letters("broken"), await notes.parked()) == ("abcde", [])


class NotUtf8(str):
    """A header's name as a client in another language may write it."""

    def encode(self, *_: Any, **__: Any) -> bytes:
        return b"\xff\xfe"


async def test_a_header_whose_name_is_not_utf8_stops_no_consumer(
    notes: NoteLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client library cannot read a batch with such a message: neither it nor its neighbours may be lost."""
    good, odd = note("intact", 1, "x"), note("odd", 1, "o")
    odd.more, corrupted = ((NotUtf8(), b"1"),), note("broken", 1, "a").but(more=((NotUtf8(), b"1"), (NotUtf8(), b"2")))
    with monkeypatch.context() as patch:
        patch.setattr(message_accumulator, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
        await notes.publish_batch(good, odd, corrupted, note("intact", 2, "y"))
    await notes.publish(note("broken", 2, "b"), note("intact", 3, "z"))
    async with consuming(notes):
        await notes.consumed()
    assert (await notes.letters("intact"), await notes.letters("odd"), await notes.letters("broken")) == (
        "xyz",
        "o",
        "",
    )
    assert await notes.parked() == [
        ("broken", UNREADABLE, "header '\ufffd\ufffd' is given twice"),
        ("broken", "behind", "behind a parked event"),
    ]


async def test_an_event_without_a_handler_is_ignored_whatever_it_contains(notes: NoteLog) -> None:
    unknown = note("broken", 2, "b").with_header("ce_type", b"MoonPhaseChanged.v7").but(value=b"waxing")
    await notes.publish(note("broken", 1, "a"), unknown, note("broken", 3, "c"))
    async with consuming(notes):
        await notes.consumed()
    assert (await notes.letters("broken"), await notes.parked()) == ("ac", [])
