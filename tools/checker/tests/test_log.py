"""Reading the log: which messages are events of the suite, and the whole log of a real broker."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.testing import until
from aftercare_checker import log
from aftercare_checker.log import Entry, Unreadable, parse, partition_of
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete

SUBJECT, ID = b"ord_1", b"01900000-0000-7000-8000-000000000001"
HEADERS = {
    "ce_specversion": b"1.0",
    "ce_id": ID,
    "ce_type": b"OrderPaid.v1",
    "ce_source": b"/order-svc",
    "ce_subject": SUBJECT,
    "ce_partitionkey": SUBJECT,
    "ce_sequence": b"%020d" % 7,
    "ce_time": b"2026-03-04T05:06:07Z",
    "ce_correlationid": b"c",
}


class FakeMessage:
    """A message as the Kafka client returns it."""

    def __init__(self, headers: list[tuple[str, bytes | None]], key: bytes | None, value: bytes | None) -> None:
        self._headers, self._key, self._value = headers, key, value

    def headers(self) -> list[tuple[str, bytes | None]]:
        return self._headers

    def key(self) -> bytes | None:
        return self._key

    def value(self) -> bytes | None:
        return self._value

    def topic(self) -> str:
        return "aftercare.orders.v1"

    def partition(self) -> int:
        return 3

    def offset(self) -> int:
        return 42


def message(key: bytes | None = SUBJECT, value: bytes | None = b"{}", **changes: bytes | None) -> Any:
    """A good message with some of its headers replaced; None removes a header."""
    headers = [(name, text) for name, text in {**HEADERS, **changes}.items() if text is not None]
    return FakeMessage(list(headers), key, value)


def test_an_event_is_parsed() -> None:
    found = parse(message())

    assert isinstance(found, Entry)
    assert (found.topic, found.partition, found.offset) == ("aftercare.orders.v1", 3, 42)
    assert (found.type, found.source, found.subject, found.sequence) == ("OrderPaid.v1", "/order-svc", "ord_1", 7)
    assert found.id == bytes.fromhex("01900000000070008000000000000001")
    assert (found.cause, found.data) == (None, None)


def test_the_cause_and_the_wanted_data_are_kept() -> None:
    found = parse(message(value=b'{"a": 1}', ce_causationid=ID), frozenset({"OrderPaid.v1"}))

    assert isinstance(found, Entry)
    assert (found.cause, found.data) == (found.id, b'{"a": 1}')


def test_two_contents_under_one_id_differ() -> None:
    first, second, third = (
        parse(each) for each in (message(), message(value=b'{"a": 1}'), message(ce_type=b"OrderPaid.v2"))
    )

    assert isinstance(first, Entry)
    assert isinstance(second, Entry)
    assert isinstance(third, Entry)
    assert len({first.content, second.content, third.content}) == 3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ce_specversion": b"0.3"}, "ce_specversion is not 1.0"),
        ({"ce_type": None}, "without ce_type"),
        ({"ce_id": None, "ce_time": None}, "without ce_id, ce_time"),
        ({"ce_id": b"7"}, "an id is not a UUID"),
        ({"ce_causationid": b"7"}, "an id is not a UUID"),
        ({"ce_sequence": b"7"}, "ce_sequence is not 20 digits"),
        ({"ce_source": b"\xff"}, "header ce_source is not UTF-8"),
        ({"ce_partitionkey": b"ord_2"}, "key, partition key and subject differ"),
        ({"key": b"ord_2"}, "key, partition key and subject differ"),
        ({"key": None}, "key, partition key and subject differ"),
        ({"value": None}, "no value"),
    ],
    ids=str,
)
def test_a_message_that_is_no_event_has_a_reason(changes: dict[str, Any], reason: str) -> None:
    assert parse(message(**changes)) == reason


def test_a_repeated_or_empty_header_is_a_reason() -> None:
    good = list(HEADERS.items())

    twice: Any = FakeMessage([*good, ("ce_id", ID)], SUBJECT, b"{}")
    empty: Any = FakeMessage([*good, ("traceparent", None)], SUBJECT, b"{}")

    assert parse(twice) == "header ce_id twice"
    assert parse(empty) == "header traceparent without a value"


@pytest.fixture
async def topic(kafka_bootstrap: str) -> str:
    """A new topic with three partitions."""
    name = f"aftercare.checked-{uuid4().hex[:8]}.v1"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, 3, 1)])
    await admin.close()

    async def readable() -> bool:
        with suppress(Unreadable):
            return len(await asyncio.to_thread(log.ends, kafka_bootstrap, [name])) == 3
        return False

    await until(readable, "the new topic has leaders", 30)
    return name


@pytest.fixture
def send(kafka_bootstrap: str, topic: str) -> Callable[..., Any]:
    """Sends good messages of these subjects, and one that is none for each None."""

    async def sent(*subjects: bytes | None) -> None:
        async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
            for subject in subjects:
                own = {"ce_id": str(uuid4()).encode(), "ce_subject": subject, "ce_partitionkey": subject}
                headers = list({**HEADERS, **own}.items()) if subject else []
                at = partition_of(subject or b"", 3)
                await producer.send_and_wait(topic, b"{}", key=subject, partition=at, headers=headers)

    return sent


async def test_the_whole_log_is_read(kafka_bootstrap: str, topic: str, send: Callable[..., Any]) -> None:
    await send(b"ord_1", b"ord_2", b"ord_1", None, b"ord_3")

    whole = log.read(kafka_bootstrap, [topic], keep_data=["OrderPaid.v1"])

    assert sorted(entry.subject for entry in whole.entries) == ["ord_1", "ord_1", "ord_2", "ord_3"]
    assert {entry.data for entry in whole.entries} == {b"{}"}
    assert [reason for *_, reason in whole.unreadable] == ["ce_specversion is not 1.0"]
    assert whole.partitions[topic] == 3
    assert sum(whole.ends.values()) == 5
    assert whole.begins_late == []
    assert log.ends(kafka_bootstrap, [topic]) == whole.ends


async def test_an_empty_log_is_read(kafka_bootstrap: str, topic: str) -> None:
    whole = log.read(kafka_bootstrap, [topic])

    assert (whole.entries, whole.unreadable, set(whole.ends.values())) == ([], [], {0})


async def test_a_log_without_its_beginning_is_reported(
    kafka_bootstrap: str, topic: str, send: Callable[..., Any]
) -> None:
    await send(b"ord_1", b"ord_1")
    place = partition_of(b"ord_1", 3)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.delete_records({TopicPartition(topic, place): RecordsToDelete(before_offset=1)})
    await admin.close()

    whole = log.read(kafka_bootstrap, [topic])

    assert whole.begins_late == [(topic, place, 1)]
    assert len(whole.entries) == 1


def test_a_broker_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "TIMEOUT_SECONDS", 0.5)

    with pytest.raises(Unreadable, match="Kafka does not answer"):
        log.read("127.0.0.1:9", ["aftercare.orders.v1"])
