"""Timers: each row that is due is fired once, many in one transaction, and one that fails does not delay the others."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs import deadlines
from aftercare_chassis.jobs.deadlines import LOCKED_PAUSE, Deadlines, Due, TimerCommands
from aftercare_chassis.jobs.put_off import FIRST_PAUSE, LONGEST_PAUSE, PutOff
from aftercare_chassis.refusals import NotFound
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing import Harness
from asyncpg.connection import LoggedQuery

Command = Callable[[Transaction, Any], Awaitable[None]]  # Any: a tally of the support module
MANY = """
INSERT INTO tallies (id, version, owner, count, deadline_at)
SELECT 'tally_many_' || n, 0, 'buyer-1', 0, $1::timestamptz + n * interval '1 ms' FROM generate_series(1, $2::int) n
"""


class Action(StrEnum):
    COUNT_UP = "count_up"


@pytest.fixture
async def due(tally: Harness) -> list[str]:
    """The ids of three rows that are due, the earliest first."""
    buyer = tally.client("buyer", "buyer-1")
    made = [(await buyer.post("/v1/tallies", json={"count": 0})).json()["id"] for _ in range(3)]
    for tally_id in reversed(made):
        at = tally.clock.advance(seconds=1)
        await tally.runtime.pool.execute("UPDATE tallies SET deadline_at = $1 WHERE id = $2", at, tally_id)
    return made[::-1]


def timers(tally: Harness, command: Command | None = None) -> Deadlines:
    """The loop of one process, with the command of the service or another one."""
    [declared] = tally.service.deadlines
    return Deadlines(tally.runtime, [declared if command is None else Due(declared.rows, command)])


async def counts(tally: Harness) -> list[int]:
    return [
        row["count"] for row in await tally.runtime.pool.fetch("SELECT count FROM tallies ORDER BY deadline_at, id")
    ]


async def test_a_timer_acts_once(tally: Harness, due: list[str]) -> None:
    await tally.run_due()
    await tally.run_due()
    buyer = tally.client("buyer", "buyer-1")
    assert [(await buyer.get(f"/v1/tallies/{each}")).json()["count"] for each in due] == [1, 1, 1]
    event = (await tally.envelopes())[-1].event()
    assert event is not None
    assert event.handler == "system"


async def test_rows_are_fired_together_in_the_order_of_their_deadlines(tally: Harness, due: list[str]) -> None:
    await tally.run_due()
    assert await tally.runtime.pool.fetchval("SELECT count(DISTINCT xmin::text) FROM tallies") == 1
    fired = [envelope for envelope in await tally.envelopes() if envelope.sequence == 2]
    assert [envelope.subject for envelope in fired] == due
    assert len({envelope.correlation_id for envelope in fired}) == 3, "each is a piece of work of its own"


async def test_a_row_that_is_not_due_yet_is_left_alone(tally: Harness, due: list[str]) -> None:
    await tally.runtime.pool.execute("UPDATE tallies SET deadline_at = $1", tally.clock.now())
    tally.clock.advance(seconds=-1)
    await tally.run_due()
    assert await counts(tally) == [0, 0, 0]


async def test_ten_workers_fire_each_row_once(start_tally: Any) -> None:
    async with start_tally(pool_size=20) as tally:
        at = tally.clock.now()
        await tally.runtime.pool.execute(MANY, at, 350)
        tally.clock.advance(seconds=1)
        workers = [timers(tally) for _ in range(10)]
        async with asyncio.timeout(30):
            while await tally.runtime.pool.fetchval("SELECT count(*) FROM tallies WHERE deadline_at IS NOT NULL"):
                await asyncio.gather(*(each.fire() for each in workers))
        assert await counts(tally) == [1] * 350
        assert len(await tally.envelopes()) == 350


async def test_a_row_that_another_transaction_has_locked_delays_no_other(tally: Harness, due: list[str]) -> None:
    loop = timers(tally)
    async with tally.runtime.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT 1 FROM tallies WHERE id = $1 FOR UPDATE", due[0])
        assert await loop.fire() == tally.clock.now()
        assert await counts(tally) == [0, 1, 1]
        assert await loop.fire() == tally.clock.now() + LOCKED_PAUSE
    await loop.fire()
    assert await counts(tally) == [1, 1, 1]


@pytest.mark.parametrize("error", [NotFound(what="tally"), RuntimeError("a fault in one row")])
async def test_a_row_that_fails_is_put_off_and_delays_no_other(
    tally: Harness, due: list[str], error: Exception
) -> None:
    tried: list[str] = []
    [declared] = tally.service.deadlines

    async def fail_first(tx: Transaction, row: Any) -> None:
        tried.append(row.id)
        if row.id == due[0]:
            raise error
        await declared.command(tx, row)

    loop = timers(tally, fail_first)
    await loop.fire()
    assert sorted(await counts(tally)) == [0, 1, 1]
    assert await loop.fire() is None
    for pause in (FIRST_PAUSE, 2 * FIRST_PAUSE):
        tried.clear()
        tally.clock.advance(seconds=pause.total_seconds() - 1)
        await loop.fire()
        assert tried == []
        tally.clock.advance(seconds=1)
        await loop.fire()
        assert tried == [due[0]], "by itself, after a pause that doubles"


def test_no_pause_is_longer_than_ten_minutes() -> None:
    put_off, now = PutOff[str](), datetime(2026, 3, 2, tzinfo=UTC)
    for _ in range(20):
        put_off.add("work", "row-1", now)
    assert put_off.to_retry(now + LONGEST_PAUSE) == [("work", "row-1")]
    assert put_off.to_retry(now + LONGEST_PAUSE - timedelta(seconds=1)) == []
    put_off.forget("row-1")
    assert put_off.ids == []


async def test_a_command_that_finds_nothing_to_do_is_not_called_again_at_once(tally: Harness, due: list[str]) -> None:
    called: list[str] = []

    async def note(_: Transaction, row: Any) -> None:
        called.append(row.id)

    loop = timers(tally, note)
    await loop.fire()
    assert await loop.fire() is None
    assert called == due


async def test_a_lost_database_is_no_fault_of_the_row(tally: Harness, due: list[str]) -> None:
    async def lose(_: Transaction, row: Any) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await timers(tally, lose).fire()


async def test_a_full_batch_is_all_that_one_round_takes(
    tally: Harness, due: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "BATCH", 2)
    loop = timers(tally)
    assert await loop.fire() == tally.clock.now(), "there may be more"
    assert sorted(await counts(tally)) == [0, 1, 1]
    await loop.fire()
    assert await counts(tally) == [1, 1, 1]


@pytest.mark.parametrize(("due_after", "acted"), [(0, ["count_up tally-1 of buyer-1"]), (1, [])])
async def test_a_timer_runs_the_command_that_is_registered_for_the_due_action(
    tally: Harness, due_after: int, acted: list[str]
) -> None:
    """What is locked decides, and is what the command is called with."""
    done: list[str] = []
    at = tally.clock.now() + timedelta(seconds=due_after)
    timer: TimerCommands[Action, ServiceSettings, str, str] = TimerCommands(
        lambda _, __, now: Action.COUNT_UP if at <= now else None
    )

    @timer(Action.COUNT_UP)
    async def count_up(_: Transaction, tally_id: str, owner: str) -> None:
        done.append(f"count_up {tally_id} of {owner}")

    async with tally.runtime.transaction() as tx:
        await timer.act(tx, "tally-1", "buyer-1")
    assert done == acted


async def test_all_timers_look_with_one_statement_which_finds_the_next_deadline(tally: Harness, due: list[str]) -> None:
    near = tally.clock.now() + timedelta(seconds=4)
    await tally.runtime.pool.execute(
        "UPDATE tallies SET deadline_at = CASE WHEN id = $2 THEN $1::timestamptz ELSE $1 + interval '1 day' END",
        near,
        due[1],
    )
    sent: list[str] = []

    def note(query: LoggedQuery) -> None:
        sent.append(query.query)

    async with tally.runtime.pool.acquire() as connection:
        connection.add_query_logger(note)
    assert await Deadlines(tally.runtime, [*tally.service.deadlines] * 3).fire() == near
    assert len(sent) == 1
    assert await counts(tally) == [0, 0, 0]
