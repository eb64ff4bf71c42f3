"""Consumers on a real log: members come and go, clients fail and are replaced, and every event has one effect."""

from typing import Any
from unittest.mock import AsyncMock
from uuid import uuid4

import pytest
from aftercare_chassis.consumer import consumer
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.consumer.positions import Positions
from aftercare_chassis.kafka import clients
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.testing import Harness, until
from aiokafka import AIOKafkaConsumer
from log_support import ORDERS, Make, counts, envelope_of, outbox_is_empty, publish, running, start_at_the_end


async def test_an_event_that_the_relay_sends_twice_has_one_effect(on_log: Harness, order_cancelled: Make) -> None:
    """A relay that is killed between acknowledgement and deletion sends the same row again."""
    order = uuid4().hex
    first, second = (envelope_of(order_cancelled(order), n) for n in (1, 2))
    async with running(on_log.consumer.run, Relay(on_log.runtime).run):
        for envelope in (first, first, second):  # same aggregate, same partition: the last effect comes last
            await publish(on_log, envelope)
            await until(lambda: outbox_is_empty(on_log), "the event is on the log")

        async def at_the_end() -> bool:
            return (await counts(on_log, [order])).get(order, 0) >= 2

        await until(at_the_end, "the second event has its effect")
    assert await counts(on_log, [order]) == {order: 2}


async def test_members_that_come_and_go_lose_and_repeat_nothing(on_log: Harness, order_cancelled: Make) -> None:
    rivals = [Consumer(on_log.runtime, on_log.service.handlers) for _ in range(2)]
    orders = [uuid4().hex for _ in range(20)]
    await publish(on_log, *(envelope_of(order_cancelled(order), n) for n in range(1, 11) for order in orders))

    async def started() -> bool:
        return bool(await counts(on_log, orders))

    async def done() -> bool:
        return sum((await counts(on_log, orders)).values()) >= 200

    async with running(Relay(on_log.runtime).run, rivals[0].run):
        await until(started, "the first one has started")
        async with running(rivals[1].run):
            await until(done, "every event has its effect")
    assert await counts(on_log, orders) == dict.fromkeys(orders, 10)
    assert await on_log.parked() == []


async def test_all_unknown_positions_are_looked_up_at_once(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker answers such a request only when the fetch that it holds has ended: one wait each would be seconds."""
    asked: list[int] = []
    look_up = Positions.look_up

    async def counting(self: Positions, client: AIOKafkaConsumer, partitions: Any) -> Any:
        asked.append(len(partitions))
        return await look_up(self, client, partitions)

    monkeypatch.setattr(Positions, "look_up", counting)
    # The group is new to Kafka, so its client starts at the beginning of the log; our cursors are at its end.
    ends = await start_at_the_end(on_log, [ORDERS])
    orders = [uuid4().hex for _ in range(4 * len(ends))]
    await publish(on_log, *(envelope_of(order_cancelled(order)) for order in orders))

    async def done() -> bool:
        return len(await counts(on_log, orders)) == len(orders)

    async with running(Relay(on_log.runtime).run, on_log.consumer.run):
        await until(done, "every event has its effect")
    assert asked == [len(ends)]
    everything: Any = await on_log.runtime.pool.fetchval("SELECT count(*) FROM tallies")
    assert everything == len(orders), "nothing before the cursors was handled"


async def test_the_successor_of_a_dead_member_waits_until_its_session_ends(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kafka keeps a dead member for its session. A client that is replaced meanwhile would be the next dead member."""
    monkeypatch.setitem(clients.CONSUMER, "session_timeout_ms", 10_000)
    monkeypatch.setattr(consumer, "CALL_SECONDS", 5.0)
    dead = clients.consumer(on_log.settings.kafka, on_log.runtime.name)
    dead.subscribe([ORDERS])
    await dead.start()
    monkeypatch.setattr(dead._coordinator, "_maybe_leave_group", AsyncMock())
    await dead.stop()
    order = uuid4().hex
    await publish(on_log, envelope_of(order_cancelled(order)))
    async with running(Relay(on_log.runtime).run, on_log.consumer.run):
        await until(lambda: counts(on_log, [order]), "its successor works")
    assert on_log.runtime.metrics.registry.get_sample_value("aftercare_consumer_rebuilds_total") == 0


async def test_a_client_whose_own_task_is_cancelled_is_replaced(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With brokers away at a bad moment, a client's calls fail with a CancelledError that we have not caused."""
    built: list[AIOKafkaConsumer] = []
    build = clients.consumer
    monkeypatch.setattr(clients, "consumer", lambda *args: built.append(build(*args)) or built[-1])
    order = uuid4().hex
    first, second = (envelope_of(order_cancelled(order), n) for n in (1, 2))

    async def counted(number: int) -> bool:
        return (await counts(on_log, [order])).get(order) == number

    async def replaced() -> bool:
        return len(built) == 2

    async with running(Relay(on_log.runtime).run, on_log.consumer.run):
        await publish(on_log, first)
        await until(lambda: counted(1), "it works")
        built[0]._coordinator._coordination_task.cancel()
        await until(replaced, "it is replaced")
        await publish(on_log, second)
        await until(lambda: counted(2), "the next one goes on", 60)
