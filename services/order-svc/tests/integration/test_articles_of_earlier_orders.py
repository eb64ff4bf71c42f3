"""The articles of orders from before they were searched: a migration adds them in batches, while earlier builds write."""

from typing import Any

import pytest
from aftercare_chassis.testing.revisions import OldDatabase

BEFORE, AFTER = "0064", "0065"
ORDERS = """
INSERT INTO orders (id, version, merchant_id, buyer_id, state, after_sale_state, currency, total_minor,
                    shipping_fee_minor, created_at)
SELECT 'ord_' || lpad(n::text, 32, '0'), 1, 'm-' || n % 2, 'b', 'created', 'none', 'CNY', 500, 0, now()
FROM generate_series($1::integer, $2) n
"""
LINES = """
INSERT INTO order_lines (id, order_id, position, sku, title, quantity, unit_price_minor, discount_minor, paid_minor,
                         shipped_quantity, withdrawn_quantity, after_sale_state)
SELECT 'line_' || n || sku, 'ord_' || lpad(n::text, 32, '0'), 1, sku, title, 5, 100, 0, 500, 0, 0, 'none'
FROM generate_series($1::integer, $2) n, LATERAL (VALUES ('K-' || n, 'Kettle ' || n), ('BAG', 'ＢＡＧ')) sold (sku, title)
"""
REVISION = "SELECT version_num FROM alembic_version"


async def sell(old: OldDatabase, first: int, last: int) -> None:
    """An order for each number: a kettle that no other order has, and a bag that each has."""
    await old.connection.execute(ORDERS, first, last)
    await old.connection.execute(LINES, first, last)


async def articles(old: OldDatabase) -> dict[tuple[str, str], Any]:
    """The pairs of characters of each merchant's articles."""
    rows = await old.connection.fetch("SELECT merchant_id, sku, pairs FROM sold_articles")
    return {(row["merchant_id"], row["sku"]): row["pairs"] for row in rows}


@pytest.mark.parametrize("old", [BEFORE], indirect=True)
async def test_the_articles_of_all_orders_are_found_each_once(old: OldDatabase) -> None:
    await sell(old, 1, 2001)
    await old.upgrade(AFTER)
    found = await articles(old)
    assert found.keys() == {(f"m-{n % 2}", f"K-{n}") for n in range(1, 2002)} | {("m-0", "BAG"), ("m-1", "BAG")}
    assert set(found["m-1", "BAG"]) == {"ba", "ag", "g ", " b"}


@pytest.mark.parametrize("old", [BEFORE], indirect=True)
async def test_a_database_without_orders_is_migrated(old: OldDatabase) -> None:
    await old.upgrade(AFTER)
    assert await articles(old) == {}


@pytest.mark.parametrize("old", [AFTER], indirect=True)
async def test_an_interrupted_migration_keeps_its_batches_and_goes_on_with_what_was_sold_since(
    old: OldDatabase,
) -> None:
    await sell(old, 1, 2500)
    await old.connection.execute(f"UPDATE alembic_version SET version_num = '{BEFORE}'")
    await old.connection.execute("ALTER TABLE sold_articles ADD CONSTRAINT interrupts CHECK (sku <> 'K-1500')")
    with pytest.raises(Exception, match="interrupts"):
        await old.upgrade(AFTER)
    assert await old.connection.fetchval(REVISION) == BEFORE
    assert len(await articles(old)) == 1002
    await sell(old, 2501, 2502)
    await old.connection.execute("ALTER TABLE sold_articles DROP CONSTRAINT interrupts")
    await old.upgrade(AFTER)
    assert await old.connection.fetchval(REVISION) == AFTER
    assert len(await articles(old)) == 2504
