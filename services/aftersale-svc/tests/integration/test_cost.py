"""What a command costs: at most eight statements, and four for a new case, counted where they reach the connection."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aftersale_shop import Shop

MOST = 8
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
        await cost("approve", shop.act(shop.seller, path, "approve"))
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
    assert spent["create"] == 4, spent
    assert min(spent.values()) >= 4, spent
    assert max(spent.values()) <= MOST, spent
