"""Consumers fetch in sessions: requests name what has changed, and nothing is lost where a session ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.kafka import clients
from aftercare_chassis.kafka.patches import fetch_sessions
from aftercare_chassis.kafka.patches.fetch_sessions import Session, SessionRequest
from aftercare_chassis.testing import until
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.protocol.fetch import FetchRequest

PARTITIONS = 6


class Requests:
    """What the sessions send: for each request its session, and the numbers of the partitions that it adds and removes.

    `waits`: how many milliseconds the broker may wait. `changes`: attributes of a session that are changed after its next answer.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[tuple[tuple[int, int], set[int], set[int]]] = []
        self.errors: list[int] = []
        self.waits: list[int] = []
        self.changes: dict[str, int] = {}
        request, answered = Session.request, Session.answered

        def note(session: Session, full: FetchRequest) -> SessionRequest:
            made = request(session, full)
            self.waits.append(made._max_wait_ms)
            removed = {number for _, some in made._removed for number in some}
            self.sent.append((made._session, numbers(made.topics), removed))
            return made

        def note_answer(session: Session, response: Any) -> None:
            self.errors.append(response.error_code)
            answered(session, response)
            while self.changes:
                setattr(session, *self.changes.popitem())

        monkeypatch.setattr(Session, "request", note)
        monkeypatch.setattr(Session, "answered", note_answer)

    async def reach(self, **expected: set[int]) -> None:
        """Wait for a request that adds, or removes, these partitions."""

        async def found() -> bool:
            return any(expected in ({"added": added}, {"removed": removed}) for _, added, removed in self.sent)

        await until(found, f"a fetch with {expected}")

    async def quiet(self) -> None:
        """Wait for a request that names no partition."""
        self.sent.clear()

        async def found() -> bool:
            return any(not added and not removed for _, added, removed in self.sent)

        await until(found, "a fetch that names no partition")


def numbers(topics: Any) -> set[int]:
    return {number for _, some in topics for number, *_ in some}


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Requests:
    return Requests(monkeypatch)


@pytest.fixture
async def topic(kafka_bootstrap: str) -> str:
    name = f"sessions-{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, PARTITIONS, 1)], timeout_ms=20_000)
    await admin.close()
    return name


@pytest.fixture
async def producer(kafka_bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    made = clients.producer(kafka_bootstrap, "test")
    await made.start()
    yield made
    await made.stop()


@asynccontextmanager
async def reading(bootstrap: str, topic: str, partitions: int = PARTITIONS) -> AsyncIterator[AIOKafkaConsumer]:
    """A reader of all partitions, or of the first ones."""
    client = clients.reader(bootstrap, "test-sessions")
    await client.start()
    clients.assign(client, {TopicPartition(topic, number): 0 for number in range(partitions)})
    try:
        yield client
    finally:
        await clients.close(client, 10)


async def check_delivery(client: AIOKafkaConsumer, producer: AIOKafkaProducer, topic: str, *partitions: int) -> None:
    """A record in each of these partitions arrives, once and with the next offset."""
    sent = [await producer.send_and_wait(topic, b"x", partition=number) for number in partitions]
    arrived: list[tuple[int, int]] = []
    async with asyncio.timeout(60):
        while len(arrived) < len(sent):
            found = await client.getmany(timeout_ms=500)
            arrived += [(each.partition, each.offset) for records in found.values() for each in records]
    assert sorted(arrived) == sorted((each.partition, each.offset) for each in sent)


def session_of(client: AIOKafkaConsumer) -> Session:
    [session] = client._fetcher._client.sessions.values()
    return session


async def test_at_rest_a_fetch_names_no_partition(
    kafka_bootstrap: str, topic: str, producer: AIOKafkaProducer, requests: Requests
) -> None:
    async with reading(kafka_bootstrap, topic) as client:
        await requests.quiet()
        await check_delivery(client, producer, topic, 2)
        await requests.reach(added={2})
        await check_delivery(client, producer, topic, 0, 2, 5)
        await requests.quiet()
    assert set(requests.errors) == {0}


async def test_a_paused_partition_is_removed_until_it_is_resumed(
    kafka_bootstrap: str, topic: str, producer: AIOKafkaProducer, requests: Requests
) -> None:
    paused = TopicPartition(topic, 3)
    async with reading(kafka_bootstrap, topic) as client:
        await requests.quiet()
        client.pause(paused)
        await requests.reach(removed={3})
        await producer.send_and_wait(topic, b"x", partition=3)
        await check_delivery(client, producer, topic, 1)
        await requests.quiet()
        client.resume(paused)
        await requests.reach(added={3})
        async with asyncio.timeout(60):
            assert (await client.getone(paused)).offset == 0


async def test_a_partition_is_fetched_again_from_where_the_client_is_moved_to(
    kafka_bootstrap: str, topic: str, producer: AIOKafkaProducer
) -> None:
    async with reading(kafka_bootstrap, topic) as client:
        await check_delivery(client, producer, topic, 4)
        client.seek(TopicPartition(topic, 4), 0)
        async with asyncio.timeout(60):
            assert (await client.getone()).offset == 0


@pytest.mark.parametrize(("changed", "error"), [("_id", 70), ("_epoch", 71)])
async def test_after_a_session_that_the_broker_does_not_know_a_new_one_begins(
    kafka_bootstrap: str,
    topic: str,
    producer: AIOKafkaProducer,
    requests: Requests,
    changed: str,
    error: int,
) -> None:
    """A broker that was restarted knows no session, and one without room ends the oldest."""
    async with reading(kafka_bootstrap, topic) as client:
        await requests.quiet()
        before = session_of(client)._id
        requests.changes = {changed: 123_456}
        await check_delivery(client, producer, topic, *range(PARTITIONS))
        assert error in requests.errors
        await requests.quiet()
        assert session_of(client)._id != before


async def test_where_a_connection_is_lost_with_a_fetch_a_new_session_begins(
    kafka_bootstrap: str, topic: str, producer: AIOKafkaProducer, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two fetches nothing is lost with a connection, and the session goes on over the next one."""
    monkeypatch.setattr(fetch_sessions, "QUIET_FACTOR", 1000)  # the broker holds the fetch until the connection is lost
    async with reading(kafka_bootstrap, topic) as client:
        await until(partial(_last_waits, requests, 100_000), "a fetch that waits")
        before = session_of(client)._id
        for connection in list(client._client._conns.values()):
            connection._writer.transport.abort()
        await check_delivery(client, producer, topic, *range(PARTITIONS))
        assert session_of(client)._id != before


async def test_a_rebalance_adds_and_removes_partitions(
    kafka_bootstrap: str, topic: str, producer: AIOKafkaProducer, requests: Requests
) -> None:
    first, second = [clients.consumer(kafka_bootstrap, f"group-{topic}") for _ in range(2)]
    await first.start()
    first.subscribe([topic])
    try:
        await check_delivery(first, producer, topic, *range(PARTITIONS))
        await first.commit()
        await second.start()
        second.subscribe([topic])

        async def shared() -> bool:
            for each in (first, second):
                await each.getmany(timeout_ms=100)
            return len(first.assignment()) == len(second.assignment()) == PARTITIONS // 2

        await until(shared, "each has half of the partitions")
        for each in (first, second):
            await check_delivery(each, producer, topic, *(partition.partition for partition in each.assignment()))
    finally:
        for each in (first, second):
            await clients.close(each, 10)


async def test_where_nothing_arrives_the_broker_waits_longer_and_records_arrive_at_once(
    kafka_bootstrap: str, topic: str, producer: AIOKafkaProducer, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_sessions, "QUIET_FACTOR", 1000)  # 100 seconds, more than the delivery may take
    async with reading(kafka_bootstrap, topic) as client:
        await until(partial(_last_waits, requests, 100_000), "a fetch that waits")
        await check_delivery(client, producer, topic, 4)
        await until(partial(_last_waits, requests, 100_000), "a fetch that waits")
        assert 100 in requests.waits


async def test_an_assignment_does_not_wait_for_a_held_fetch(
    kafka_bootstrap: str, topic: str, producer: AIOKafkaProducer, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_sessions, "QUIET_FACTOR", 1000)
    async with reading(kafka_bootstrap, topic, 3) as client:
        await until(partial(_last_waits, requests, 100_000), "a fetch that waits")
        clients.assign(client, {TopicPartition(topic, 5): 0})
        await check_delivery(client, producer, topic, 5)


async def test_while_a_partition_is_paused_no_fetch_is_held_longer(
    kafka_bootstrap: str, topic: str, requests: Requests
) -> None:
    async with reading(kafka_bootstrap, topic) as client:
        await requests.quiet()
        client.pause(TopicPartition(topic, 3))
        await requests.reach(removed={3})
        requests.waits.clear()

        async def several() -> bool:
            return len(requests.waits) > 3

        await until(several, "several fetches")
        assert set(requests.waits) == {100}


async def _last_waits(requests: Requests, milliseconds: int) -> bool:
    return requests.waits[-1:] == [milliseconds]


def full(*partitions: tuple[int, int]) -> FetchRequest:
    return FetchRequest(500, 1, 1000, 0, [("topic", [(number, offset, 100) for number, offset in partitions])])


def test_a_broker_without_room_for_a_session_is_asked_for_everything_each_time() -> None:
    session = Session()
    for _ in range(2):
        made = session.request(full((0, 5), (1, 6)))
        assert (made._session, numbers(made.topics)) == ((0, 0), {0, 1})
        session.answered(SimpleNamespace(error_code=0, session_id=0))


def test_epochs_begin_again_at_one() -> None:
    session = Session()
    session.answered(SimpleNamespace(error_code=0, session_id=7, topics=[]))
    session._epoch = fetch_sessions._LAST_EPOCH
    session.answered(SimpleNamespace(error_code=0, session_id=7, topics=[]))
    assert session.request(full((0, 5)))._session == (7, 1)
