"""What waits for an event of another aggregate goes on when that event has been handled, and not when a pause is over."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.consumer import paused_partitions
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.jobs.redrive import Redrive
from aftercare_chassis.kafka import clients
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.testing import Harness, until
from aftercare_events import TOPICS, ConversationClosed, Envelope, Event, OrderCancelled
from aiokafka import TopicPartition

Make = Callable[..., OrderCancelled]
NEVER = (3600.0, 3600.0)
KNOWN = "SELECT 1 FROM tallies WHERE id = $1"
DONE = "INSERT INTO tallies (id, version, owner, count) VALUES ($1, 1, 'buyer-1', 1)"
CONVERSATIONS = TopicPartition("aftercare.conversations.v1", 0)


def builds_on_the_order(tries: list[str], away: set[str]) -> Callable[[Transaction, ConversationClosed], Any]:
    """A handler that needs the tally of an order, which events of another topic make. For orders in `away` the database
    does not answer."""

    async def closed(tx: Transaction, event: ConversationClosed) -> None:
        order = event.order_id or ""
        tries.append(order)
        if order in away:
            raise TimeoutError
        if await tx.connection.fetchval(KNOWN, f"tally_{order}") is None:
            raise Retry(awaits=order)
        await tx.connection.execute(DONE, f"closed_{order}")

    return closed


@pytest.fixture
def tries() -> list[str]:
    return []


@pytest.fixture
def away() -> set[str]:
    return set()


@pytest.fixture
def handlers(tally: Harness, tries: list[str], away: set[str]) -> Handlers:
    return {**tally.service.handlers, ConversationClosed: builds_on_the_order(tries, away)}


def closed(harness: Harness, order: str) -> ConversationClosed:
    six = {"affected_party": "b", "applicant": "b", "handler": "b", "result": "closed", "time": harness.clock.now()}
    return ConversationClosed(**six, conversation_id=f"conv_{order}", order_id=order, buyer_id="b")


def first(event: Event) -> Envelope:
    return Envelope.of(event, id=Uuid7Ids().uuid7(), source="/x", sequence=1, correlation_id="c")


async def post(harness: Harness, event: Event) -> None:
    async with harness.runtime.transaction() as tx:
        tx.recorded.append(first(event))


async def is_done(harness: Harness, order: str) -> bool:
    return await harness.runtime.pool.fetchval(KNOWN, f"closed_{order}") is not None


# A partition on the log


@pytest.fixture
async def consuming(
    on_log: Harness, tries: list[str], away: set[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Consumer]:
    """A consumer and a relay that run; a partition that pauses would do so for the rest of the test."""
    await stand_at_the_end(on_log)
    monkeypatch.setattr(paused_partitions, "PAUSE_SECONDS", NEVER)
    on_log.runtime.leaving = lambda: False
    consumer = Consumer(
        on_log.runtime, {**on_log.service.handlers, ConversationClosed: builds_on_the_order(tries, away)}
    )
    stop = asyncio.Event()
    tasks = [asyncio.ensure_future(run(stop)) for run in (consumer.run, Relay(on_log.runtime).run)]
    yield consumer
    stop.set()
    await asyncio.wait_for(asyncio.gather(*tasks), 20)


async def stand_at_the_end(harness: Harness) -> None:
    """What other tests have left on the log is none of our business."""
    reader = clients.reader(harness.settings.kafka, "test")
    await reader.start()
    topics = (CONVERSATIONS.topic, "aftercare.orders.v1")
    places = [TopicPartition(topic, number) for topic in topics for number in range(TOPICS[topic].partitions)]
    ends = await reader.end_offsets(places)
    await reader.stop()
    rows = [(harness.runtime.name, *place, end, 0) for place, end in ends.items()]
    await harness.runtime.pool.executemany("INSERT INTO consumer_cursor VALUES ($1, $2, $3, $4, $5)", rows)


async def held(consumer: Consumer) -> bool:
    return bool(consumer._holds.partitions())


async def test_a_partition_goes_on_when_the_event_that_it_awaits_has_been_handled(
    on_log: Harness, consuming: Consumer, order_cancelled: Make
) -> None:
    order = uuid4().hex
    await post(on_log, closed(on_log, order))
    await until(lambda: held(consuming), "the partition waits")
    await post(on_log, order_cancelled(order))
    await until(lambda: is_done(on_log, order), "it went on")
    assert not await held(consuming)


async def test_a_partition_goes_on_when_another_process_has_handled_it(
    on_log: Harness, consuming: Consumer, order_cancelled: Make
) -> None:
    order = uuid4().hex
    await post(on_log, closed(on_log, order))
    await until(lambda: held(consuming), "the partition waits")
    other = Runtime(on_log.runtime.name, on_log.settings, on_log.clock, Uuid7Ids(), on_log.runtime.metrics, roles={})
    await other.open()
    elsewhere = TopicPartition("aftercare.orders.v1", 10_000)
    await Consumer(other, on_log.service.handlers).chunk(elsewhere, [on_log.record(first(order_cancelled(order)))])
    await other.close()
    await until(lambda: is_done(on_log, order), "it went on")


async def test_events_of_others_do_not_end_the_pause(
    on_log: Harness, consuming: Consumer, order_cancelled: Make, tries: list[str]
) -> None:
    order, others = uuid4().hex, [uuid4().hex for _ in range(5)]
    await post(on_log, closed(on_log, order))
    await until(lambda: held(consuming), "the partition waits")
    for other in others:
        await post(on_log, order_cancelled(other))

    async def all_handled() -> bool:
        found: Any = await on_log.runtime.pool.fetch("SELECT id FROM tallies")
        return {f"tally_{other}" for other in others} <= {row["id"] for row in found}

    await until(all_handled, "the others have their effects")
    assert tries.count(order) == 1
    await post(on_log, order_cancelled(order))
    await until(lambda: is_done(on_log, order), "it went on")


async def test_a_partition_goes_on_when_the_database_answers_another_one(
    on_log: Harness, consuming: Consumer, order_cancelled: Make, away: set[str]
) -> None:
    order, other = in_two_partitions()
    away.add(order)
    await post(on_log, order_cancelled(order))
    await post(on_log, closed(on_log, order))
    await until(lambda: held(consuming), "the partition waits")
    away.clear()
    await post(on_log, order_cancelled(other))
    await post(on_log, closed(on_log, other))
    await until(lambda: is_done(on_log, order), "it went on")


def in_two_partitions() -> tuple[str, str]:
    """Orders whose conversations are in different partitions of their topic."""
    number = TOPICS[CONVERSATIONS.topic].partitions
    places = {clients.key_hash(f"conv_{order}".encode()) % number: order for order in (uuid4().hex for _ in range(50))}
    first, second, *_ = places.values()
    return first, second


# Set aside after all


async def park(harness: Harness, handlers: Handlers, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that waited for its order for too long."""
    monkeypatch.setattr(paused_partitions, "RETRY_SECONDS", -1.0)
    consumer = Consumer(harness.runtime, handlers)
    consumer._holds._holds[CONVERSATIONS] = paused_partitions.Pause(0.0, 0.0, time.monotonic())
    consumer._patient = consumer._holds.patient(CONVERSATIONS)
    await consumer.chunk(CONVERSATIONS, [harness.record(first(closed(harness, order)))])


async def test_what_waited_too_long_is_handled_when_its_event_comes_after_all(
    tally: Harness, handlers: Handlers, tries: list[str], order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await park(tally, handlers, "ord_1", monkeypatch)
    told = "it builds on an event of ord_1 that has not been handled"
    assert await tally.parked() == [f"ConversationClosed.v1: {told}"]
    redrive = Redrive(handlers)
    for _ in range(5):
        await redrive.step(tally.runtime)
    assert tries == ["ord_1", "ord_1"], "once from the log, once to learn what it awaits"
    await tally.consume(order_cancelled("ord_2"))
    await redrive.step(tally.runtime)
    assert len(tries) == 2
    await tally.consume(order_cancelled("ord_1"))
    await redrive.step(tally.runtime)
    assert await is_done(tally, "ord_1")
    assert await tally.parked() == []
    decided: Any = await tally.runtime.pool.fetchrow("SELECT decision, decided_by, aggregateid FROM parked_decision")
    assert tuple(decided) == ("retried", "system", "conv_ord_1")


async def test_an_event_that_does_not_help_is_no_reason_to_try_again_and_again(
    tally: Harness, handlers: Handlers, tries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await park(tally, handlers, "ord_1", monkeypatch)
    await tally.runtime.pool.execute("INSERT INTO subject_state VALUES ($1, 'ord_1', 7)", tally.runtime.name)
    redrive = Redrive(handlers)
    for _ in range(5):
        await redrive.step(tally.runtime)
    assert len(tries) == 3, "from the log, to learn what it awaits, and for the events that are there"


async def test_what_is_wrong_otherwise_is_left_to_an_operator(
    tally: Harness, handlers: Handlers, order_cancelled: Make
) -> None:
    await tally.consume(order_cancelled("ord_1", "poison"))
    before = await tally.runtime.pool.fetch("SELECT * FROM parked_event")
    await Redrive(handlers).step(tally.runtime)
    assert await tally.runtime.pool.fetch("SELECT * FROM parked_event") == before
