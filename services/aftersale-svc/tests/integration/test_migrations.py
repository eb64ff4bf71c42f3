"""A database of an earlier build is taken on with what it holds."""

from collections.abc import Callable
from uuid import uuid4

import asyncpg
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.testing.databases import with_database
from aftersale_svc import tables
from alembic import command
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

BEFORE = """
INSERT INTO orders VALUES
    ('ord_1', 'buyer-1', 'm-1', 'delivered', 'CNY', 800, 'pay_1', NULL),
    ('ord_2', 'buyer-1', 'm-1', 'shipped', 'CNY', 800, 'pay_2', NULL);
INSERT INTO order_lines VALUES ('ord_1', 'line_1', 0, 'KETTLE-1', 3, 28700), ('ord_2', 'line_2', 0, 'KETTLE-1', 3, 28700);
INSERT INTO cases (id, version, order_id, payment_id, buyer_id, merchant_id, applicant_id, type, reason, stage, state,
    whose_turn, currency, requested_minor, shipping_refund_minor, refund_minor, refunded_minor, close_cause, evidence,
    dispute_id, created_at, updated_at)
VALUES ('case_1', 3, 'ord_1', 'pay_1', 'buyer-1', 'm-1', 'buyer-1', 'refund_only', 'quality_defect', 'post_receipt', 'closed',
    'nobody', 'CNY', 19133, 0, 0, 0, 'verdict', '{}', 'dsp_1', now(), now());
INSERT INTO disputes (id, version, case_id, order_id, complaint_id, buyer_id, merchant_id, category, state, whose_turn, evidence,
    liable, remedy, amount_minor, currency, grounds, decided_at, refunded_minor, created_at, updated_at)
VALUES ('dsp_1', 4, 'case_1', 'ord_1', 'cmp_1', 'buyer-1', 'm-1', 'other', 'executed', 'nobody', '{}',
    'courier', 'none', 0, 'CNY', '?', now(), 0, now(), now());
"""
KEPT = """
SELECT l.order_id, l.shipped_quantity, c.liable FROM order_lines l LEFT JOIN cases c USING (order_id) ORDER BY l.order_id
"""


async def at(url: str, migrations: Migrations, move: Callable[..., None], revision: str) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))

    def moved(connection: Connection) -> None:
        move(migrations.config(connection), revision)

    async with engine.connect() as connection:
        await connection.run_sync(moved)
        await connection.commit()
    await engine.dispose()


async def test_what_was_shipped_and_who_was_liable_is_filled_in(postgres_url: str) -> None:
    name = f"migrated_{uuid4().hex[:12]}"
    url = with_database(postgres_url, name)
    migrations = Migrations("aftersale_svc", url, tables.metadata)
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        await at(url, migrations, command.upgrade, "0001")
        connection = await asyncpg.connect(url)
        await connection.execute(BEFORE)
        await at(url, migrations, command.upgrade, "0002")
        assert [tuple(row) for row in await connection.fetch(KEPT)] == [("ord_1", 3, "courier"), ("ord_2", 0, None)]
        await connection.execute("UPDATE cases SET close_cause = 'closed_by_agent'")
        await at(url, migrations, command.downgrade, "0001")
        assert await connection.fetchval("SELECT close_cause FROM cases") == "verdict"
        await connection.close()
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
