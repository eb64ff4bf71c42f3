"""Rebuilt from offset zero of a real log, everything is identical; and where it is not, the command says so."""

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
from analytics_svc import commands, main, tables
from written_log import journey

MINE = UUID(int=0x5EED << 64)


@pytest.fixture
async def desk(postgres_url: str, kafka_bootstrap: str) -> AsyncIterator[Harness]:
    await create_topics(kafka_bootstrap)
    async with Harness.start(main.service, postgres_url, kafka=kafka_bootstrap) as harness:
        yield harness


async def create_topics(bootstrap: str) -> None:
    """An empty log: what other tests told on this broker is not always a true story."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics(list(TOPICS))
        wanted = [NewTopic(name, topic.partitions, 1) for name, topic in TOPICS.items()]

        async def made() -> bool:
            answer = await admin.create_topics(wanted)
            errors = {code for _, code, _ in answer.topic_errors if code}
            assert {for_code(code) for code in errors} <= {TopicAlreadyExistsError}
            found = await admin.describe_topics(list(TOPICS))
            return all(len(topic["partitions"]) == TOPICS[topic["topic"]].partitions for topic in found)

        await until(made)
    finally:
        await admin.close()


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
async def consuming(desk: Harness) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Consumer(desk.runtime, desk.service.handlers).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def until_kept(desk: Harness, envelopes: Sequence[Envelope]) -> None:
    """All of them: each partition goes at its own pace."""
    ids = {envelope.id for envelope in envelopes}

    async def kept() -> bool:
        found = await desk.runtime.pool.fetchval(
            "SELECT count(*) FROM trace_events WHERE event_id = ANY($1)", list(ids)
        )
        return bool(found == len(ids))

    await until(kept)


def own(envelopes: Sequence[Envelope]) -> list[Envelope]:
    """Ids of their own, since the log is shared with other tests; the second copy of each is a relay's repetition."""
    made = {envelope.id: UUID(int=MINE.int + envelope.id.int) for envelope in envelopes}
    mine = [
        replace(e, id=made[e.id], causation_id=str(made[UUID(e.causation_id)]) if e.causation_id else None)
        for e in envelopes
    ]
    return [copy for envelope in mine for copy in (envelope, envelope)]


async def test_rebuilt_equals_live(desk: Harness, kafka_bootstrap: str, capsys: pytest.CaptureFixture[str]) -> None:
    sent = own(journey("rebuilt").envelopes)
    await send(kafka_bootstrap, sent)
    async with consuming(desk):
        await until_kept(desk, sent)
        assert await commands.rebuild(desk.runtime) == 0
    told = capsys.readouterr().out
    assert told.count("same") == 5
    live, rebuilt = (line.split()[-1 if "live" in line else -2] for line in told.splitlines()[:2])
    assert live == rebuilt

    await desk.runtime.pool.execute("UPDATE case_facts SET state = 'lost' WHERE id = $1", "case_rebuilt")
    assert await commands.rebuild(desk.runtime) == 1
    assert capsys.readouterr().out.count("DIFFERENT") == 1


async def test_a_damaged_table_is_replaced_and_the_service_goes_on(
    desk: Harness, kafka_bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = own(journey("switched").envelopes), own(journey("after").envelopes)
    second = [replace(envelope, id=UUID(int=envelope.id.int + 5000)) for envelope in second]
    await send(kafka_bootstrap, first)
    async with consuming(desk):
        await until_kept(desk, first)
        await desk.runtime.pool.execute("UPDATE case_facts SET state = 'lost' WHERE id = 'case_switched'")
        assert await replay(desk.runtime, commands.PROJECTION, ReplayOptions(switch=True)) == 0
        assert "the live tables stood still for" in capsys.readouterr().out
        state = "SELECT state FROM case_facts WHERE id = $1"
        assert await desk.runtime.pool.fetchval(state, "case_switched") == "completed"
        await send(kafka_bootstrap, second)
        await until_kept(desk, second)
        assert await desk.runtime.pool.fetchval(state, "case_after") == "completed"
    assert await commands.rebuild(desk.runtime) == 0
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await desk.runtime.pool.execute("DELETE FROM trace_events")
    assert await Migrations("analytics_svc", desk.settings.database_url, tables.metadata).differences() is None
    assert await replay(desk.runtime, commands.PROJECTION, ReplayOptions(drop=True)) == 0


async def test_an_interrupted_replay_goes_on_where_it_stopped(desk: Harness, kafka_bootstrap: str) -> None:
    sent = own(journey("resumed").envelopes)
    sent = [replace(envelope, id=UUID(int=envelope.id.int + 9000)) for envelope in sent]
    async with consuming(desk):
        await send(kafka_bootstrap, sent[:20])
        await until_kept(desk, sent[:20])
        connection = await desk.runtime.connect(statement_timeout="0")
        await Rebuild(desk.runtime, connection, commands.PROJECTION, "shadow").compare(resume=False)
        await connection.close()
        await send(kafka_bootstrap, sent[20:])
        await until_kept(desk, sent)
        assert await replay(desk.runtime, commands.PROJECTION, ReplayOptions(resume=True)) == 0
        assert await replay(desk.runtime, commands.PROJECTION, ReplayOptions(resume=True)) == 2, "nothing is left of it"


async def test_what_was_parked_is_left_out_of_both(desk: Harness, kafka_bootstrap: str) -> None:
    sent = own(journey("parked").envelopes)
    sent = [replace(envelope, id=UUID(int=envelope.id.int + 1000)) for envelope in sent]
    poison = replace(sent[0], data=b"{}")
    await send(kafka_bootstrap, [poison, *sent[2:]])
    async with consuming(desk):
        await until_kept(desk, sent[-1:])
        await until(desk.parked)
        assert await commands.rebuild(desk.runtime) == 0


async def test_what_operators_have_mended_is_rebuilt_the_same(desk: Harness, kafka_bootstrap: str) -> None:
    """An event published late, one that never came, one told twice with other content, one of an unknown type."""
    sent = own(journey("mended").envelopes)
    sent = [replace(envelope, id=UUID(int=envelope.id.int + 7000)) for envelope in sent]
    late = [envelope for envelope in sent if envelope.type == "AfterSaleRejected.v1"]
    lost = [envelope for envelope in sent if envelope.type == "PaymentStarted.v1"]
    liar = next(replace(each, data=b"{}") for each in sent if each.type == "RatingGiven.v1")
    strange = next(
        replace(e, type="X.v1", sequence=2, id=UUID(int=e.id.int + 500)) for e in sent if "Feedback" in e.type
    )
    kept = [envelope for envelope in sent if envelope not in (*late, *lost)]
    await send(kafka_bootstrap, [*kept, liar, strange])
    operator = ParkedEvents(desk.runtime, desk.service.handlers)
    async with consuming(desk):
        await until_kept(desk, [strange])

        async def held() -> bool:
            return len(await operator.list()) == 7

        await until(held)
        await send(kafka_bootstrap, late)

        async def come() -> bool:
            return any(each.type == "AfterSaleRejected.v1" for each in await operator.list())

        await until(come)
        first = next(
            each for each in await operator.list() if each.trouble == "sequence_gap" and "pay" in each.aggregateid
        )
        await operator.retry(first.id, by="op-1", despite_gap="lost")
        await operator.retry_key(first.aggregateid, by="op-1")
        assert await operator.retry_key("case_mended", by="op-1") == 4
        [told_otherwise] = await operator.list()
        await operator.discard(told_otherwise.id, by="op-1", reason="the first one is true")
        assert await commands.rebuild(desk.runtime) == 0


async def test_a_log_that_cannot_be_read_is_said_in_one_line(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Harness.start(main.service, postgres_url) as deaf:
        await journey().reach(deaf)
        assert await commands.rebuild(deaf.runtime) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("replay: Kafka does not answer")
    assert "\n" not in said
