"""Writes of many units of work in one transaction: the same statement for all of them."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.database.set_based import set_based
from aftercare_chassis.database.write_batch import WriteBatch
from aftercare_chassis.refusals import Stale
from aftercare_chassis.testing import Harness

INSERT = "INSERT INTO notes (id, version, words, document) VALUES ($1::VARCHAR, $2::INTEGER, $3::TEXT[], $4::JSONB)"
SAVE = "UPDATE notes SET version=$1::INTEGER, words=$2::TEXT[] WHERE notes.id = $3::VARCHAR AND notes.version = $4::INTEGER"
LOG = "INSERT INTO log (note) VALUES ($1::VARCHAR)"
HARD = [['"', "\\", "{,}", "NULL", "", "水"], [], ["one"]]


class Connection:
    """A connection with the tables, and the statements that it was sent."""

    def __init__(self, connection: Any) -> None:
        self.raw, self.sent = connection, list[str]()
        connection.add_query_logger(lambda record: self.sent.append(record.query))

    async def send(self, batch: WriteBatch) -> list[str]:
        """Send the batch; the statements that it took."""
        self.sent.clear()
        await batch.send(self.raw)
        return [text for text in self.sent if "notes" in text or "log" in text]


@pytest.fixture
async def connection(tally: Harness) -> AsyncIterator[Connection]:
    async with tally.runtime.pool.acquire() as found:
        await found.execute("CREATE TEMP TABLE notes (id text PRIMARY KEY, version int, words text[], document jsonb)")
        await found.execute("CREATE TEMP TABLE log (number int GENERATED ALWAYS AS IDENTITY, note text)")
        yield Connection(found)
        await found.execute("DROP TABLE notes, log")


def written(words: list[list[str]]) -> WriteBatch:
    """A unit per note, which inserts it and logs that."""
    batch = WriteBatch()
    for number, each in enumerate(words):
        batch.begin_unit()
        batch.insert("notes", INSERT, (f"n{number}", 1, each, [each, {"n": number}] if number else None))
        batch.insert("log", LOG, (f"n{number}",))
    return batch


def saved(batch: WriteBatch, *versions: int) -> WriteBatch:
    """A unit per note, which saves it as it was read with this version."""
    for number, seen in enumerate(versions):
        batch.begin_unit()
        batch.save("notes", SAVE, (seen + 1, ["saved"], f"n{number}", seen))
    return batch


async def test_the_same_writes_of_many_units_are_one_statement(connection: Connection) -> None:
    assert len(await connection.send(written(HARD))) == 1
    assert len(await connection.send(saved(WriteBatch(), 1, 1, 1))) == 1
    found = await connection.raw.fetch("SELECT version, words FROM notes ORDER BY id")
    assert [tuple(row) for row in found] == [(2, ["saved"])] * 3


async def test_they_write_what_single_ones_write(connection: Connection) -> None:
    await connection.send(written(HARD))
    found = await connection.raw.fetch("SELECT words, document FROM notes ORDER BY id")
    assert [row["words"] for row in found] == HARD
    assert [row["document"] for row in found] == [None, [[], {"n": 1}], [["one"], {"n": 2}]]


async def test_one_stale_row_among_many_is_found(connection: Connection) -> None:
    await connection.send(written(HARD))
    with pytest.raises(Stale):
        await connection.send(saved(WriteBatch(), 1, 7, 1))


async def test_writes_of_a_unit_keep_their_order(connection: Connection) -> None:
    sent = await connection.send(saved(written(HARD), 1, 1, 1))
    assert len(sent) == 2, "a save sees what was inserted"
    batch = WriteBatch()
    for number in range(2):
        batch.begin_unit()
        batch.save("notes", SAVE, (3, ["third"], f"n{number}", 2))
        batch.save("notes", SAVE, (4, ["fourth"], f"n{number}", 3))
    assert len(await connection.send(batch)) == 2
    assert await connection.raw.fetchval("SELECT array_agg(version ORDER BY id) FROM notes") == [4, 4, 2]


async def test_upserts_of_many_units_may_concern_one_row(connection: Connection) -> None:
    upsert = f"{INSERT} ON CONFLICT (id) DO UPDATE SET version = excluded.version"
    batch = WriteBatch()
    for number in range(3):
        batch.begin_unit()
        batch.upsert("notes", upsert, ("n", number, [], None))
    await connection.send(batch)
    assert await connection.raw.fetchval("SELECT version FROM notes") == 2


async def test_what_was_inserted_last_is_sent_with_its_unit(connection: Connection) -> None:
    batch = WriteBatch()
    for number in range(3):
        batch.begin_unit()
        batch.insert_last("log", LOG, (f"n{number}",))
        batch.insert("notes", INSERT, (f"n{number}", 1, [], None))
    batch.add_last()
    assert len(await connection.send(batch)) == 1
    assert await connection.raw.fetchval("SELECT count(*) FROM log") == 3


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO log (note) VALUES ($1)",
        "INSERT INTO log (note) VALUES ($1::MONEY)",
        "UPDATE log SET note = $1::VARCHAR",
        "DELETE FROM log WHERE note = $1::VARCHAR",
    ],
)
def test_other_forms_are_executed_many_times(sql: str) -> None:
    assert set_based(sql) is None


async def test_a_write_of_another_form_is_executed_for_each_unit(connection: Connection) -> None:
    batch = WriteBatch()
    for number in range(3):
        batch.begin_unit()
        batch.insert("log", "INSERT INTO log (note) VALUES ($1)", (f"n{number}",))
    await connection.send(batch)
    assert await connection.raw.fetchval("SELECT array_agg(note ORDER BY number) FROM log") == ["n0", "n1", "n2"]


async def test_only_arrays_of_texts_are_written_so(connection: Connection) -> None:
    batch = WriteBatch()
    for number in range(2):
        batch.begin_unit()
        batch.insert("notes", INSERT, (f"n{number}", 1, [number], None))
    with pytest.raises((TypeError, asyncpg.DataError)):
        await connection.send(batch)
