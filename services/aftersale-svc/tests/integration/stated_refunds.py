"""Cases whose refund the provider has refused, and what is stated of it then, as tests need them."""

from typing import Any

from aftersale_shop import HASH, Shop
from checked_files import files_of

STATED = {"method": "bank_transfer", "reference": "转账 20260312-07", "evidence": [HASH]}


async def unpaid(shop: Shop, quantity: int = 3, **more: Any) -> str:
    """A case whose refund the provider has declined; its id."""
    await shop.delivered()
    await files_of(shop, HASH)
    case = await shop.case(quantity, type_="refund_only", **more)
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_fails()
    return str(case["id"])


async def refused(shop: Shop, client: Any, case_id: str, action: str, status: int, code: str, **body: Any) -> Any:
    return shop.harness.problem(await client.post(f"/v1/cases/{case_id}/{action}", json=body), status, code)


async def silence(shop: Shop) -> None:
    """The buyer does not answer the statement in time."""
    shop.clock.advance(hours=169)
    await shop.harness.run_due()


async def unanswered(shop: Shop, units: int = 2) -> str:
    """A case whose buyer has not answered a statement of the agent in time; its id."""
    case_id = await unpaid(shop, units)
    await shop.act(shop.agent, case_id, "state-offline-refund", **STATED)
    await silence(shop)
    return case_id
