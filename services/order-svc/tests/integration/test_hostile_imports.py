"""Parts of an import that no client of ours sends: each is refused with a reason, whole or in its row, and imports nothing by halves."""

import asyncio
import gzip
import json
from datetime import timedelta
from typing import Any

import pytest

HASH = "sha256:" + "c" * 64


@pytest.fixture
async def path(shop: Any) -> str:
    """Where the rows of an import are sent."""
    started = (await shop.seller.post("/v1/order-imports", json={"file_hash": HASH})).json()
    return f"/v1/order-imports/{started['id']}"


@pytest.fixture
def paid(shop: Any, kettles: Any) -> Any:
    """Makes an order that was paid a day ago."""
    at = (shop.h.clock.now() - timedelta(days=1)).isoformat()

    def order(order_no: str, **other: Any) -> dict[str, Any]:
        return {**kettles(), "order_no": order_no, "state": "paid", "created_at": at, "paid_at": at, **other}

    return order


async def send(shop: Any, path: str, body: bytes, **headers: str) -> Any:
    return await shop.seller.post(f"{path}/rows", content=body, headers={"content-type": "application/json", **headers})


async def numbers(shop: Any) -> list[str]:
    """The numbers of the orders that are here."""
    rows = await shop.h.runtime.pool.fetch("SELECT order_no FROM orders ORDER BY order_no")
    return [row["order_no"] for row in rows]


WHOLE = {
    "compressed": (gzip.compress(b'{"orders": [], "next_row": 2}'), "malformed_json"),
    "in UTF-16": (
        '{"orders": [{"row": 1, "order": {"order_no": "\\u0000"}}], "next_row": 2}'.encode("utf-16"),
        "malformed_json",
    ),
    "in UTF-32": ('{"orders": [], "next_row": 2}'.encode("utf-32-le"), "malformed_json"),
    "a number of 5,000 digits": (b'{"orders": [], "next_row": %b}' % (b"9" * 5_000), "malformed_json"),
    "nested": (b'{"orders": [{"row": 1, "order": {"x": %b}}], "next_row": 2}' % (b"[" * 100_000), "malformed_json"),
    "NaN": (b'{"orders": [{"row": 1, "order": {"x": NaN}}], "next_row": 2}', "validation_failed"),
    "NUL": (b'{"orders": [{"row": 1, "order": {"x": "\\u0000"}}], "next_row": 2}', "validation_failed"),
}


@pytest.mark.parametrize("name", WHOLE)
async def test_a_part_that_cannot_be_read_is_refused(shop: Any, path: str, name: str) -> None:
    body, code = WHOLE[name]
    response = await send(shop, path, body)
    assert (400 <= response.status_code < 500, response.json()["code"]) == (True, code), response.text
    assert (await shop.seller.get(path)).json()["next_row"] == 1


ROWS = {
    "a number of 4,000 digits": ({"payment_minutes": int("9" * 4_000)}, "/payment_minutes"),
    "10,000 fields": ({f"column_{number}": "" for number in range(10_000)}, "/column_0"),
    "lists in lists": ({"buyer_level": [[[[[["x"]]]]]]}, "/buyer_level"),
    "a formula for a number": ({"shipping_fee": {"amount": "=1+1", "currency": "CNY"}}, "/shipping_fee/amount"),
}


@pytest.mark.parametrize("name", ROWS)
async def test_a_row_that_cannot_be_imported_names_its_field(shop: Any, path: str, paid: Any, name: str) -> None:
    change, field = ROWS[name]
    rows = [{"row": 1, "order": paid("A-1", **change)}, {"row": 2, "order": paid("A-2")}]
    response = await send(shop, path, json.dumps({"orders": rows, "next_row": 3}).encode())
    assert response.status_code == 200, response.text
    assert {(each["row"], each["order_no"]) for each in response.json()["refusals"]} == {(1, "A-1")}
    assert field in {each["field"] for each in response.json()["refusals"]}
    assert await numbers(shop) == ["A-2"]


async def test_a_text_that_looks_like_a_formula_is_a_text(shop: Any, path: str, paid: Any) -> None:
    order = paid("A-1")
    order["lines"][0]["title"] = "=HYPERLINK(1)"
    body = {"orders": [{"row": 1, "order": order}], "next_row": 2}
    assert (await send(shop, path, json.dumps(body).encode())).json()["imported"] == 1
    (found,) = (await shop.seller.get("/v1/orders")).json()["data"]
    assert (found["order_no"], found["lines"][0]["title"]) == ("A-1", "=HYPERLINK(1)")


async def test_parts_of_two_files_with_the_same_orders_at_once(shop: Any, path: str, paid: Any) -> None:
    other = (await shop.seller.post("/v1/order-imports", json={"file_hash": "sha256:" + "d" * 64})).json()["id"]
    orders = [paid(f"A-{number}") for number in range(60)]

    async def add(to: str, orders: list[Any]) -> dict[str, Any]:
        rows = [{"row": row, "order": order} for row, order in enumerate(orders, 1)]
        response = await send(shop, to, json.dumps({"orders": rows, "next_row": 61}).encode())
        assert response.status_code == 200, response.text
        return response.json()

    parts = await asyncio.gather(add(path, orders), add(f"/v1/order-imports/{other}", orders[::-1]))
    assert sorted((each["imported"], each["known"], each["refused"]) for each in parts) == [(0, 60, 0), (60, 0, 0)]
    assert len(await numbers(shop)) == 60
