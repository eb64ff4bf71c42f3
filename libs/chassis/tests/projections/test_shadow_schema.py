"""The shadow of a projection: created beside the live tables, compared with them, and put in their place."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.projections.shadow_schema import ShadowSchema
from aftercare_chassis.testing import Harness
from tally_projection import projection_of

INSERT = "INSERT INTO {}.tallies (id, version, owner, count) VALUES ($1, 0, '', $2)"


class Tables:
    """The live tables and their shadow, over one connection."""

    def __init__(self, connection: asyncpg.Connection, shadow: ShadowSchema) -> None:
        self.connection, self.shadow = connection, shadow

    async def insert(self, schema: str, **counts: int) -> None:
        await self.connection.executemany(INSERT.format(schema), list(counts.items()))

    async def same(self) -> bool:
        async with self.connection.transaction():
            return await self.shadow.fingerprints(live=True) == await self.shadow.fingerprints(live=False)

    async def schemas(self) -> set[str]:
        found: Any = await self.connection.fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'rebuilt%'")
        return {row["nspname"] for row in found}


@pytest.fixture
async def tables(tally: Harness) -> AsyncIterator[Tables]:
    projection, _ = projection_of(tally)
    connection = await tally.runtime.connect()
    shadow = ShadowSchema(connection, projection, "rebuilt")
    yield Tables(connection, shadow)
    await shadow.drop()
    await connection.close()


async def test_a_shadow_is_created_empty_and_dropped_completely(tables: Tables) -> None:
    assert not await tables.shadow.exists()
    await tables.insert("public", a=1)
    await tables.shadow.create()
    assert await tables.shadow.exists()
    assert await tables.connection.fetchval("SELECT count(*) FROM rebuilt.tallies") == 0
    assert await tables.connection.fetchval("SELECT count(*) FROM rebuilt.consumer_cursor") == 0
    await tables.shadow.drop()
    assert await tables.schemas() == set()
    assert await tables.connection.fetchval("SELECT count(*) FROM tallies") == 1


async def test_creating_it_again_empties_it(tables: Tables) -> None:
    await tables.shadow.create()
    await tables.insert("rebuilt", a=1)
    await tables.shadow.create()
    assert await tables.connection.fetchval("SELECT count(*) FROM rebuilt.tallies") == 0


async def test_its_tables_replace_the_live_ones_for_the_connection(tables: Tables) -> None:
    await tables.shadow.create()
    await tables.shadow.use()
    await tables.connection.execute(INSERT.replace("{}.", ""), "a", 1)
    assert await tables.connection.fetchval("SELECT count(*) FROM rebuilt.tallies") == 1
    assert await tables.connection.fetchval("SELECT count(*) FROM public.tallies") == 0


@pytest.mark.parametrize("shadow", [{"a": 1}, {"a": 1, "b": 3}, {"a": 1, "c": 2}, {"a": 1, "b": 2, "c": 3}])
async def test_any_difference_shows_in_the_fingerprint(tables: Tables, shadow: dict[str, int]) -> None:
    await tables.shadow.create()
    await tables.insert("public", a=1, b=2)
    await tables.insert("rebuilt", **shadow)
    assert not await tables.same()


async def test_the_order_of_writing_does_not_show_in_the_fingerprint(tables: Tables) -> None:
    await tables.shadow.create()
    await tables.insert("public", a=1, b=2, c=3)
    await tables.insert("rebuilt", c=3, a=1, b=2)
    assert await tables.same()
    async with tables.connection.transaction():
        assert (await tables.shadow.fingerprints(live=True))["tallies"].rows == 3


async def test_it_gets_the_indexes_triggers_and_grants_of_the_live_tables(tables: Tables) -> None:
    await tables.connection.execute(
        """CREATE FUNCTION unchanged() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER checked BEFORE INSERT ON tallies FOR EACH ROW EXECUTE FUNCTION unchanged();
        GRANT SELECT ON tallies TO PUBLIC"""
    )
    await tables.shadow.create()
    for _ in range(2):  # a switch that failed is tried again
        await tables.shadow.complete()
    relation = "'rebuilt.tallies'::regclass"
    assert await tables.connection.fetchval(f"SELECT tgname FROM pg_trigger WHERE tgrelid = {relation}") == "checked"
    assert await tables.connection.fetchval("SELECT has_table_privilege('public', 'rebuilt.tallies', 'SELECT')")
    assert await tables.connection.fetchval(f"SELECT reltuples >= 0 FROM pg_class WHERE oid = {relation}"), "analyzed"


async def test_a_swap_moves_the_live_tables_aside(tables: Tables) -> None:
    await tables.shadow.create()
    await tables.insert("public", old=1)
    await tables.insert("rebuilt", new=2)
    async with tables.connection.transaction():
        await tables.shadow.lock_live()
        await tables.shadow.swap()
    assert await tables.connection.fetchval("SELECT id FROM public.tallies") == "new"
    assert await tables.connection.fetchval("SELECT id FROM rebuilt_before.tallies") == "old"
    assert await tables.schemas() == {"rebuilt_before"}


async def test_foreign_keys_of_other_tables_refer_to_the_new_ones(tables: Tables) -> None:
    await tables.connection.execute("CREATE TABLE other (tally text CONSTRAINT of_tally REFERENCES tallies (id))")
    await tables.insert("public", a=1)
    await tables.connection.execute("INSERT INTO other VALUES ('a')")
    await tables.shadow.create()
    await tables.insert("rebuilt", a=1)
    async with tables.connection.transaction():
        await tables.shadow.lock_live()
        await tables.shadow.swap()
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="of_tally"):
        await tables.connection.execute("DELETE FROM public.tallies")


async def test_locked_tables_cannot_be_read_by_others(tally: Harness, tables: Tables) -> None:
    async with tables.connection.transaction():
        await tables.shadow.lock_live()
        async with tally.runtime.pool.acquire() as other:
            await other.execute("SET lock_timeout = '50ms'")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await other.fetch("SELECT * FROM tallies")
            await other.execute("RESET lock_timeout")
