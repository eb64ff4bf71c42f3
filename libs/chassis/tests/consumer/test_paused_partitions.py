"""A partition that waits for an event of another aggregate goes on when that event was handled, before its pause is over."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.consumer import paused_partitions
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.kafka import clients
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.testing import Harness, until
from aftercare_events import TOPICS, ConversationClosed
from aiokafka import TopicPartition
from awaiting_events import after_its_order, conversation_closed, is_handled
from log_support import ORDERS, Make, envelope_of, publish, running, start_at_the_end

NEVER_ENDING = (3600.0, 3600.0)
CONVERSATIONS = "aftercare.conversations.v1"


@pytest.fixture
def tries() -> list[str]:
    return []


@pytest.fixture
def unavailable() -> set[str]:
    return set()


@pytest.fixture
async def consuming(
    on_log: Harness, tries: list[str], unavailable: set[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Consumer]:
    """A consumer and a relay that run; a pause would last for the rest of the test."""
    await start_at_the_end(on_log, (CONVERSATIONS, ORDERS))
    monkeypatch.setattr(paused_partitions, "PAUSE_SECONDS", NEVER_ENDING)
    on_log.runtime.leaving = lambda: False
    handlers = {**on_log.service.handlers, ConversationClosed: after_its_order(tries, unavailable)}
    consumer = Consumer(on_log.runtime, handlers)
    async with running(consumer.run, Relay(on_log.runtime).run):
        yield consumer


async def is_paused(consumer: Consumer) -> bool:
    return bool(consumer._pauses.partitions())


async def test_a_partition_goes_on_when_the_awaited_event_was_handled(
    on_log: Harness, consuming: Consumer, order_cancelled: Make
) -> None:
    order = uuid4().hex
    await publish(on_log, envelope_of(conversation_closed(on_log, order)))
    await until(lambda: is_paused(consuming), "the partition waits")
    await publish(on_log, envelope_of(order_cancelled(order)))
    await until(lambda: is_handled(on_log, order), "it went on")
    assert not await is_paused(consuming)


async def test_a_partition_goes_on_when_another_process_has_handled_it(
    on_log: Harness, consuming: Consumer, order_cancelled: Make
) -> None:
    order = uuid4().hex
    await publish(on_log, envelope_of(conversation_closed(on_log, order)))
    await until(lambda: is_paused(consuming), "the partition waits")
    other = Runtime(on_log.runtime.name, on_log.settings, on_log.clock, Uuid7Ids(), on_log.runtime.metrics, roles={})
    await other.open()
    record = replace(on_log.record(envelope_of(order_cancelled(order))), partition=10_000)
    await Consumer(other, on_log.service.handlers).process(TopicPartition(ORDERS, 10_000), [record])
    await other.close()
    await until(lambda: is_handled(on_log, order), "it went on")


async def test_events_of_other_aggregates_do_not_end_the_pause(
    on_log: Harness, consuming: Consumer, order_cancelled: Make, tries: list[str]
) -> None:
    order, others = uuid4().hex, [uuid4().hex for _ in range(5)]
    await publish(on_log, envelope_of(conversation_closed(on_log, order)))
    await until(lambda: is_paused(consuming), "the partition waits")
    for other in others:
        await publish(on_log, envelope_of(order_cancelled(other)))

    async def all_handled() -> bool:
        found: Any = await on_log.runtime.pool.fetch("SELECT id FROM tallies")
        return {f"tally_{other}" for other in others} <= {row["id"] for row in found}

    await until(all_handled, "the others have their effects")
    assert tries.count(order) == 1
    await publish(on_log, envelope_of(order_cancelled(order)))
    await until(lambda: is_handled(on_log, order), "it went on")


async def test_a_partition_goes_on_when_the_database_answers_for_another_one(
    on_log: Harness, consuming: Consumer, order_cancelled: Make, unavailable: set[str]
) -> None:
    order, other = in_two_partitions()
    unavailable.add(order)
    await publish(on_log, envelope_of(order_cancelled(order)))
    await publish(on_log, envelope_of(conversation_closed(on_log, order)))
    await until(lambda: is_paused(consuming), "the partition waits")
    unavailable.clear()
    await publish(on_log, envelope_of(order_cancelled(other)))
    await publish(on_log, envelope_of(conversation_closed(on_log, other)))
    await until(lambda: is_handled(on_log, order), "it went on")


def in_two_partitions() -> tuple[str, str]:
    """Orders whose conversations are in different partitions of their topic."""
    number = TOPICS[CONVERSATIONS].partitions
    orders = (uuid4().hex for _ in range(50))
    by_partition = {clients.key_hash(f"conv_{order}".encode()) % number: order for order in orders}
    first, second, *_ = by_partition.values()
    return first, second


class Client:
    """The part of a Kafka client that pauses need."""

    def __init__(self, *assigned: TopicPartition) -> None:
        self._assigned, self._paused = set(assigned), set[TopicPartition]()

    def assignment(self) -> set[TopicPartition]:
        return self._assigned

    def paused(self) -> set[TopicPartition]:
        return set(self._paused)

    def pause(self, partition: TopicPartition) -> None:
        self._paused.add(partition)

    def resume(self, partition: TopicPartition) -> None:
        self._paused.discard(partition)


async def test_each_pause_is_twice_as_long_up_to_a_limit_and_success_starts_again(tally: Harness) -> None:
    partition = TopicPartition(ORDERS, 0)
    client, pauses = Client(partition), paused_partitions.PausedPartitions(tally.runtime.progress)
    seconds = []
    for _ in range(7):
        pauses.pause(client, partition, TimeoutError())
        seconds.append(pauses._pauses[partition].seconds)
    assert seconds == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert list(pauses.partitions()) == [partition]
    pauses.succeeded(partition)
    assert not pauses.partitions()
    pauses.pause(client, partition, TimeoutError())
    assert pauses._pauses[partition].seconds == 0.2


async def test_only_a_pause_that_is_over_is_resumed(tally: Harness) -> None:
    over, lasting = TopicPartition(ORDERS, 0), TopicPartition(ORDERS, 1)
    client, pauses = Client(over, lasting), paused_partitions.PausedPartitions(tally.runtime.progress)
    for partition in (over, lasting):
        pauses.pause(client, partition, ValueError())
    pauses._pauses[over].until = 0.0
    pauses.resume(client)
    assert client.paused() == {lasting}
    pauses.clear()
    pauses.resume(client)
    assert client.paused() == set()


async def test_a_partition_may_wait_for_a_minute(tally: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    partition, pauses = TopicPartition(ORDERS, 0), paused_partitions.PausedPartitions(tally.runtime.progress)
    assert pauses.may_wait(partition)
    pauses.pause(Client(partition), partition, TimeoutError())
    await asyncio.sleep(0)
    assert pauses.may_wait(partition)
    monkeypatch.setattr(paused_partitions, "RETRY_SECONDS", -1.0)
    assert not pauses.may_wait(partition)
