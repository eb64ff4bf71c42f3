"""The consumer on trial: killed around its commits, turned into a zombie, fed with poison, restarted while it works."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.database.outbox import bucket_of
from aftercare_chassis.kafka.clients import key_hash
from aftercare_chassis.testing import until
from aiokafka import AIOKafkaProducer
from meters import PARTITIONS, SHORT_SESSION, Meters, Pause, meters
from servers import Process, Servers


@pytest.mark.parametrize("label", ["consumer.handled", "consumer.committed"])
async def test_consumer_killed_around_its_commit(meter: Meters, form: Any, label: str) -> None:
    """Killed before the commit nothing has happened, killed after it (and before the offset commit) it has, once."""
    await meter.start(serve=1, relay=1)
    await meter.make(20)
    deaths = form.pick([1, 2], list(range(1, 21)))
    async with meter.loaded(times=form.pick(4, 25), pause=form.pick(0.05, 0.0)):
        for number in deaths:
            dying = meter.new("consume", AFTERCARE_CRASH_AT=f"{label}:{number}", **SHORT_SESSION).start()
            await dying.gone(120)
        await meter.told_more(form.pick(20, 100_000), 1200)
    await meter.outbox_empty(600)
    pruned = label == "consumer.committed"
    if pruned:  # the inbox has been pruned, the offset that Kafka keeps is behind: the cursor alone must hold
        await meter.fetch("DELETE FROM inbox")
    await meter.start(consume=1, **SHORT_SESSION)
    report = await meter.judged(seconds=form.pick(90, 600), pruned=pruned)
    form.judged(report)
    form.note(f"{len(deaths)} consumers killed at {label}")


async def test_a_zombie_changes_nothing(meter: Meters, form: Any, tmp_path: Path) -> None:
    """A consumer is frozen inside a handler, past its session; another takes over; the first wakes up and goes on."""
    pause = Pause(tmp_path / "pause")
    environment = pause.environment | SHORT_SESSION
    [zombie] = await meter.start(consume=1, **environment)
    await meter.start(serve=1, relay=1)
    await meter.make(12)
    await meter.until_effects(12)
    rounds = form.pick(1, 5)
    for _ in range(rounds):
        pause.begin()
        await meter.up(meter.meters[0], 3, mood="pause")
        await pause.reached()
        ports = meter.servers.of(zombie)
        zombie.freeze()
        [heir] = await meter.start(consume=1, **environment)
        pause.end()
        if not form.long:  # the server ends a transaction that does nothing by itself, after 30 s
            await meter.servers.cut_sessions(ports)
        await meter.load(form.pick(50, 20_000), times=form.pick(5, 50))
        await meter.until_effects(meter.told, 300)
        zombie.thaw()
        await meter.load(form.pick(50, 20_000), times=form.pick(5, 50))
        zombie.stop()
        zombie = heir
    report = await meter.judged(seconds=form.pick(120, 300))
    form.judged(report)
    form.note(f"{rounds} zombies")


async def test_poison_among_many(one_server: Servers, form: Any) -> None:
    """One event that no build can read: its aggregate waits in order, all others finish; mended, nothing tells the tale."""
    async with meters(one_server) as meter:
        await meter.start(serve=1, relay=1, consume=2, **SHORT_SESSION)
        await meter.make(20)
        sick = meter.meters[0]
        events = form.pick(300, 10_000)
        await meter.load(events // 2, times=10)
        await meter.up(sick, 1, mood="poison")
        await meter.load(events // 2, times=10)
        await meter.up(sick, 5)
        parked = await _parked_in_order(meter, sick)
        await meter.judged(allow_parked=True)
        servers_end(meter, "consume")
        await meter.run("retry-key", sick, METER_FIXED="1")
        await meter.start(consume=1, METER_FIXED="1", **SHORT_SESSION)
        await meter.up(sick, 2)
        report = await meter.judged(seconds=form.pick(120, 300))
        form.judged(report)
        mended = await meter.readings()
        assert mended == await replayed(meter, METER_FIXED="1"), "mended is not the same as never broken"
    form.note(f"1 poison, {parked} held behind it, state as of a clean run")


async def _parked_in_order(meter: Meters, sick: str) -> int:
    async def all_there() -> bool:
        version = (await meter.fetch("SELECT version FROM meters WHERE id = $1", sick))[0]["version"]
        parked = await meter.fetch("SELECT max(sequence) AS n FROM parked_event WHERE aggregateid = $1", sick)
        return bool(parked[0]["n"] == version)

    await until(all_there, "every event of the sick meter is parked", 60)
    rows = await meter.fetch("SELECT aggregateid, headers->>'ce_sequence' AS n FROM parked_event ORDER BY id")
    numbers = [int(row["n"]) for row in rows]
    assert {row["aggregateid"] for row in rows} == {sick}
    assert len(numbers) >= 6
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return len(numbers) - 1


async def test_bad_input_among_many(meter: Meters, form: Any) -> None:
    """Written past every relay, while events flow: what cannot be read, a gap, a second truth. Parked, decided, forgotten."""
    await meter.start(serve=1, relay=1)
    [reader] = await meter.start(consume=1)
    await meter.make(20)
    garbled, gapped, doubled, *_ = meter.meters
    async with meter.loaded(times=form.pick(4, 25), pause=form.pick(0.05, 0.0)):
        await meter.told_more(form.pick(50, 5_000), 300)
        await _written(meter, garbled, ce_id=b"?")
        await _written(meter, gapped, ce_sequence=b"%020d" % 10**9)
        await _written(meter, doubled, ce_sequence=b"%020d" % 1)
        await _written(meter, None)
        await meter.told_more(form.pick(200, 50_000), 600)
    report = await meter.judged(seconds=form.pick(120, 300), allow_parked=True)
    form.judged(report)
    held = await meter.fetch("SELECT aggregateid, trouble FROM parked_event WHERE trouble <> 'behind' ORDER BY 1")
    troubles = {garbled: "unreadable", gapped: "sequence_gap", doubled: "contradiction", "": "unreadable"}
    assert {row["aggregateid"]: row["trouble"] for row in held} == troubles
    for trouble in ("unreadable", "contradiction", "unreadable", "sequence_gap"):
        first = "SELECT id FROM parked_event WHERE trouble = $1 ORDER BY id LIMIT 1"
        [row] = await meter.fetch(first, trouble)
        if trouble == "sequence_gap":  # those behind it have lower numbers, so they are first
            await meter.run("parked", "retry-key", gapped)
        await meter.run("parked", "discard", str(row["id"]), "--reason", "nobody said that")
    for each in (garbled, doubled):
        await meter.run("parked", "retry-key", each)
    await meter.load(form.pick(50, 1_000), times=5)
    await meter.judged(seconds=60)
    assert "consumer_rebuilt" not in reader.log(), "it went on all the time"
    form.note(f"4 spoilt messages, {report['parked events'].checked} parked with those behind them, all decided")


async def _written(meter: Meters, key: str | None, **spoilt: bytes) -> None:
    """A message for the meters' topic from somebody who is no relay."""
    subject = (key or "nobody").encode()
    said = {
        "affected_party": "p",
        "applicant": "p",
        "handler": "p",
        "time": "2026-03-04T05:06:07Z",
        "result": "counted",
    }
    headers = {
        "ce_specversion": b"1.0",
        "ce_id": str(uuid.uuid4()).encode(),
        "ce_type": b"Metered.v1",
        "ce_source": b"/somebody",
        "ce_subject": subject,
        "ce_time": datetime.now(UTC).isoformat().encode(),
        "ce_partitionkey": subject,
        "ce_sequence": b"%020d" % 1,
        "ce_correlationid": b"c",
        "content-type": b"application/json",
    }
    value = json.dumps({**said, "matter": "metered", "meter_id": key, "value": 1, "mood": ""}).encode()
    async with AIOKafkaProducer(bootstrap_servers=meter.servers.kafka.bootstrap) as producer:
        await producer.send_and_wait(
            meter.topic, value, key=key and key.encode(), headers=list({**headers, **spoilt}.items())
        )


def servers_end(meter: Meters, part: str) -> None:
    meter.servers.end(meter.parts.pop(part))


async def replayed(meter: Meters, **environment: str) -> str:
    """The hash of the state that the whole log folds into, in an empty database."""
    database = f"{meter.name}-replayed".replace("-", "_")
    await meter.servers.execute(
        meter.servers.postgres.admin, f'CREATE DATABASE "{database}" TEMPLATE "{meter.servers.template}"'
    )
    again = Meters(
        meter.servers,
        meter.name,
        meter.topic,
        meter.servers.postgres.admin.rpartition("/")[0] + f"/{database}",
        meter.clients,
        meter.environment,
    )
    # Under another name Kafka knows nothing of it: what counts is that its own cursors are empty.
    again.environment = {**meter.environment, "AFTERCARE_DATABASE_URL": again.dsn, "METER_NAME": f"{meter.name}-again"}
    await again.start(consume=1, **environment)
    try:
        await again.until_effects(await meter.effects(), 600)
        return await again.readings()
    finally:
        meter.servers.end(again.all())


async def test_rolling_restart(meter: Meters, form: Any) -> None:
    """Consumers and relays are replaced one after the other under load: nothing lost or doubled, no long silence."""
    await meter.start(serve=1, relay=2, consume=2)
    await meter.make(40)
    rounds = form.pick(1, 6)
    async with meter.loaded(times=form.pick(3, 20), pause=0.02):
        await meter.until_effects(200, 120)
        for _ in range(rounds):
            for part in ("consume", "relay"):
                for old in list(meter.parts[part]):
                    await meter.start(**{part: 1})
                    old.stop()
                    meter.parts[part].remove(old)
            await meter.told_more(form.pick(50, 10_000), 300)
    report = await meter.judged(seconds=form.pick(120, 300))
    form.judged(report)
    gap = await meter.gap()
    form.note(f"{rounds} rolling restarts of 2 consumers and 2 relays, longest silence {gap:.1f} s")
    assert gap < 10
    assert not meter.clients.failed


async def test_deadlocks_and_a_reader_that_never_ends(meter: Meters, form: Any) -> None:
    """Somebody holds what the consumer wants and wants what it holds; somebody else never gives up an old snapshot."""
    async with _rival(meter) as rival, _snapshot(meter):
        await meter.start(serve=1, consume=1)
        [relay] = await meter.start(relay=1)
        await meter.make(2 * PARTITIONS + 1)
        await meter.until_effects(2 * PARTITIONS + 1)
        pair = _neighbours(meter.meters)
        rounds = form.pick(2, 20)
        for _ in range(rounds):
            await _deadlock(meter, relay, rival, *pair)
            await meter.load(form.pick(50, 2500), times=form.pick(5, 50))
        report = await meter.judged(seconds=form.pick(90, 300))
    form.judged(report)
    form.note(f"{rounds} deadlocks")

    async def counted() -> bool:
        return bool((await meter.fetch(_DEADLOCKS))[0]["deadlocks"] == rounds)

    await until(counted, f"{rounds} deadlocks are counted")


_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_LOCK = "SELECT 1 FROM readings WHERE subject = $1 FOR UPDATE"
_HELD_UP = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def _neighbours(some: list[str]) -> tuple[str, str]:
    """Two that a relay sends in one batch: of one partition, and of one half of the buckets. Of 25 there always are."""
    places: dict[tuple[int, int], str] = {}
    for each in some:
        place = key_hash(each.encode()) % PARTITIONS, bucket_of(each) % 2
        if place in places:
            return places[place], each
        places[place] = each
    raise AssertionError("too few")


@asynccontextmanager
async def _rival(meter: Meters) -> AsyncIterator[asyncpg.Connection]:
    """One who never gives way: the consumer looks for a deadlock after 3 s, when the rival is long in it, the rival never."""
    await meter.fetch(f'ALTER DATABASE "{meter.name.replace("-", "_")}" SET deadlock_timeout = 3000')
    rival = await asyncpg.connect(meter.dsn)
    await rival.execute("SET deadlock_timeout = '10min'")
    try:
        yield rival
    finally:
        await rival.close()


@asynccontextmanager
async def _snapshot(meter: Meters) -> AsyncIterator[None]:
    holder = await asyncpg.connect(meter.dsn)
    try:
        async with holder.transaction(isolation="repeatable_read"):
            await holder.fetch("SELECT count(*) FROM effects")
            yield
    finally:
        await holder.close()


async def _deadlock(meter: Meters, relay: Process, rival: asyncpg.Connection, first: str, second: str) -> None:
    """The consumer takes `first` and waits for `second`, which the rival has; then the rival asks for `first`."""
    await meter.until_effects(meter.told)
    relay.freeze()  # both events go to the log in one batch, and so are worked on in one transaction
    await meter.up(first)
    await meter.up(second)

    async def held_up() -> bool:
        return bool(await rival.fetchval(_HELD_UP))

    async with rival.transaction():
        await rival.execute(_LOCK, second)
        relay.thaw()
        await until(held_up, "the consumer wants what the rival has", 60)
        await rival.execute(_LOCK, first)


async def test_two_versions_at_once(meter: Meters, form: Any) -> None:
    """The producer begins to tell a second version beside the first; consumers of either kind; and back again."""
    old = await meter.start(serve=1)
    await meter.start(relay=1, consume=2)
    await meter.make(20)
    events = form.pick(60, 10_000)
    await meter.load(events, times=5)
    meter.servers.end(old)
    meter.parts["serve"].clear()
    await meter.start(serve=1, METER_TELLS="v1,v2")
    await meter.load(events, times=5)  # consumers of the first build hear a type that they do not know
    await meter.outbox_empty()
    before = await _totals(meter)
    servers_end(meter, "serve")
    await meter.start(serve=1)
    await meter.load(events, times=5)
    report = await meter.judged(seconds=form.pick(120, 300), unheard=("Metered.v2",))
    form.judged(report)
    assert not await meter.fetch("SELECT 1 FROM parked_event")
    assert before > 0
    assert await meter.readings() == await replayed(meter)
    form.note("v1 → v1+v2 → v1; the whole log into an empty database: identical hash")


async def _totals(meter: Meters) -> int:
    return int((await meter.fetch("SELECT sum(total) AS n FROM readings"))[0]["n"])
