"""Writes that wait: sent before a read, in one statement where they cannot concern the same row."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.database.mapping import Rows
from aftercare_chassis.database.write_batch import MOST_PARTS, WriteBatch
from aftercare_chassis.refusals import Stale
from aftercare_chassis.testing import Harness
from aftercare_events import OrderCancelled
from sqlalchemy import Column, Integer, MetaData, Table, Text

COLUMNS = (Column("id", Text, primary_key=True), Column("version", Integer), Column("owner", Text))
INSERT = "INSERT INTO tallies (id, version, owner, count) VALUES ($1, 1, 'me', $2)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    id: str
    version: int = 1
    owner: str = "me"
    count: int = 0


COUNTED = Rows(Table("tallies", MetaData(), *COLUMNS, Column("count", Integer)), Counted)


@pytest.fixture
async def sent(tally: Harness) -> list[str]:
    """The statements on the table that the database was sent, by any connection of the pool."""
    found: list[str] = []

    def note(record: Any) -> None:
        if re.search("(INSERT INTO|UPDATE) tallies", record.query):
            found.append(record.query)

    async with tally.runtime.pool.acquire() as connection:
        connection.add_query_logger(note)
    return found


async def test_they_are_sent_together_at_the_commit(tally: Harness, sent: list[str]) -> None:
    async with tally.runtime.transaction() as tx:
        for number in range(3):
            await tx.insert(COUNTED, Counted(id=f"t{number}"))
        assert sent == []
    assert len(sent) == 1
    assert sent[0].startswith("WITH w0 AS (INSERT")


async def test_a_read_finds_what_was_inserted_before_it(tally: Harness, sent: list[str]) -> None:
    async with tally.runtime.transaction() as tx:
        await tx.insert(COUNTED, Counted(id="t", count=7))
        assert (await tx.get(COUNTED, "t")).count == 7
    assert len(sent) == 1


async def test_a_saved_row_is_sent_with_the_events_of_its_change(
    tally: Harness, sent: list[str], order_cancelled: Callable[..., OrderCancelled]
) -> None:
    async with tally.runtime.transaction() as tx:
        await tx.create(COUNTED, Counted(id="t", version=0), order_cancelled("t"))
    async with tally.runtime.transaction() as tx:
        row = await tx.lock(COUNTED, "t")
        await tx.save(COUNTED, replace(row, count=5), order_cancelled("t"))
        assert len(sent) == 1
    assert re.match(r"WITH w0 AS \(\s*INSERT INTO outbox.*UPDATE tallies", sent[1], re.DOTALL)
    assert await tally.runtime.pool.fetchval("SELECT (version, count)::text FROM tallies") == "(2,5)"


async def test_a_row_that_was_changed_meanwhile_is_not_saved_and_neither_is_anything_else(
    tally: Harness, order_cancelled: Callable[..., OrderCancelled]
) -> None:
    async def save_an_old_version() -> None:
        async with tally.runtime.transaction() as tx:
            await tx.insert(COUNTED, Counted(id="other"))
            await tx.save(COUNTED, Counted(id="t", version=1, count=9), order_cancelled("t"))

    async with tally.runtime.transaction() as tx:
        await tx.create(COUNTED, Counted(id="t", version=0), order_cancelled("t"), order_cancelled("t"))
    with pytest.raises(Stale):
        await save_an_old_version()
    assert await tally.runtime.pool.fetchval("SELECT array_agg(id) FROM tallies") == ["t"]


async def test_writes_of_one_table_are_sent_in_their_order(
    tally: Harness, sent: list[str], order_cancelled: Callable[..., OrderCancelled]
) -> None:
    async with tally.runtime.transaction() as tx:
        row = await tx.create(COUNTED, Counted(id="t", version=0), order_cancelled("t"))
        row = await tx.save(COUNTED, replace(row, count=1), order_cancelled("t"))
        await tx.upsert(COUNTED, replace(row, count=row.count + 1))
        await tx.upsert(COUNTED, replace(row, count=row.count + 2))
    assert len(sent) == 3
    assert await tally.runtime.pool.fetchval("SELECT (version, count)::text FROM tallies") == "(2,3)"


async def test_a_statement_has_a_bounded_number_of_parts(tally: Harness, sent: list[str]) -> None:
    batch = WriteBatch()
    for number in range(MOST_PARTS + 2):
        batch.insert("tallies", INSERT, (f"t{number}", number))
    async with tally.runtime.pool.acquire() as connection:
        await batch.send(connection)
        rows = await connection.fetch("SELECT id, count FROM tallies ORDER BY count")
    assert [(row["id"], row["count"]) for row in rows] == [(f"t{n}", n) for n in range(MOST_PARTS + 2)]
    assert [text.count("INSERT INTO") for text in sent] == [MOST_PARTS, 2]


async def test_many_rows_of_one_insert_have_a_round_trip_of_their_own(tally: Harness) -> None:
    async with tally.runtime.transaction() as tx:
        await tx.insert(COUNTED, *(Counted(id=f"t{number}") for number in range(50)))
        assert len(tx.writes) == 0
    assert await tally.runtime.pool.fetchval("SELECT count(*) FROM tallies") == 50


async def test_what_the_database_refuses_is_raised_when_it_is_sent(tally: Harness) -> None:
    async def insert_twice() -> None:
        async with tally.runtime.transaction() as tx:
            await tx.insert(COUNTED, Counted(id="t"))
            await tx.insert(COUNTED, Counted(id="t"))
            assert len(tx.writes) == 2

    with pytest.raises(asyncpg.UniqueViolationError):
        await insert_twice()
    assert await tally.runtime.pool.fetchval("SELECT count(*) FROM tallies") == 0


async def test_many_new_rows_are_one_statement_per_table(tally: Harness, sent: list[str]) -> None:
    async with tally.runtime.transaction() as tx:
        tx.in_bulk()
        for number in range(30):
            await tx.insert(COUNTED, Counted(id=f"tally_{number}", count=number))
        assert sent == []
    assert len(sent) == 1
    assert await tally.runtime.pool.fetchval("SELECT sum(count) FROM tallies") == sum(range(30))


async def test_a_backdated_transaction_shares_the_writes_and_has_its_own_time(tally: Harness) -> None:
    async with tally.runtime.transaction() as tx:
        earlier = tx.backdated(tx.now.replace(year=2001))
        await earlier.insert(COUNTED, Counted(id="tally_1"))
        assert (earlier.now.year, len(tx.writes)) == (2001, 1)
        first, second = (tx.new_id_of("tally", earlier.now, place) for place in (0, 1))
        assert first < second < tx.new_id("tally")
