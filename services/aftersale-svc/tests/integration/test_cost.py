"""What a command costs: at most eight statements, and four for a new case, counted where they reach the connection."""

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aftersale_shop import CUP, RETURN_ADDRESS, Shop
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER

MOST = 8
TABLES = ("cases", "holds", "inspections", "order_lines")
# Transactions, and what the driver asks once per connection about array types.
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "typeinfo_tree", "current_setting('jit')")


@asynccontextmanager
async def counting(shop: Shop) -> AsyncIterator[list[str]]:
    """The statements of the one pooled connection; BEGIN and COMMIT are not counted, what is sent along with them is."""
    seen: list[str] = []

    def note(record: Any) -> None:
        sent = [text for text in record.query.split(";") if text.strip()]
        seen.extend(text for text in sent if not any(word in text for word in NOT_COUNTED))

    pool = shop.harness.runtime.pool
    connection: asyncpg.Connection
    async with pool.acquire() as held:
        connection = held
        connection.add_query_logger(note)
    yield seen


@pytest.fixture
async def narrow(shop: Shop) -> Shop:
    """Only one connection is open as long as calls come one by one, so that its logger sees them all."""
    await shop.delivered()
    assert shop.harness.runtime.pool.get_size() == 1
    return shop


async def test_no_command_takes_more_than_eight_statements(narrow: Shop) -> None:
    shop = narrow
    spent: dict[str, int] = {}
    async with counting(shop) as seen:

        async def cost(name: str, call: Any) -> Any:
            seen.clear()
            answer = await call
            spent[name] = len(seen)
            return answer

        case = await cost("create", shop.case(2))
        path = case["id"]
        await cost("approve", shop.approve(path))
        await cost("ship", shop.act(shop.buyer, path, "ship", carrier="sf", waybill_no="SF1001"))
        await shop.parcel()
        await cost("inspect", shop.inspect(path, 2))
        await shop.refund_succeeds()
        other = await shop.case(1, type_="refund_only")
        await cost("reject", shop.act(shop.seller, other["id"], "reject", reason="no_defect_found"))
        dispute = await shop.complaint(other["id"])
        assert dispute is not None
        await cost("answer", shop.rule(dispute["id"], "answer", shop.seller, text="?"))
        await cost("verdict", shop.verdict(dispute["id"], 100))
        await shop.refund_fails()
        await cost("refund", shop.act(shop.agent, other["id"], "refund"))
        await shop.delivered("ord_2", (CUP,))
        third = await shop.case(type_="refund_only", order_id="ord_2", lines=[{"line_id": "line_2", "quantity": 1}])
        less = {"amount": {"amount": 100, "currency": "CNY"}}
        await cost("offer", shop.act(shop.seller, third["id"], "offer", **less))
        await cost("counter-offer", shop.act(shop.buyer, third["id"], "counter-offer", type="return_refund"))
        await cost("accept-offer", shop.act(shop.seller, third["id"], "accept-offer"))
    assert spent["create"] == 5, spent  # the evidence that it cites is looked up besides
    assert min(spent.values()) >= 3, spent
    # A verdict reads besides which policy it has to name.
    assert spent.pop("verdict") <= MOST + 1, spent
    assert max(spent.values()) <= MOST, spent


def locks(seen: list[str]) -> list[str]:
    """What the row locks among the statements are about."""
    return [text.rpartition("FROM ")[2].split()[0] for text in seen if "FOR NO KEY UPDATE" in text]


async def test_a_timer_locks_each_row_once(narrow: Shop) -> None:
    shop = narrow
    locked: dict[str, list[str]] = {}
    async with counting(shop) as seen:

        async def fire(name: str, hours: float) -> None:
            shop.clock.advance(hours=hours)
            seen.clear()
            await shop.harness.run_due()
            locked[name] = locks(seen)

        case = await shop.case(1)
        await fire("approve", 48)
        await shop.act(shop.seller, case["id"], "set-return-address", return_address=RETURN_ADDRESS)
        await fire("close", 7 * 24)
        rejected = await shop.case(1)
        await shop.act(shop.seller, rejected["id"], "reject", reason="no_defect_found")
        await shop.complaint(rejected["id"])
        await fire("escalate the dispute", 48)
        case = await shop.arrived(1)
        await fire("inspect", 10 * 24)
        await fire("escalate", 24)
    assert (await shop.get(case["id"]))["state"] == "refunding"
    assert locked == {
        "approve": ["cases", "orders"],
        "close": ["cases", "orders"],
        "escalate the dispute": ["disputes"],
        # The rejected case shows another freight then; and the platform is late, too.
        "inspect": ["cases", "orders", "cases", "disputes"],
        "escalate": ["cases", "orders"],
    }


COPIES = """
INSERT INTO {table} SELECT (jsonb_populate_record(one, {changed})).* FROM {table} AS one, generate_series(1, 3000) AS n
"""


async def many(shop: Shop) -> None:
    """Three thousand more orders with an inspected case each, copies of the one there is."""
    pool = shop.harness.runtime.pool
    for table, keys in {
        "orders": ("id",),
        "order_lines": ("order_id", "line_id"),
        "cases": ("id", "order_id"),
        "case_lines": ("case_id", "line_id"),
        "holds": ("line_id", "case_id"),
        "inspections": ("case_id", "line_id"),
    }.items():
        changed = ", ".join(f"'{key}', one.{key} || n" for key in keys)
        await pool.execute(COPIES.format(table=table, changed=f"jsonb_build_object({changed})"))


def scans(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of a plan that read a table or an index."""
    below = [part for each in plan.get("Plans", []) for part in scans(each)]
    return [plan, *below] if "Relation Name" in plan or "Index Name" in plan else below


@pytest.mark.parametrize("when", [("never",) * 4, *itertools.product(["early", "late"], repeat=4)], ids="-".join)
async def test_what_is_left_of_an_order_is_looked_up_and_never_searched_for(shop: Shop, when: tuple[str, ...]) -> None:
    """Whenever each of the tables got its statistics: PostgreSQL makes them table by table, and a plan stays for long."""
    pool = shop.harness.runtime.pool

    async def analyse(now: str) -> None:
        for table, due in zip(TABLES, when, strict=True):
            if due == now:
                await pool.execute(f"ANALYZE {table}")

    await shop.delivered()
    case = await shop.arrived(1)
    await shop.inspect(case["id"], 1)
    await analyse("early")
    await many(shop)
    await analyse("late")
    asked = HOLDS_OF_ORDER.for_role("buyer")
    args = asked.args({"order_id": "any"})
    explained: str = await pool.fetchval(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {asked.sql}", *args)
    read = scans(json.loads(explained)[0]["Plan"])
    assert {part["Relation Name"] for part in read if "Relation Name" in part} == {
        *TABLES,
        "case_lines",
        "refused_goods_claims",
        "refunds",
        "offline_refunds",
    }
    assert all("Index Cond" in part or "Recheck Cond" in part for part in read), read
