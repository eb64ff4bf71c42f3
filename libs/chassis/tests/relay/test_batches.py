"""Outbox rows become one batch per partition, of which as much is acknowledged as was packed."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aftercare_chassis.kafka.clients import key_hash
from aftercare_chassis.relay import batches
from aiokafka.errors import KafkaError, MessageSizeTooLargeError


class Builder:
    """A batch with room for some records."""

    def __init__(self, room: int) -> None:
        self.room, self.records = room, list[dict[str, Any]]()

    def append(self, **record: Any) -> object | None:
        if len(self.records) == self.room:
            return None
        self.records.append(record)
        return record

    def record_count(self) -> int:
        return len(self.records)


@dataclass
class Producer:
    """A producer that keeps the batches it was given, and fails for some partitions."""

    partitions: int = 4
    room: int = 100
    errors: dict[int, Exception] = field(default_factory=dict)
    sent: dict[int, Builder] = field(default_factory=dict)

    async def partitions_for(self, topic: str) -> set[int]:
        return set(range(self.partitions))

    def create_batch(self) -> Builder:
        return Builder(self.room)

    async def send_batch(self, batch: Builder, topic: str, *, partition: int) -> Awaitable[None]:
        if partition in self.errors:
            raise self.errors[partition]
        self.sent[partition] = batch
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


class Row(tuple[Any, ...]):
    """A row of the outbox, with the columns in the order of the relay's query."""

    _NAMES = ("id", "aggregateid", "topic", "headers", "payload", "stamp")

    def __getitem__(self, name: Any) -> Any:
        return super().__getitem__(self._NAMES.index(name) if isinstance(name, str) else name)


def row(number: int, aggregate: str) -> Row:
    return Row((number, aggregate, "topic", '{"ce_id": "1"}', b"{}", 1_000 + number))


def partition_of(aggregate: str, partitions: int = 4) -> int:
    return key_hash(aggregate.encode()) % partitions


async def test_rows_of_one_aggregate_stay_together_and_in_order() -> None:
    producer: Any = Producer()
    rows = [row(number, f"agg_{number % 5}") for number in range(20)]
    for batch in await batches.send(producer, rows):
        assert {partition_of(each["aggregateid"]) for each in batch.rows} == {batch.partition}
        assert [each["id"] for each in batch.rows] == sorted(each["id"] for each in batch.rows)
        assert batch.acknowledged == len(batch.rows)
        assert batch.error is None


async def test_a_record_has_the_rows_key_value_headers_and_time() -> None:
    producer: Any = Producer()
    await batches.send(producer, [row(7, "商家-1")])
    [record] = producer.sent[partition_of("商家-1")].records
    assert record == {"timestamp": 1007, "key": "商家-1".encode(), "value": b"{}", "headers": [("ce_id", b"1")]}


async def test_what_does_not_fit_is_not_acknowledged() -> None:
    producer: Any = Producer(partitions=1, room=3)
    [batch] = await batches.send(producer, [row(number, "a") for number in range(5)])
    assert (len(batch.rows), batch.acknowledged, batch.error) == (5, 3, None)


@pytest.mark.parametrize("error", [KafkaError("away"), TimeoutError(), MessageSizeTooLargeError()])
async def test_a_batch_that_fails_leaves_the_others_alone(error: Exception) -> None:
    names = [f"agg_{number}" for number in range(20)]
    failing = partition_of(names[0])
    producer: Any = Producer(errors={failing: error})
    for batch in await batches.send(producer, [row(number, name) for number, name in enumerate(names)]):
        failed = batch.partition == failing
        assert batch.error is (error if failed else None)
        assert batch.acknowledged == (0 if failed else len(batch.rows))


async def test_without_an_answer_about_partitions_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "METADATA_SECONDS", 0.01)
    producer: Any = Producer()
    producer.partitions_for = lambda _: asyncio.Event().wait()
    with pytest.raises(TimeoutError):
        await batches.send(producer, [row(1, "a")])
    assert producer.sent == {}


def test_waiting_for_kafka_ends_before_the_session_does() -> None:
    from aftercare_chassis.relay.shards import IDLE_SESSION_SECONDS

    assert batches.METADATA_SECONDS + batches.SEND_SECONDS < IDLE_SESSION_SECONDS
