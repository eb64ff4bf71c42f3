"""Our copy of the orders can be replaced while cases refer to it."""

from typing import Any

import asyncpg
import pytest
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.projections.shadow_schema import ShadowSchema
from aftersale_shop import Shop
from aftersale_svc import tables

REFERRING = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND confrelid = 'public.orders'::regclass"


async def test_cases_refer_to_the_orders_that_took_the_place(shop: Shop) -> None:
    await shop.delivered()
    await shop.case(1)
    harness = shop.harness
    projection = harness.service.projection
    assert projection is not None
    connection = await harness.runtime.connect()
    shadow = ShadowSchema(connection, projection, "rebuilt")
    before: Any = await connection.fetchval(REFERRING)
    try:
        await shadow.create()
        for table in ("orders", "order_lines", "order_parcels"):
            await connection.execute(f"INSERT INTO rebuilt.{table} SELECT * FROM public.{table}")
        await shadow.complete()
        await shadow.complete()  # a switch that had to be given up is begun again
        async with connection.transaction():
            same = await shadow.fingerprints(live=True) == await shadow.fingerprints(live=False)
            await shadow.lock_live()
            await shadow.swap()
        assert same
        assert await connection.fetchval(REFERRING) == before
        assert await connection.fetchval("SELECT count(*) FROM rebuilt_before.orders") == 1
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await connection.execute(
                "DELETE FROM public.order_parcels; DELETE FROM public.order_lines; DELETE FROM public.orders"
            )
    finally:
        await shadow.drop()
        await connection.close()
    await shop.case(1)  # the service goes on with the new tables
    migrations = Migrations("aftersale_svc", harness.settings.database_url, tables.metadata)
    assert await migrations.differences() is None
