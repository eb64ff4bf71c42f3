"""A batch transaction collects writes and sends them together, in the order of each aggregate."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aftercare_chassis.database.mapping import Query, Rows, Statement
from aftercare_chassis.projections.batch_transaction import BatchTransaction, RowCountMismatch
from aftercare_chassis.refusals import NotFound
from aftercare_chassis.testing import Harness
from log_support import Make, envelope_of
from sqlalchemy import bindparam, select, text, update
from tally_projection import Cancellations, projection_of


class Batch:
    """A batch transaction whose statements are recorded."""

    def __init__(self, tx: BatchTransaction, rows: Rows[Cancellations], make: Make) -> None:
        self.tx, self.rows, self._make = tx, rows, make
        self._sent: list[str] = []
        tx.connection.add_query_logger(lambda record: self._sent.append(record.query.split()[0]))
        table = rows.table
        self.count_up = Statement(
            update(table).where(table.c.id == bindparam("key")).values(count=table.c.count + bindparam("more"))
        )
        self.all = Query(select(table).order_by(table.c.id), Cancellations)

    def of(self, aggregate: str) -> None:
        """Let the following writes be caused by an event of this aggregate."""
        self.tx.cause = envelope_of(self._make(aggregate))

    async def sent(self) -> list[str]:
        """The first words of the statements since the last call."""
        await asyncio.sleep(0)  # the driver calls its loggers in the next turn of the loop
        sent, self._sent[:] = list(self._sent), []
        return sent

    async def stored(self) -> dict[str, int]:
        found: Any = await self.tx.connection.fetch("SELECT id, count FROM tallies")
        return {row["id"]: row["count"] for row in found}


@pytest.fixture
async def batch(tally: Harness, order_cancelled: Make) -> AsyncIterator[Batch]:
    _, rows = projection_of(tally)
    async with tally.runtime.pool.acquire() as connection:
        tx = tally.runtime.begin_as(BatchTransaction, connection)
        tx.begin(["tallies"])
        yield Batch(tx, rows, order_cancelled)


def row(key: str, count: int) -> Cancellations:
    return Cancellations(id=key, version=0, owner="", count=count)


async def test_nothing_is_written_before_it_is_sent(batch: Batch) -> None:
    await batch.tx.upsert(batch.rows, row("a", 1))
    assert await batch.sent() == []
    await batch.tx.send()
    assert await batch.stored() == {"a": 1}


async def test_alike_writes_of_several_aggregates_are_one_statement(batch: Batch) -> None:
    for key in "abcdef":
        batch.of(key)
        await batch.tx.upsert(batch.rows, row(key, 1))
    await batch.tx.send()
    assert await batch.sent() == ["INSERT"]
    assert await batch.stored() == dict.fromkeys("abcdef", 1)


async def test_the_writes_of_an_aggregate_keep_their_order(batch: Batch) -> None:
    for key in "ab":
        batch.of(key)
        await batch.tx.upsert(batch.rows, row(key, 1))
        await batch.tx.execute(batch.count_up, key=key, more=10)
        await batch.tx.upsert(batch.rows, row(key, 5))
        await batch.tx.execute(batch.count_up, key=key, more=1)
    await batch.tx.send()
    assert await batch.sent() == ["INSERT", "UPDATE", "INSERT", "UPDATE"]
    assert await batch.stored() == {"a": 6, "b": 6}


async def test_a_row_that_was_written_is_found_without_a_query(batch: Batch) -> None:
    await batch.tx.upsert(batch.rows, row("a", 7))
    assert await batch.tx.find(batch.rows, "a") == row("a", 7)
    assert await batch.tx.lock(batch.rows, "a") == row("a", 7)
    assert await batch.sent() == []


async def test_a_row_that_was_read_is_cached_until_a_statement_changes_its_table(batch: Batch) -> None:
    await batch.tx.connection.execute("INSERT INTO tallies (id, version, owner, count) VALUES ('a', 0, '', 3)")
    await batch.sent()
    for _ in range(2):
        assert await batch.tx.find(batch.rows, "a") == row("a", 3)
    assert await batch.sent() == ["SELECT"]
    await batch.tx.execute(batch.count_up, key="a", more=1)
    assert await batch.tx.find(batch.rows, "a") == row("a", 4)


async def test_a_missing_row_is_none_or_not_found(batch: Batch) -> None:
    assert await batch.tx.find(batch.rows, "a") is None
    with pytest.raises(NotFound):
        await batch.tx.lock(batch.rows, "a")


async def test_a_query_sees_what_was_collected(batch: Batch) -> None:
    await batch.tx.upsert(batch.rows, row("a", 1))
    assert await batch.tx.all(batch.all) == [row("a", 1)]
    await batch.tx.upsert(batch.rows, row("b", 2))
    assert await batch.tx.one(batch.all) == row("a", 1)
    assert await batch.stored() == {"a": 1, "b": 2}


async def test_a_statement_that_changes_no_row_is_noticed(batch: Batch) -> None:
    assert await batch.tx.execute(batch.count_up, key="missing", more=1) == 1, "assumed until it is sent"
    with pytest.raises(RowCountMismatch):
        await batch.tx.send()


async def test_a_statement_that_changes_several_rows_is_noticed(batch: Batch) -> None:
    table = batch.rows.table
    for key in "ab":
        await batch.tx.insert(batch.rows, row(key, 1))
    await batch.tx.execute(Statement(update(table).values(count=bindparam("number"))), number=4)
    with pytest.raises(RowCountMismatch):
        await batch.tx.send()


async def test_a_statement_that_is_not_simple_is_executed_at_once(batch: Batch) -> None:
    await batch.tx.upsert(batch.rows, row("a", 1))
    both = Statement(text("UPDATE tallies SET count = 9"))
    assert await batch.tx.execute(both) == 1
    assert await batch.sent() == ["INSERT", "UPDATE"]
    assert await batch.tx.find(batch.rows, "a") == row("a", 9), "what was cached may have changed"


async def test_after_a_reset_nothing_is_sent_or_cached(batch: Batch) -> None:
    await batch.tx.upsert(batch.rows, row("a", 1))
    batch.tx.reset()
    await batch.tx.send()
    assert await batch.tx.find(batch.rows, "a") is None


async def test_a_projection_records_no_events_and_reads_no_pages(batch: Batch, order_cancelled: Make) -> None:
    with pytest.raises(TypeError, match="records no events"):
        await batch.tx.create(batch.rows, row("a", 1), order_cancelled("a"))
    with pytest.raises(TypeError, match="records no events"):
        await batch.tx.save(batch.rows, row("a", 1), order_cancelled("a"))
    with pytest.raises(TypeError, match="not pages"):
        await batch.tx.page(None, limit=1)


async def test_the_newest_of_several_upserts_counts(batch: Batch) -> None:
    for count in range(1, 4):
        await batch.tx.upsert(batch.rows, replace(row("a", 0), count=count))
    await batch.tx.send()
    assert await batch.stored() == {"a": 3}
