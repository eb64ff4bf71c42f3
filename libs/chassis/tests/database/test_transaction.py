"""Transactions: all or nothing, callbacks and wake-ups only after the commit, connections always released."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.database.mapping import Query, Rows
from aftercare_chassis.testing import Harness
from sqlalchemy import Column, MetaData, Table, Text

INSERT = "INSERT INTO tallies (id, version, owner, count) VALUES ('t', 1, 'o', 0)"

ADD = "INSERT INTO tallies (id, version, owner, count) VALUES ($1, 1, 'o', 0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    id: str


TALLIES = Table("tallies", MetaData(), Column("id", Text, primary_key=True))
LOCKED = Rows(TALLIES, Locked)
EVERY = Query(TALLIES.select().with_for_update(key_share=True), Locked)


async def rows(harness: Harness) -> int:
    found: Any = await harness.runtime.pool.fetchval("SELECT count(*) FROM tallies")
    return int(found)


async def test_an_error_that_the_command_ignores_rolls_back_and_is_raised(tally: Harness) -> None:
    """PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK and no error; that must not count as success."""
    called: list[str] = []

    async def ignore_error() -> None:
        async with tally.runtime.transaction() as tx:
            await tx.connection.execute(INSERT)
            tx.after_commit(lambda: called.append("committed"))
            with suppress(asyncpg.DivisionByZeroError):
                await tx.connection.execute("SELECT 1 / 0")

    with pytest.raises(asyncpg.InFailedSQLTransactionError):
        await ignore_error()
    assert await rows(tally) == 0
    assert called == []


async def test_callbacks_run_after_the_commit(tally: Harness) -> None:
    committed: list[asyncio.Task[int]] = []
    async with tally.runtime.transaction() as tx:
        await tx.connection.execute(INSERT)
        tx.after_commit(lambda: committed.append(asyncio.create_task(rows(tally))))
        assert committed == []
    assert [await each for each in committed] == [1]


async def test_an_exception_rolls_back_and_calls_nothing(tally: Harness) -> None:
    called: list[str] = []

    async def fail() -> None:
        async with tally.runtime.transaction() as tx:
            await tx.connection.execute(INSERT)
            tx.after_commit(lambda: called.append("committed"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert (await rows(tally), called) == (0, [])


async def test_an_attempt_that_fails_undoes_what_it_did_and_nothing_else(tally: Harness) -> None:
    called: list[str] = []
    async with tally.runtime.transaction() as tx:

        def adds(name: str) -> None:
            tx.writes.insert("tallies", ADD, (name,))
            tx.as_system().after_commit(lambda: called.append(name))
            tx.wake(name)

        adds("before")
        with suppress(ZeroDivisionError):
            async with tx.attempt():
                adds("failed")
                await tx.flush()
                adds("not sent")
                raise ZeroDivisionError
        with suppress(asyncpg.UniqueViolationError):
            async with tx.attempt():
                adds("before")
        async with tx.attempt():
            adds("after")
        assert tx.woken == {"before", "after"}
    stored = await tally.runtime.pool.fetch("SELECT id FROM tallies ORDER BY id")
    assert [each["id"] for each in stored] == ["after", "before"]
    assert called == ["before", "after"]


async def test_a_cancelled_transaction_gives_its_connection_back(start_tally: Any) -> None:
    async with start_tally(pool_size=1) as harness:

        async def sleeping() -> None:
            async with harness.runtime.transaction() as tx:
                begun.set()
                await tx.connection.execute("SELECT pg_sleep(60)")

        begun = asyncio.Event()
        task = asyncio.create_task(sleeping())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(60):
            assert await rows(harness) == 0


async def test_the_select_sent_with_begin_finds_a_row_or_none(tally: Harness) -> None:
    for select, found in (("SELECT 1", True), ("SELECT 1 WHERE false", False), (None, False)):
        work = tally.runtime.transaction(look=select)
        async with work:
            assert work.found is found


async def test_a_worker_is_woken_after_the_commit(tally: Harness) -> None:
    wakeup = tally.runtime.wakeup("probe")
    async with tally.runtime.transaction() as tx:
        tx.wake("probe")
        assert not await wakeup.wait(0)
    assert await wakeup.wait(10)


async def test_who_waited_for_a_lock_acts_after_the_other(tally: Harness) -> None:
    """The events of an aggregate are in the order of their times, however many change it at once."""
    await tally.runtime.pool.execute(INSERT)
    async with tally.runtime.transaction() as first:
        await first.lock(LOCKED, "t")

        async def second() -> tuple[datetime, datetime]:
            async with tally.runtime.transaction() as tx:
                begun_at = tx.now
                begun.set()
                await tx.lock(LOCKED, "t")
                return begun_at, tx.now

        begun = asyncio.Event()
        waiting = asyncio.create_task(second())
        await begun.wait()
        tally.clock.advance(seconds=5)
        await first.lock_all(EVERY)
        changed_at = first.now
    begun_at, locked_at = await waiting
    assert begun_at < changed_at <= locked_at


async def test_a_connection_to_a_server_that_takes_no_writes_is_replaced(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    async with tally.runtime.connection() as connection:
        await connection.execute("SET default_transaction_read_only = on")
    refused = await buyer.post("/v1/tallies", json={"count": 1})
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert (await buyer.post("/v1/tallies", json={"count": 1})).status_code == 201
