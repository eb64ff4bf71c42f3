"""Events without an effect wait for one that has an effect, for half a second at most."""

from uuid import uuid4

import pytest
from aftercare_chassis.consumer.deferred_events import MOST, SECONDS, DeferredEvents
from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.testing import Harness, until
from aftercare_events import EVENTS, Envelope, OrderCancelled, OrderCompleted
from aiokafka import ConsumerRecord, TopicPartition
from log_support import Make, counts, envelope_of, publish, running

HERE, THERE = TopicPartition("aftercare.orders.v1", 0), TopicPartition("aftercare.orders.v1", 1)
BOTH = {HERE, THERE}


def record(offset: int, type_name: str | None = "OrderCompleted.v1") -> ConsumerRecord:
    headers = () if type_name is None else (("ce_type", type_name.encode()),)
    return ConsumerRecord(HERE.topic, 0, offset, 0, 0, None, b"", None, 0, 0, headers)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deferred(clock: Clock) -> DeferredEvents:
    return DeferredEvents(["OrderCompleted.v1"], clock)


def test_one_without_an_effect_waits_for_the_next_with_one_and_comes_first(deferred: DeferredEvents) -> None:
    assert deferred.join({HERE: [record(1)]}, BOTH) == {}
    assert deferred.join({THERE: [record(7)]}, BOTH) == {}
    event = record(2, "OrderCancelled.v1")
    assert deferred.join({HERE: [event]}, BOTH) == {HERE: [record(1), event], THERE: [record(7)]}
    assert deferred.join({}, BOTH) == {}, "nothing waits any more"


@pytest.mark.parametrize("type_name", ["OrderCancelled.v1", "Unknown.v1", None])
def test_what_has_or_may_have_an_effect_never_waits(deferred: DeferredEvents, type_name: str | None) -> None:
    fetched = {HERE: [record(1), record(2, type_name)]}
    assert deferred.join(fetched, BOTH) == fetched


def test_they_wait_for_half_a_second_from_the_first(deferred: DeferredEvents, clock: Clock) -> None:
    assert deferred.join({HERE: [record(1)]}, BOTH) == {}
    clock.now += SECONDS / 2
    assert deferred.join({HERE: [record(2)]}, BOTH) == {}
    clock.now += SECONDS / 2
    assert deferred.join({}, BOTH) == {HERE: [record(1), record(2)]}
    clock.now += 10 * SECONDS
    assert deferred.join({HERE: [record(3)]}, BOTH) == {}, "the time of a quiet partition does not count"


def test_no_more_than_a_transaction_handles_wait(deferred: DeferredEvents) -> None:
    records = [record(offset) for offset in range(MOST)]
    assert deferred.join({HERE: records[:-1]}, BOTH) == {}
    assert deferred.join({HERE: records[-1:]}, BOTH) == {HERE: records}


def test_those_of_a_partition_that_is_lost_are_left_to_its_new_owner(deferred: DeferredEvents) -> None:
    event = record(7, "OrderCancelled.v1")
    assert deferred.join({HERE: [record(1)]}, BOTH) == {}
    assert deferred.join({THERE: [event]}, {THERE}) == {THERE: [event]}


async def test_which_types_a_service_ignores(tally: Harness) -> None:
    async def handle(*_: object) -> None:
        """Nothing: only the classes are looked at."""

    ignored = Dispatcher({OrderCancelled: handle}).ignored
    assert ignored == EVENTS.keys() - {"OrderCancelled.v1"}
    assert Dispatcher({OrderCancelled: handle, Envelope: handle}).ignored == frozenset(), "it takes all of them"


async def test_one_that_nothing_follows_is_handled_too(on_log: Harness, order_cancelled: Make) -> None:
    order = uuid4().hex
    cancelled = order_cancelled(order)
    shared = cancelled.model_dump(exclude={"matter", "cause"})
    completed = OrderCompleted(**shared, completed_at=cancelled.time)

    async def is_handled() -> bool:
        return await on_log.runtime.handled([order]) == {order: 1}

    async with running(Relay(on_log.runtime).run, on_log.consumer.run):
        await publish(on_log, envelope_of(completed))
        await until(is_handled, "its sequence is known")
        await publish(on_log, envelope_of(cancelled, 2))
        await until(lambda: was_counted(on_log, order), "the next event of the order has its effect")
    assert await on_log.parked() == []


async def was_counted(harness: Harness, order: str) -> bool:
    return bool(await counts(harness, [order]))
