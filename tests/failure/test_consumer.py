"""The consumer on trial: killed around its commits, turned into a zombie, fed with poison, restarted while it works."""

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.testing import until
from meters import Meters, meters
from servers import Servers

pytestmark = pytest.mark.faults

SHORT_SESSION = {"FAILURE_SESSION_MS": "6000"}


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
    pause = tmp_path / "pause"
    environment = {"METER_PAUSE": str(pause), **SHORT_SESSION}
    [zombie] = await meter.start(consume=1, **environment)
    await meter.start(serve=1, relay=1)
    await meter.make(12)
    await meter.until_effects(12)
    rounds = form.pick(1, 5)
    for _ in range(rounds):
        pause.touch()
        pause.with_suffix(".reached").unlink(missing_ok=True)
        await meter.up(meter.meters[0], 3, mood="pause")
        await _reached(pause)
        ports = meter.servers.of(zombie)
        zombie.freeze()
        [heir] = await meter.start(consume=1, **environment)
        pause.unlink()
        if not form.long:  # the server ends a transaction that does nothing by itself, after 30 s
            await meter.servers.cut_sessions(ports)
        await meter.load(form.pick(50, 20_000), times=form.pick(5, 50))
        await meter.until_effects(meter.told, 300)
        zombie.thaw()
        await meter.load(form.pick(50, 20_000), times=form.pick(5, 50))
        zombie.stop()
        zombie = heir
    report = await meter.judged(seconds=form.pick(60, 300))
    form.judged(report)
    form.note(f"{rounds} zombies")


async def _reached(pause: Path) -> None:
    async def reached() -> bool:
        return pause.with_suffix(".reached").exists()

    await until(reached, "the handler is in the middle of its work", 60)


async def test_poison_among_many(one_server: Servers, form: Any) -> None:
    """One event that no build can read: its aggregate waits in order, all others finish; mended, nothing tells the tale."""
    async with meters(one_server) as meter:
        await meter.start(serve=1, relay=1, consume=2)
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
        await meter.start(consume=1, METER_FIXED="1")
        await meter.up(sick, 2)
        report = await meter.judged(seconds=form.pick(60, 300))
        form.judged(report)
        mended = await meter.readings()
        assert mended == await replayed(meter, METER_FIXED="1"), "mended is not the same as never broken"
    form.note(f"1 poison, {parked} held behind it, state as of a clean run")


async def _parked_in_order(meter: Meters, sick: str) -> int:
    async def all_there() -> bool:
        version = (await meter.fetch("SELECT version FROM meters WHERE id = $1", sick))[0]["version"]
        last = await meter.fetch("SELECT max(last_sequence) AS n FROM subject_state WHERE aggregateid = $1", sick)
        return bool(last[0]["n"] == version)

    await until(all_there, "every event of the sick meter is parked", 60)
    rows = await meter.fetch("SELECT aggregateid, headers->>'ce_sequence' AS n FROM parked_event ORDER BY id")
    numbers = [int(row["n"]) for row in rows]
    assert {row["aggregateid"] for row in rows} == {sick}
    assert len(numbers) >= 6
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return len(numbers) - 1


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
    report = await meter.judged(seconds=form.pick(60, 300))
    form.judged(report)
    gap = await meter.gap()
    form.note(f"{rounds} rolling restarts of 2 consumers and 2 relays, longest silence {gap:.1f} s")
    assert gap < 10
    assert not meter.clients.failed


async def test_deadlocks_and_a_reader_that_never_ends(meter: Meters, form: Any) -> None:
    """Somebody locks what the consumer writes in the opposite order, somebody else holds the oldest snapshot."""
    await meter.start(serve=1, relay=1, consume=1)
    await meter.make(6)
    await meter.until_effects(6)
    holder = await asyncpg.connect(meter.dsn)
    enough = asyncio.Event()
    try:
        old = holder.transaction(isolation="repeatable_read")
        await old.start()
        await holder.fetch("SELECT count(*) FROM effects")
        rivals = [asyncio.create_task(_rival(meter, enough)) for _ in range(3)]
        deadlocks = 0
        async with meter.loaded(times=5, pause=0.0):
            begun = time.monotonic()
            while deadlocks < form.pick(1, 100) and time.monotonic() - begun < form.pick(60, 300):
                await meter.told_more(50, 120)
                deadlocks = await _deadlocks(meter)
        enough.set()
        await asyncio.gather(*rivals)
        report = await meter.judged(seconds=form.pick(90, 600))
        await old.rollback()
    finally:
        enough.set()
        await holder.close()
    form.judged(report)
    form.note(f"{deadlocks} deadlocks")
    assert deadlocks, "no deadlock came about"


async def _rival(meter: Meters, enough: asyncio.Event) -> None:
    connection = await asyncpg.connect(meter.dsn)
    try:
        while not enough.is_set():
            first, second = random.sample(meter.meters, 2)
            try:
                async with connection.transaction():
                    for each in (first, second, random.choice(meter.meters)):
                        await connection.execute("SELECT 1 FROM readings WHERE subject = $1 FOR UPDATE", each)
                        await asyncio.sleep(0.005)
            except asyncpg.DeadlockDetectedError:
                continue
    finally:
        await connection.close()


async def _deadlocks(meter: Meters) -> int:
    rows = await meter.fetch("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(rows[0]["deadlocks"])


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
    report = await meter.judged(seconds=form.pick(60, 300), unheard=("Metered.v2",))
    form.judged(report)
    assert not await meter.fetch("SELECT 1 FROM parked_event")
    assert before > 0
    assert await meter.readings() == await replayed(meter)
    form.note("v1 → v1+v2 → v1; the whole log into an empty database: identical hash")


async def _totals(meter: Meters) -> int:
    return int((await meter.fetch("SELECT sum(total) AS n FROM readings"))[0]["n"])
