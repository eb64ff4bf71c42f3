"""Goods that a merchant has refused, and their parcel to the buyer, as tests need them."""

from typing import Any

import httpx
from aftercare_events import ParcelStatusChanged
from aftersale_shop import Shop

PARCEL = {"carrier": "zto", "waybill_no": "73200001"}


async def refused(shop: Shop, accepted: int = 1) -> dict[str, Any]:
    """A case of two units, of which the merchant accepts one; the other goes back."""
    await shop.delivered()
    case = await shop.arrived(2)
    return await shop.inspect(case["id"], accepted)


async def claim_of(shop: Shop, case_id: str, client: httpx.AsyncClient | None = None) -> dict[str, Any]:
    [found] = (await (client or shop.agent).get("/v1/refused-goods-claims", params={"case_id": case_id})).json()["data"]
    shown: dict[str, Any] = (await (client or shop.agent).get(f"/v1/refused-goods-claims/{found['id']}")).json()
    return shown


async def act(shop: Shop, client: httpx.AsyncClient, claim: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/v1/refused-goods-claims/{claim['id']}/{action}", json=body)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def parcel(shop: Shop, case_id: str, status: str, waybill_no: str = "73200001", **more: Any) -> None:
    """The courier reports the parcel of the refused goods."""
    event = ParcelStatusChanged(
        **shop._order("ord_1", "system", status),
        parcel_id="par_back",
        leg="refused_goods",
        case_id=case_id,
        carrier="zto",
        waybill_no=waybill_no,
        status=status,
        previous_status="in_transit",
        terminal=status in ("delivered", "returned", "lost"),
        occurred_at=shop.clock.now(),
        **more,
    )
    await shop.harness.consume(event)


async def back(shop: Shop, case_id: str) -> None:
    """The merchant sends the refused goods back, the courier delivers them, and the buyer confirms that."""
    await shop.act(shop.seller, case_id, "return-refused-goods", **PARCEL)
    await parcel(shop, case_id, "delivered")
    await act(shop, shop.buyer, await claim_of(shop, case_id), "confirm")


async def sent(shop: Shop) -> dict[str, Any]:
    """The refused unit is on its way to the buyer."""
    case = await refused(shop)
    await shop.act(shop.seller, case["id"], "return-refused-goods", **PARCEL)
    return case
