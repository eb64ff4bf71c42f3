"""Invalid orders in the rows of an import: each is refused with its field, and none keeps a valid one out."""

import json
from typing import Any

from order_bodies import ADDRESS
from seeded_service import SeededService
from seeded_services import order_service
from test_hostile_input import _with_invalid_values

PART = 20
"""Rows in a request, which may be 1 MiB long."""
ORDER: dict[str, Any] = {
    "order_no": "S-1",
    "buyer_id": "buyer-1",
    "currency": "CNY",
    "lines": [
        {"sku": "KETTLE-1", "title": "电热水壶", "quantity": 1, "unit_price": {"amount": 9900, "currency": "CNY"}}
    ],
    "shipping_address": ADDRESS,
    "state": "shipped",
    "created_at": "2026-01-02T09:00:00Z",
    "paid_at": "2026-01-02T09:05:00Z",
    "payment_reference": "T-1",
    "parcels": [{"carrier": "zto", "waybill_no": "73000009", "shipped_at": "2026-01-03T09:00:00Z"}],
    "delivered_at": None,
    "cancel_cause": None,
}


async def imported(service: SeededService, orders: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    """The import of a file with these orders, the first in row 1, and everything that was refused."""
    seller = service.harness.client("seller", "seller-1", "m-1")
    path, rows = f"/v1/order-imports/{service.ids['import_id']}/rows", list(enumerate(orders, 1))
    found: dict[str, Any] = {}
    refused: list[Any] = []
    for part in (rows[start : start + PART] for start in range(0, len(rows), PART)):
        body = {"orders": [{"row": row, "order": order} for row, order in part], "next_row": part[-1][0] + 1}
        sent = {"content": json.dumps(body), "headers": {"content-type": "application/json"}}
        response = await seller.post(path, **sent)
        assert response.status_code == 200, response.text
        service.assert_documented("/v1/order-imports/{import_id}/rows", "POST", response)
        found = response.json()
        refused += found["refusals"]
    return found, refused


async def test_each_invalid_order_is_refused_and_keeps_no_other_out(postgres_url: str) -> None:
    invalid = list(_with_invalid_values(ORDER))
    numbered = [
        {**each, "order_no": f"S-{n}"} if each.get("order_no") == "S-1" else each for n, each in enumerate(invalid, 2)
    ]
    async with order_service(postgres_url) as service:
        order_import, refusals = await imported(service, [*numbered, ORDER])
        last = (await service.harness.client("seller", "seller-1", "m-1").get("/v1/orders", params={"q": "S-1"})).json()
    assert order_import["imported"] + order_import["known"] + order_import["refused"] == len(invalid) + 1
    assert len({each["row"] for each in refusals}) == order_import["refused"] > order_import["imported"]
    assert all(each["code"] and each["reason_zh"] and each["reason_en"] for each in refusals)
    assert [each["order_no"] for each in last["data"]] == ["S-1"]
