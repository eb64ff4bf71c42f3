"""The steps of a buyer whose goods a courier collects."""

from datetime import datetime
from typing import Any

import httpx
from aftersale_shop import Shop

DOOR = {"name": "李女士", "phone": "13800000000", "country": "CN", "street": "文一路 12 号"}


async def returning(shop: Shop, **more: Any) -> str:
    """A case whose goods the buyer has still to send back."""
    await shop.delivered()
    case = await shop.case(1, **more)
    return (await shop.approve(case["id"]))["id"]


async def slots(shop: Shop, case_id: str) -> list[dict[str, Any]]:
    response = await shop.buyer.get(f"/v1/cases/{case_id}/pickup-slots")
    assert response.status_code == 200, response.text
    return response.json()["data"]


async def book(shop: Shop, case_id: str, place: int = 0, *, client: httpx.AsyncClient | None = None) -> dict[str, Any]:
    slot = (await slots(shop, case_id))[place]
    return await shop.act(client or shop.buyer, case_id, "book-pickup", slot=slot["begins_at"], address=DOOR)


def begun(shop: Shop, case: dict[str, Any]) -> None:
    """A minute after the booked time has begun."""
    at = datetime.fromisoformat(case["pickup"]["begins_at"])
    shop.clock.advance(seconds=(at - shop.clock.now()).total_seconds() + 60)
