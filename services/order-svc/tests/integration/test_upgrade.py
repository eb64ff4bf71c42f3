"""A database of an earlier revision: what its rows mean is kept by the later revisions."""

from datetime import UTC, datetime

import pytest

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ORDER = """
INSERT INTO orders (id, version, merchant_id, buyer_id, state, after_sale_state, currency, total_minor,
                    shipping_fee_minor, created_at, payment_id, paid_at, cancel_cause, received_at)
VALUES ($1, 1, 'm', 'b', $2, 'none', 'CNY', 500, 0, now(), $1, now(), $3, $4)
"""
LINE = """
INSERT INTO order_lines (id, order_id, position, sku, title, quantity, unit_price_minor, discount_minor, paid_minor,
                         shipped_quantity, withdrawn_quantity, after_sale_state)
VALUES ($1, $1, 1, 'K', 'K', 5, 100, 0, 500, $2, $3, 'none')
"""
PAYMENT = """
INSERT INTO payments (id, version, order_id, buyer_id, merchant_id, provider, method, state, amount_minor, currency,
                      refunded_minor, created_at)
VALUES ($1, 1, $1, 'b', 'm', 'simulator', 'x', 'succeeded', 500, 'CNY', 0, now())
"""
REFUND = """
INSERT INTO refunds (id, payment_id, order_id, case_id, state, amount_minor, currency, cause, created_at)
VALUES ($1, $2, $2, $3, $4, 100, 'CNY', 'approval', now())
"""
CASES = "INSERT INTO cases (id, order_id, case_type, state, refunding) VALUES ($1, $2, $3, $4, $5)"
CASE_LINES = (
    "INSERT INTO case_lines (case_id, line_id, order_id, quantity, withdrawn_quantity) VALUES ($1, $2, $2, $3, $4)"
)


async def order(old, id_, shipped=0, withdrawn=0, state="paid", received_at=None):
    await old.execute(ORDER, id_, state, "buyer" if state == "cancelled" else None, received_at)
    await old.execute(LINE, id_, shipped, withdrawn)
    await old.execute(PAYMENT, id_)


async def case(old, order_id, id_, quantity, withdrawn=0, *, kind="refund_only", state="open", refund=None):
    await old.execute(CASES, id_, order_id, kind, state, refund is not None)
    await old.execute(CASE_LINES, id_, order_id, quantity, withdrawn)
    if refund is not None:
        await old.execute(REFUND, f"ref_{id_}", order_id, id_, refund)


async def found(old, table):
    rows = await old.fetch(f"SELECT * FROM {table} ORDER BY 1")
    names = ("held_quantity", "withdrawn_quantity", "refunded_quantity")
    return {row[0]: tuple(row[name] for name in names if name in row.keys()) for row in rows}  # noqa: SIM118


@pytest.mark.parametrize("old", ["0003"], indirect=True)
async def test_open_cases_hold_their_units_and_refunded_ones_are_counted(old):
    database = old.connection
    await order(database, "some_shipped", shipped=2)
    await case(database, "some_shipped", "a1", 2)
    await case(database, "some_shipped", "a2", 2)
    await case(database, "some_shipped", "a3", 1, state="ended")
    await case(database, "some_shipped", "a4", 1, kind="return_refund")
    await order(database, "refunds", withdrawn=4)
    await case(database, "refunds", "b1", 1, 1, state="done", refund="succeeded")
    await case(database, "refunds", "b2", 1, 1, refund="submitted")
    await case(database, "refunds", "b3", 2, 2, refund="failed")
    await order(database, "over", state="cancelled")
    await case(database, "over", "c1", 5)
    await old.upgrade("0004")
    assert await found(database, "order_lines") == {"over": (0, 0), "refunds": (2, 2), "some_shipped": (3, 0)}
    assert await found(database, "case_lines") == {
        "a1": (2, 0, 0),
        "a2": (1, 0, 0),
        "a3": (0, 0, 0),
        "a4": (0, 0, 0),
        "b1": (0, 1, 1),
        "b2": (0, 1, 0),
        "b3": (2, 0, 0),
        "c1": (0, 0, 0),
    }
    checks = await database.fetch("SELECT conname FROM pg_constraint WHERE contype = 'c'")
    assert {"case_lines_refunded_quantity_check", "order_lines_held_quantity_check"} <= {
        row["conname"] for row in checks
    }
    on_their_way = await database.fetch("SELECT id FROM cases WHERE refunding ORDER BY id")
    assert [row["id"] for row in on_their_way] == ["b1", "b2"], "b1 has nothing left that could be released"


@pytest.mark.parametrize("old", ["0003"], indirect=True)
async def test_the_previous_build_can_go_on_writing_and_its_database_comes_back(old):
    database = old.connection
    await old.upgrade("0004")
    await order(database, "o")
    await case(database, "o", "c", 1, refund="submitted")
    await database.execute("UPDATE case_lines SET held_quantity = 1")
    await old.downgrade("0003")
    assert await database.fetchval("SELECT withdrawn_quantity FROM order_lines") == 1


async def states(database):
    return {row["id"]: row["state"] for row in await database.fetch("SELECT id, state FROM orders")}


@pytest.mark.parametrize("old", ["0005"], indirect=True)
async def test_delivered_orders_that_were_received_are_in_the_state_received(old):
    database = old.connection
    await order(database, "delivered", state="delivered")
    await order(database, "received", state="delivered", received_at=NOW)
    await order(database, "completed", state="completed", received_at=NOW)
    before = await states(database)
    await old.upgrade("0008")
    assert await states(database) == {**before, "received": "received"}
    await old.downgrade("0005")
    assert await states(database) == before


@pytest.mark.parametrize("old", ["0008"], indirect=True)
async def test_copies_of_cases_get_the_fact_whether_the_goods_stay(old):
    database = old.connection
    await order(database, "o")
    await case(database, "o", "stay", 1)
    await case(database, "o", "back", 1, kind="return_refund")
    await old.upgrade("0009")
    await case(database, "o", "of_a_build_before", 1)
    rows = await database.fetch("SELECT id, keeps_goods FROM cases")
    assert dict(map(tuple, rows)) == {"stay": True, "back": False, "of_a_build_before": None}
