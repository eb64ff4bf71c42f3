"""The tables rebuilt from the beginning of a real log equal the live ones; where they do not, the command reports it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.consumer.parked_events import ParkedEvents
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.kafka import clients
from aftercare_chassis.projections.rebuild import Rebuild
from aftercare_chassis.projections.replay import ReplayOptions, replay
from aftercare_chassis.testing import Harness
from aftercare_events import TOPICS, Envelope, codec
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code
from analytics_svc import main, tables
from example_log import returned_order

OWN_IDS = 0x5EED << 64


@pytest.fixture
async def analytics(postgres_url: str, kafka_bootstrap: str) -> AsyncIterator[Harness]:
    await create_topics(kafka_bootstrap)
    async with Harness.start(main.service, postgres_url, kafka=kafka_bootstrap) as harness:
        yield harness


async def create_topics(bootstrap: str) -> None:
    """Create the topics again, empty: other tests publish contradictory events on this broker."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics(list(TOPICS))
        topics = [NewTopic(name, topic.partitions, 1) for name, topic in TOPICS.items()]

        async def are_created() -> bool:
            response = await admin.create_topics(topics)
            errors = {code for _, code, _ in response.topic_errors if code}
            assert {for_code(code) for code in errors} <= {TopicAlreadyExistsError}
            found = await admin.describe_topics(list(TOPICS))
            return all(len(topic["partitions"]) == TOPICS[topic["topic"]].partitions for topic in found)

        await until(are_created)
    finally:
        await admin.close()


async def rebuild(harness: Harness) -> int | None:
    """The exit code of the command `rebuild`."""
    return await harness.service.commands["rebuild"](harness.runtime)


async def send(bootstrap: str, envelopes: Sequence[Envelope]) -> None:
    producer = clients.producer(bootstrap, "test")
    await producer.start()
    try:
        for envelope in envelopes:
            key, value, headers = codec.encode(envelope)
            await producer.send_and_wait(envelope.topic, value, key=key, headers=headers)
    finally:
        await producer.stop()


@asynccontextmanager
async def consuming(analytics: Harness) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Consumer(analytics.runtime, analytics.service.handlers).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 60)


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def until_stored(analytics: Harness, envelopes: Sequence[Envelope]) -> None:
    """Wait until all of these events are stored: each partition progresses on its own."""
    ids = {envelope.id for envelope in envelopes}

    async def are_stored() -> bool:
        found = await analytics.runtime.pool.fetchval(
            "SELECT count(*) FROM trace_events WHERE event_id = ANY($1)", list(ids)
        )
        return bool(found == len(ids))

    await until(are_stored)


def duplicated(envelopes: Sequence[Envelope]) -> list[Envelope]:
    """The events with ids of their own, each of them twice, as a relay may publish them."""
    ids = {envelope.id: UUID(int=OWN_IDS + envelope.id.int) for envelope in envelopes}
    renamed = [
        replace(e, id=ids[e.id], causation_id=str(ids[UUID(e.causation_id)]) if e.causation_id else None)
        for e in envelopes
    ]
    return [copy for envelope in renamed for copy in (envelope, envelope)]


async def test_rebuilt_tables_equal_the_live_ones(
    analytics: Harness, kafka_bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log = returned_order("rebuilt")
    refund = {"refund_id": "ref_rebuilt", "payment_id": "pay_rebuilt", "order_id": "ord_rebuilt", "amount_minor": 19133}
    log.record("RefundReversed", provider="simulator", failure_code="account_closed", refunded_minor=0, **refund)
    sent = duplicated(log.envelopes)
    await send(kafka_bootstrap, sent)
    async with consuming(analytics):
        await until_stored(analytics, sent)
        assert await rebuild(analytics) == 0
    output = capsys.readouterr().out
    assert output.count("same") == 8
    left = await analytics.runtime.pool.fetchval("SELECT amount_minor FROM refund_facts WHERE id = 'ref_rebuilt'")
    assert left == 0, "it came back"
    live, rebuilt = (line.split()[-1 if "live" in line else -2] for line in output.splitlines()[:2])
    assert live == rebuilt

    await analytics.runtime.pool.execute("UPDATE case_facts SET state = 'lost' WHERE id = $1", "case_rebuilt")
    assert await rebuild(analytics) == 1
    assert capsys.readouterr().out.count("DIFFERENT") == 1


async def test_a_damaged_table_is_replaced_while_the_service_runs(
    analytics: Harness, kafka_bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = duplicated(returned_order("switched").envelopes), duplicated(returned_order("after").envelopes)
    second = [replace(envelope, id=UUID(int=envelope.id.int + 5000)) for envelope in second]
    await send(kafka_bootstrap, first)
    async with consuming(analytics):
        await until_stored(analytics, first)
        await analytics.runtime.pool.execute("UPDATE case_facts SET state = 'lost' WHERE id = 'case_switched'")
        assert await replay(analytics.runtime, main.PROJECTION, ReplayOptions(switch=True)) == 0
        assert "the live tables were locked for" in capsys.readouterr().out
        state = "SELECT state FROM case_facts WHERE id = $1"
        assert await analytics.runtime.pool.fetchval(state, "case_switched") == "completed"
        await send(kafka_bootstrap, second)
        await until_stored(analytics, second)
        assert await analytics.runtime.pool.fetchval(state, "case_after") == "completed"
    assert await rebuild(analytics) == 0
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await analytics.runtime.pool.execute("DELETE FROM trace_events")
    assert await Migrations("analytics_svc", analytics.settings.database_url, tables.metadata).differences() is None
    assert await replay(analytics.runtime, main.PROJECTION, ReplayOptions(drop=True)) == 0


async def test_an_interrupted_replay_can_be_resumed(analytics: Harness, kafka_bootstrap: str) -> None:
    sent = duplicated(returned_order("resumed").envelopes)
    sent = [replace(envelope, id=UUID(int=envelope.id.int + 9000)) for envelope in sent]
    async with consuming(analytics):
        await send(kafka_bootstrap, sent[:20])
        await until_stored(analytics, sent[:20])
        connection = await analytics.runtime.connect(statement_timeout="0")
        await Rebuild(analytics.runtime, connection, main.PROJECTION, "shadow").compare(resume=False)
        await connection.close()
        await send(kafka_bootstrap, sent[20:])
        await until_stored(analytics, sent)
        assert await replay(analytics.runtime, main.PROJECTION, ReplayOptions(resume=True)) == 0
        assert await replay(analytics.runtime, main.PROJECTION, ReplayOptions(resume=True)) == 2, (
            "there is nothing left to resume"
        )


async def test_parked_events_are_left_out_of_both(analytics: Harness, kafka_bootstrap: str) -> None:
    sent = duplicated(returned_order("parked").envelopes)
    sent = [replace(envelope, id=UUID(int=envelope.id.int + 1000)) for envelope in sent]
    poison = replace(sent[0], data=b"{}")
    await send(kafka_bootstrap, [poison, *sent[2:]])
    async with consuming(analytics):
        await until_stored(analytics, sent[-1:])
        await until(analytics.parked)
        assert await rebuild(analytics) == 0


async def test_events_that_operators_have_repaired_are_rebuilt_alike(analytics: Harness, kafka_bootstrap: str) -> None:
    """An event that came late, one that never came, one that came again with other content, one of an unknown type."""
    sent = duplicated(returned_order("mended").envelopes)
    sent = [replace(envelope, id=UUID(int=envelope.id.int + 7000)) for envelope in sent]
    late = [envelope for envelope in sent if envelope.type == "AfterSaleRejected.v1"]
    lost = [envelope for envelope in sent if envelope.type == "PaymentStarted.v1"]
    contradiction = next(replace(each, data=b"{}") for each in sent if each.type == "RatingGiven.v1")
    unknown = next(
        replace(e, type="X.v1", sequence=2, id=UUID(int=e.id.int + 500)) for e in sent if "Feedback" in e.type
    )
    others = [envelope for envelope in sent if envelope not in (*late, *lost)]
    await send(kafka_bootstrap, [*others, contradiction, unknown])
    operator = ParkedEvents(analytics.runtime, analytics.service.handlers)
    async with consuming(analytics):
        await until_stored(analytics, [unknown])

        async def are_parked() -> bool:
            return len(await operator.list()) == 7

        await until(are_parked)
        await send(kafka_bootstrap, late)

        async def has_come() -> bool:
            return any(each.type == "AfterSaleRejected.v1" for each in await operator.list())

        await until(has_come)
        first = next(
            each for each in await operator.list() if each.park_reason == "sequence_gap" and "pay" in each.aggregateid
        )
        await operator.retry(first.id, by="op-1", despite_gap="lost")
        await operator.retry_key(first.aggregateid, by="op-1")
        assert await operator.retry_key("case_mended", by="op-1") == 4
        [contradicting] = await operator.list()
        await operator.discard(contradicting.id, by="op-1", reason="the first one is true")
        assert await rebuild(analytics) == 0


async def test_an_unreadable_log_is_reported_in_one_line(postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with Harness.start(main.service, postgres_url) as without_kafka:
        await returned_order().deliver_to(without_kafka)
        assert await rebuild(without_kafka) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("replay: Kafka does not answer")
    assert "\n" not in error
