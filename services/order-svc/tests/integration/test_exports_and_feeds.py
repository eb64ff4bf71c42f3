"""Exports of orders, and the feeds of a merchant's ERP."""

import asyncio
import csv
import json
from io import StringIO
from typing import Any

import pytest
from order_svc.api import order_exports


async def feed(shop: Any, of: str, cursor: str | None = None, limit: int = 100) -> dict[str, Any]:
    params = {"limit": limit, **({"cursor": cursor} if cursor else {})}
    response = await shop.seller.get(f"/v1/erp/{of}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


async def test_an_export_has_every_order_once(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_exports, "PAGE", 2)
    for number in range(5):
        await shop.place(order_no=f"A-{number}")
    await shop.place(order_no="B-1", buyer_id="buyer-2")
    response = await shop.seller.get("/v1/orders/export", params={"buyer_id": "buyer-1"})
    assert response.headers["content-type"] == "application/x-ndjson"
    orders = [json.loads(line) for line in response.text.splitlines()]
    assert [each["order_no"] for each in orders] == [f"A-{number}" for number in range(5)]
    assert "shipping_address" not in orders[0]
    other = shop.h.client("seller", "seller-2", tenant="m-2")
    assert (await other.get("/v1/orders/export")).text == ""
    shop.problem(await shop.buyer.get("/v1/orders/export"), 403, "forbidden")


async def test_texts_of_a_csv_are_no_formulas(shop: Any, kettles: Any) -> None:
    line = kettles()["lines"][0]
    titles = ["=HYPERLINK(1)", "+1", "-1", "@x", 'plain, "quoted"']
    await shop.place(order_no="A-1", lines=[{**line, "sku": f"S-{n}", "title": t} for n, t in enumerate(titles)])
    response = await shop.seller.get("/v1/orders/export", params={"format": "csv"})
    rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))
    assert [row["line_title"] for row in rows] == ["'=HYPERLINK(1)", "'+1", "'-1", "'@x", 'plain, "quoted"']
    assert {(row["order_no"], row["line_unit_price_minor"]) for row in rows} == {("A-1", "9900")}


async def test_a_feed_goes_on_where_it_was(shop: Any) -> None:
    first, _ = await shop.paid(order_no="A")
    await shop.place(order_no="B")
    page = await feed(shop, "orders")
    assert [(each["order"]["order_no"], each["change"]) for each in page["data"]] == [
        ("A", "OrderPaid"),
        ("B", "OrderCreated"),
    ]
    assert page["data"][0]["order"]["state"] == "paid"
    assert (await feed(shop, "orders", page["next_cursor"]))["data"] == []
    await shop.buyer.post(f"/v1/orders/{first['id']}/cancel")
    await shop.settle()
    later = await feed(shop, "orders", page["next_cursor"])
    assert [(each["order"]["order_no"], each["order"]["state"]) for each in later["data"]] == [("A", "cancelled")]
    (refund,) = (await feed(shop, "refunds"))["data"]
    assert (refund["change"], refund["refund"]["state"], refund["order_id"]) == (
        "RefundSucceeded",
        "succeeded",
        first["id"],
    )
    assert (await feed(shop, "stock-returns"))["data"] == []


async def test_a_feed_waits_for_transactions_that_are_open(shop: Any) -> None:
    """A transaction that began earlier and ends later is not passed over."""
    runtime = shop.h.runtime
    began, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with runtime.transaction() as tx:
            await tx.connection.execute("SELECT pg_current_xact_id()")
            began.set()
            await may_end.wait()

    running = asyncio.create_task(slow())
    await began.wait()
    await shop.place(order_no="A")
    assert (await feed(shop, "orders"))["data"] == []
    may_end.set()
    await running
    assert [each["order"]["order_no"] for each in (await feed(shop, "orders"))["data"]] == ["A"]


async def test_feeds_are_the_merchants_own(shop: Any) -> None:
    await shop.place()
    page = await feed(shop, "orders")
    other = shop.h.client("seller", "seller-2", tenant="m-2")
    assert (await other.get("/v1/erp/orders")).json()["data"] == []
    foreign = await other.get("/v1/erp/orders", params={"cursor": page["next_cursor"]})
    shop.problem(foreign, 400, "cursor_invalid")
    shop.problem(await shop.buyer.get("/v1/erp/refunds"), 403, "forbidden")
