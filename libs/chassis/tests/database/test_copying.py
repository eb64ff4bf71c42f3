"""Many new rows: copied into their tables, with the same values as by INSERT."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.database.copying import CopyTarget, copy_target
from aftercare_chassis.database.mapping import Rows
from aftercare_chassis.database.sending import Sending
from aftercare_chassis.database.write_batch import ROWS_TO_COPY
from aftercare_chassis.testing import Harness
from aftercare_events import OrderCancelled
from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, kw_only=True)
class Thing:
    id: str
    version: int = 0
    colour: Colour | None = Colour.RED
    many: int = 2**40
    marked: bool = False
    at: datetime | None = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
    names: list[str] | None = None
    order: dict[str, Any] | None = None


THINGS = Rows(
    Table(
        "things",
        MetaData(),
        Column("id", Text, primary_key=True),
        Column("version", BigInteger),
        Column("colour", Text),
        Column("many", BigInteger),
        Column("marked", Boolean),
        Column("at", DateTime(timezone=True)),
        Column("names", ARRAY(Text)),
        Column("order", JSONB),
    ),
    Thing,
)
CREATE = """
CREATE TABLE things (id text PRIMARY KEY, version bigint, colour text, many bigint, marked bool, at timestamptz, names text[],
    "order" jsonb, number bigserial)
"""
OTHERS: list[dict[str, Any]] = [
    {},
    {"colour": None, "at": None, "many": -1},
    {"names": [], "order": {}},
    {
        "names": ['a"b', "c,d", "\\N", "NULL", "", "电热水壶"],
        "order": {"text": 'x"\\\n电', "list": [1, None, {"a": True}]},
    },
    {"marked": True},
]


def things(number: int) -> list[Thing]:
    return [Thing(id=f"\\.{n}", **OTHERS[n % len(OTHERS)]) for n in range(number)]


@pytest.fixture
async def shelf(tally: Harness) -> Harness:
    await tally.runtime.pool.execute(CREATE)
    return tally


async def stored(shelf: Harness) -> list[Thing]:
    rows = await shelf.runtime.pool.fetch("SELECT * FROM things ORDER BY number")
    return [THINGS.build({name: row[name] for name in (column.name for column in THINGS.columns)}) for row in rows]


@pytest.mark.parametrize("number", [ROWS_TO_COPY - 1, ROWS_TO_COPY, 3 * ROWS_TO_COPY])
async def test_what_is_stored_is_what_was_inserted_in_its_order(shelf: Harness, number: int) -> None:
    async with shelf.runtime.transaction() as tx:
        tx.in_bulk()
        await tx.insert(THINGS, *things(number))
    assert await stored(shelf) == things(number)


async def test_events_are_copied_with_their_aggregates(
    shelf: Harness, order_cancelled: Callable[..., OrderCancelled]
) -> None:
    async def publish(*, in_bulk: bool, name: str) -> None:
        async with shelf.runtime.transaction() as tx:
            if in_bulk:
                tx.in_bulk()
            for number in range(ROWS_TO_COPY):
                await tx.create(THINGS, Thing(id=f"{name}_{number}"), order_cancelled(f"{name}_{number}"))

    await publish(in_bulk=True, name="a")
    await publish(in_bulk=False, name="b")
    found = await shelf.envelopes()
    copied, inserted = found[:ROWS_TO_COPY], found[ROWS_TO_COPY:]
    assert [each.subject for each in copied] == [f"a_{number}" for number in range(ROWS_TO_COPY)]
    assert [(each.type, each.topic, each.sequence, each.time) for each in copied] == [
        (each.type, each.topic, each.sequence, each.time) for each in inserted
    ]
    kinds = "SELECT DISTINCT jsonb_typeof(headers), (SELECT count(*) FROM jsonb_object_keys(headers)) FROM outbox"
    assert len(await shelf.runtime.pool.fetch(kinds)) == 1


async def test_a_row_that_the_database_refuses_leaves_nothing(shelf: Harness) -> None:
    async def insert() -> None:
        async with shelf.runtime.transaction() as tx:
            tx.in_bulk()
            await tx.insert(THINGS, *things(ROWS_TO_COPY), Thing(id="\\.0"))

    with pytest.raises(asyncpg.UniqueViolationError):
        await insert()
    assert await stored(shelf) == []


async def test_rows_are_sent_while_more_are_recorded(
    shelf: Harness, order_cancelled: Callable[..., OrderCancelled]
) -> None:
    all_of_them, part = things(4 * ROWS_TO_COPY), ROWS_TO_COPY // 2
    async with shelf.runtime.transaction() as tx:
        tx.in_bulk()
        async with Sending(tx) as sending:
            for number, thing in enumerate(all_of_them):
                await tx.create(THINGS, replace(thing, version=0), order_cancelled(f"ord_{number}"))
                if number % part == 0:
                    sending.start()
                await asyncio.sleep(0)
            assert len(tx.recorded) == len(all_of_them)
    assert [each.id for each in await stored(shelf)] == [each.id for each in all_of_them]
    assert [each.subject for each in await shelf.envelopes()] == [f"ord_{n}" for n in range(len(all_of_them))]


@pytest.mark.parametrize("wrong", ["a row that is refused", "an error of the block"])
async def test_nothing_is_left_of_what_was_sent_before_an_error(shelf: Harness, wrong: str) -> None:
    async def insert() -> None:
        async with shelf.runtime.transaction() as tx:
            tx.in_bulk()
            async with Sending(tx) as sending:
                await tx.insert(THINGS, *things(3 * ROWS_TO_COPY))
                sending.start()
                await asyncio.sleep(0)  # it is being sent now
                if wrong == "an error of the block":
                    raise KeyError(wrong)
                await tx.insert(THINGS, *things(ROWS_TO_COPY))
            await tx.flush()

    with pytest.raises((KeyError, asyncpg.UniqueViolationError)):
        await insert()
    assert await stored(shelf) == []


@pytest.mark.parametrize(
    ("sql", "target"),
    [
        ('INSERT INTO things (id, "order") VALUES ($1::VARCHAR, $2::JSONB)', CopyTarget("things", ("id", "order"))),
        ("\nINSERT INTO outbox (a, b)\nVALUES ($1, $2)", CopyTarget("outbox", ("a", "b"))),
        ("INSERT INTO things (at) VALUES ($1::TIMESTAMP WITH TIME ZONE)", CopyTarget("things", ("at",))),
        ("INSERT INTO things (id, version) VALUES ($2, $1)", None),
        ("INSERT INTO things (id, version) VALUES ($1, 1)", None),
        ("INSERT INTO things (id) VALUES (lower($1))", None),
        ("INSERT INTO things (id) VALUES ($1) ON CONFLICT DO NOTHING", None),
        ("INSERT INTO things (id) SELECT $1", None),
        ("UPDATE things SET id = $1", None),
    ],
)
def test_only_an_insert_of_its_parameters_is_copied(sql: str, target: CopyTarget | None) -> None:
    assert copy_target(sql) == target
