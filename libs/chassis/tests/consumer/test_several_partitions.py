"""Records of several partitions: in one transaction where all of them can be handled, else partition by partition."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.consumer.chunks import Records, chunks_of
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.testing import Harness, until
from aftercare_events import Envelope, OrderCancelled
from aiokafka import ConsumerRecord, TopicPartition
from hypothesis import given
from hypothesis import strategies as st
from log_support import ORDERS, Make, counts, envelope_of, publish, running, start_at_the_end


def records(harness: Harness, *envelopes: Envelope) -> dict[TopicPartition, list[ConsumerRecord]]:
    """The envelopes, each as the first record of a partition of its own."""
    made = [replace(harness.record(each), partition=number, offset=0) for number, each in enumerate(envelopes)]
    return {TopicPartition(each.topic, each.partition): [each] for each in made}


async def cursors(harness: Harness) -> dict[int, int]:
    rows: Any = await harness.runtime.pool.fetch("SELECT partition, next_offset FROM consumer_cursor")
    return {row["partition"]: row["next_offset"] for row in rows}


async def test_one_transaction_holds_all_of_them(tally: Harness, order_cancelled: Make) -> None:
    sent: list[str] = []
    async with tally.runtime.pool.acquire() as connection:
        connection.add_query_logger(lambda record: sent.append(record.query))
    await tally.consumer._chunks.handle(
        records(tally, *(envelope_of(order_cancelled(order)) for order in ("ord_1", "ord_2", "ord_3")))
    )
    assert sent.count("COMMIT") == 1
    assert await counts(tally, ["ord_1", "ord_2", "ord_3"]) == dict.fromkeys(["ord_1", "ord_2", "ord_3"], 1)
    assert await cursors(tally) == {0: 1, 1: 1, 2: 1}


async def test_an_error_of_one_leaves_nothing_of_the_others(tally: Harness, order_cancelled: Make) -> None:
    chunk = records(
        tally, envelope_of(order_cancelled("ord_1")), envelope_of(order_cancelled("ord_2", "unprocessable"))
    )
    assert not await tally.consumer._handle_together(chunk)
    assert await counts(tally, ["ord_1", "ord_2"]) == {}
    assert await cursors(tally) == {}


class Client:
    """What a consumer does with its client beyond fetching."""

    def __init__(self) -> None:
        self.paused: list[int] = []
        self.sought: dict[int, int] = {}

    def pause(self, partition: TopicPartition) -> None:
        self.paused.append(partition.partition)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.sought[partition.partition] = offset


async def refuse_some(tx: Any, event: OrderCancelled) -> None:
    if event.order_id == "ord_waits":
        raise Retry("ord_other")


async def test_a_partition_that_has_to_wait_stops_no_other(tally: Harness, order_cancelled: Make) -> None:
    consumer, client = Consumer(tally.runtime, {OrderCancelled: refuse_some}), Client()
    chunk = records(tally, *(envelope_of(order_cancelled(order)) for order in ("ord_1", "ord_waits", "ord_2")))
    done = await consumer._handle(client, chunk)
    assert {partition.partition: offset for partition, offset in done.items()} == {0: 1, 2: 1}
    assert await cursors(tally) == {0: 1, 2: 1}
    assert (client.paused, client.sought) == ([1], {1: 0})
    consumer._pauses.clear()


async def test_a_partition_that_waits_is_left_out_of_later_chunks(
    tally: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aftercare_chassis.consumer.consumer.CHUNK", 2)
    consumer, client = Consumer(tally.runtime, {OrderCancelled: refuse_some}), Client()
    chunk = records(tally, *(envelope_of(order_cancelled(order)) for order in ("ord_1", "ord_waits", "ord_2")))
    waits = TopicPartition(ORDERS, 1)
    chunk[waits] += [replace(chunk[waits][0], offset=1), replace(chunk[waits][0], offset=2)]
    assert {partition.partition for partition in await consumer._handle(client, chunk)} == {0, 2}
    assert (client.paused, client.sought) == ([1], {1: 0})
    consumer._pauses.clear()


@pytest.fixture
async def consuming(on_log: Harness) -> AsyncIterator[None]:
    await start_at_the_end(on_log, [ORDERS])
    async with running(on_log.consumer.run, Relay(on_log.runtime).run):
        yield


async def test_an_unprocessable_event_among_many_partitions_is_parked_alone(
    on_log: Harness, consuming: None, order_cancelled: Make
) -> None:
    orders, refused = [uuid4().hex for _ in range(40)], uuid4().hex
    await publish(
        on_log,
        *(envelope_of(order_cancelled(order)) for order in orders[:20]),
        envelope_of(order_cancelled(refused, "unprocessable")),
        *(envelope_of(order_cancelled(order)) for order in orders[20:]),
    )

    async def all_handled() -> bool:
        return await counts(on_log, orders) == dict.fromkeys(orders, 1) and bool(await on_log.parked())

    await until(all_handled, "the others have their effect")
    assert await on_log.parked() == ["OrderCancelled.v1: ValueError: this can never be handled"]


@given(st.dictionaries(st.integers(0, 9), st.integers(1, 30), max_size=6), st.integers(1, 20))
def test_chunks_hold_everything_once_and_in_order(lengths: dict[int, int], size: int) -> None:
    given_: Any = {TopicPartition(ORDERS, number): list(range(length)) for number, length in lengths.items()}
    chunks: list[Records] = list(chunks_of(given_, size))
    joined: dict[TopicPartition, list[Any]] = {}
    for chunk in chunks:
        for partition, some in chunk.items():
            joined.setdefault(partition, []).extend(some)
    assert joined == given_
    sizes = [sum(map(len, chunk.values())) for chunk in chunks]
    assert all(each == size for each in sizes[:-1])
    assert all(0 < each <= size for each in sizes)
