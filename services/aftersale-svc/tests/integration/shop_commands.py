"""Commands of cases, disputes and claims in a shop, for the tests and the benchmark of what each costs."""

from itertools import count
from typing import Any

import httpx
from aftersale_shop import HASH, RETURN_ADDRESS, Shop

# Any: bodies and answers are JSON.

_WAYBILLS = count(1001)
WORDS = {"text": "…"}
GROUNDS = {"grounds": "…"}
STATED = {"method": "cash", "reference": "B-1", "evidence": [HASH]}
VERDICT = {"liable": "buyer", "remedy": "none", **GROUNDS}


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


async def early_return(shop: Shop, case_id: str) -> str:
    """The case as a return of goods that have not left, which earlier builds accepted; its id."""
    await shop.harness.runtime.pool.execute("UPDATE cases SET type = 'return_refund' WHERE id = $1", case_id)
    return case_id


class ShopCommands:
    """Takes commands in a shop, one after the other, about the kettles of one of its orders."""

    def __init__(self, shop: Shop, number: int = 1) -> None:
        self.order_id, self.line_id = f"ord_{number}", f"line_{number}"
        self.shop, self.buyer, self.seller, self.agent, self.arbitrator = (
            shop, shop.buyer, shop.seller, shop.agent, shop.arbitrator
        )  # fmt: skip
        self.second_agent = shop.harness.client("agent", "agent-2")
        self.second_arbitrator = shop.harness.client("arbitrator", "arb-2")
        self.admin = shop.harness.client("admin", "admin-1")

    async def post(self, client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
        """A command that works."""
        response = await client.post(f"/v1/{path}", json=body)
        assert response.is_success, f"{path}: {response.text}"
        found: dict[str, Any] = response.json()
        return found

    def parcel(self) -> dict[str, str]:
        """The next parcel, which carries the goods of one case."""
        return {"carrier": "sf", "waybill_no": f"SF{next(_WAYBILLS)}"}

    async def case(self, type_: str = "refund_only", units: int = 1, **more: Any) -> "Document":
        more = {"lines": [{"line_id": self.line_id, "quantity": units}]} | more
        opened = await self.shop.case(type_=type_, order_id=self.order_id, **more)
        return Document(self, "cases", opened["id"])

    def another(self, units: int = 1) -> list[dict[str, Any]]:
        """The lines of an exchange for something else, which may cost more."""
        return [{"line_id": self.line_id, "quantity": units, "wanted_sku": "KETTLE-2"}]

    async def approved(self, type_: str, units: int = 1, **more: Any) -> "Document":
        case = await self.case(type_, units, **more)
        await case.act(self.seller, "approve", return_address=RETURN_ADDRESS)
        return case

    async def received(self, type_: str, units: int = 1, **more: Any) -> "Document":
        case = await self.approved(type_, units, **more)
        await case.act(self.buyer, "ship", **self.parcel())
        await case.act(self.seller, "receive")
        return case

    async def failed(self) -> "Document":
        """A case whose refund the provider has refused."""
        case = await self.case()
        await case.act(self.seller, "approve")
        await self.shop.refund_fails()
        return case

    async def disputed(self) -> "Document":
        """A dispute about a rejected case that the merchant has answered."""
        case = await self.case()
        await case.act(self.seller, "reject", reason="used_or_affects_resale")
        opened = await case.act(self.buyer, "dispute", category="no_answer", text="…", evidence=[HASH])
        dispute = Document(self, "disputes", opened["id"])
        await dispute.act(self.seller, "answer", **WORDS)
        return dispute


class Document:
    """A case, a dispute or a claim."""

    def __init__(self, by: ShopCommands, kind: str, id_: str) -> None:
        self._by, self.kind, self.id = by, kind, id_

    async def act(self, client: httpx.AsyncClient, action: str, **body: Any) -> dict[str, Any]:
        """Take an action that works."""
        return await self._by.post(client, f"{self.kind}/{self.id}/{action}", **body)
