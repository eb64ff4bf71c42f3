"""Lists of orders: filters, search, sorting and counts."""

from datetime import timedelta
from typing import Any

import pytest


async def numbers(shop: Any, **params: Any) -> list[str]:
    """The shop's own numbers of the orders in a list, in its order."""
    response = await shop.seller.get("/v1/orders", params=params)
    assert response.status_code == 200, response.text
    return [each["order_no"] for each in response.json()["data"]]


def lines(sku: str, price: int = 1000, **other: Any) -> list[dict[str, Any]]:
    unit_price = {"amount": price, "currency": "CNY"}
    return [{"sku": sku, "title": sku, "quantity": 1, "unit_price": unit_price, **other}]


@pytest.fixture
async def stocked(shop: Any) -> Any:
    """A shop with three orders: A of a kettle for 28, paid and shipped; B of a lamp for 38; C of both for 58, by another buyer."""
    a = await shop.place(order_no="A", lines=lines("KETTLE-1", 2000, category="kitchen"))
    await shop.start_payment(a["id"])
    await shop.settle()
    await shop.ship(await shop.order(a["id"]), 1, "SF77")
    shop.h.clock.advance(hours=1)
    await shop.place(order_no="B", lines=lines("lamp-2", 3000, category="light"))
    shop.h.clock.advance(hours=1)
    both = [*lines("KETTLE-1", 2000), *lines("lamp-2", 3000)]
    await shop.place(order_no="C", lines=both, buyer_id="buyer-7")
    return shop


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, "CBA"),
        ({"sort": "oldest"}, "ABC"),
        ({"state": "created"}, "CB"),
        ({"state": ["created", "shipped"]}, "CBA"),
        ({"sku": "KETTLE-1"}, "CA"),
        ({"sku": ["KETTLE-1", "lamp-2"]}, "CBA"),
        ({"sku": ["KETTLE-1", "lamp-2"], "sort": "oldest"}, "ABC"),
        ({"sku": "KETTLE-1", "category": "kitchen"}, "A"),
        ({"category": ["kitchen", "light"]}, "BA"),
        ({"carrier": "zto"}, "A"),
        ({"waybill_no": "SF77"}, "A"),
        ({"payment_provider": "simulator"}, "A"),
        ({"order_no": ["A", "C"]}, "CA"),
        ({"buyer_id": "buyer-7"}, "C"),
        ({"q": "kettle-1"}, "CA"),
        ({"q": "buyer-7"}, "C"),
        ({"q": "sf77"}, "A"),
        ({"q": "b"}, "B"),
        ({"q": "KETTLE"}, "CA"),
        ({"q": "ettle 1"}, "CA"),
        ({"q": "kettle lamp"}, ""),
        ({"q": "k"}, ""),
        ({"q": "kettle", "state": "created"}, "C"),
        ({"q": "kettle-1", "state": "created"}, "C"),
        ({"q": "kettle-1", "whose_turn": "courier"}, "A"),
        ({"currency": "CNY", "sort": "amount"}, "ABC"),
        ({"currency": "CNY", "sort": "-amount"}, "CBA"),
        ({"currency": "CNY", "amount_from": 3800, "amount_to": 5800}, "B"),
        ({"sort": "deadline"}, "BCA"),
        ({"sort": "-deadline"}, "ACB"),
        ({"overdue": "true"}, "B"),
        ({"overdue": "false"}, "CA"),
        ({"whose_turn": "buyer"}, "CB"),
    ],
)
async def test_filters_and_sorting(stocked: Any, params: dict[str, Any], expected: str) -> None:
    assert "".join(await numbers(stocked, **params)) == expected


async def test_ranges_of_time(stocked: Any) -> None:
    start = stocked.h.clock.now() - timedelta(hours=2)
    second = (start + timedelta(hours=1)).isoformat()
    assert await numbers(stocked, created_from=second) == ["C", "B"]
    assert await numbers(stocked, created_to=second, sort="oldest") == ["A"]
    assert await numbers(stocked, paid_from=start.isoformat(), paid_to=second) == ["A"]
    assert await numbers(stocked, shipped_from=second) == []
    assert await numbers(stocked, paid_from=start.isoformat()) == ["A"]
    assert await numbers(stocked, created_from=second, sku="lamp-2") == ["C", "B"]


async def test_orders_of_a_range_of_payments_come_by_their_payments(shop: Any) -> None:
    placed = [await shop.place(order_no=name, payment_minutes=240) for name in ("A", "B")]
    since = shop.h.clock.now().isoformat()
    for order in reversed(placed):
        shop.h.clock.advance(hours=1)
        await shop.start_payment(order["id"])
        await shop.settle()
    assert await numbers(shop, paid_from=since) == ["A", "B"]
    assert await numbers(shop, paid_from=since, sort="oldest") == ["B", "A"]
    assert await numbers(shop, paid_from=since, created_from="2020-01-01T00:00:00Z") == ["B", "A"]


async def test_our_own_number_is_searched(stocked: Any) -> None:
    (order,) = (await stocked.seller.get("/v1/orders", params={"order_no": "B"})).json()["data"]
    assert await numbers(stocked, q=order["id"]) == ["B"]
    assert await numbers(stocked, q=order["id"], sku="KETTLE-1") == []


async def test_overdue_orders_come_by_their_deadline(stocked: Any) -> None:
    stocked.h.clock.advance(hours=24 * 30)
    seller = stocked.h.client("seller", "seller-1", tenant="m-1")
    listed = (await seller.get("/v1/orders", params={"overdue": "true", "sort": "deadline"})).json()["data"]
    assert [each["order_no"] for each in listed] == ["B", "C", "A"]


@pytest.mark.parametrize("sort", ["newest", "oldest", "amount", "-amount", "deadline", "-deadline"])
async def test_pages_have_each_order_once(stocked: Any, sort: str) -> None:
    params: dict[str, Any] = {"sort": sort, "currency": "CNY", "limit": 1}
    whole = await numbers(stocked, **params | {"limit": 20})
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = (await stocked.seller.get("/v1/orders", params=params | ({"cursor": cursor} if cursor else {}))).json()
        found += [each["order_no"] for each in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == whole != []


async def test_pages_of_several_articles_have_each_order_once(stocked: Any) -> None:
    params: dict[str, Any] = {"sku": ["KETTLE-1", "lamp-2"], "limit": 2}
    first = (await stocked.seller.get("/v1/orders", params=params)).json()
    rest = (await stocked.seller.get("/v1/orders", params=params | {"cursor": first["next_cursor"]})).json()
    assert [each["order_no"] for each in first["data"] + rest["data"]] == ["C", "B", "A"]


async def test_a_cursor_serves_its_own_list_only(stocked: Any) -> None:
    first = (await stocked.seller.get("/v1/orders", params={"limit": 1})).json()
    for other in ({"sort": "oldest"}, {"sku": "KETTLE-1"}, {"q": "kettle-1"}, {"state": "created"}):
        response = await stocked.seller.get("/v1/orders", params={**other, "cursor": first["next_cursor"]})
        stocked.problem(response, 400, "cursor_invalid")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"sort": "amount"}, "currency_missing"),
        ({"amount_from": 1}, "currency_missing"),
        ({"sort": "amount", "currency": ["CNY", "EUR"]}, "currency_missing"),
        ({"sort": "deadline", "q": "A"}, "sort_unsuitable"),
        ({"sort": "amount", "currency": "CNY", "sku": "A"}, "sort_unsuitable"),
        ({"amount_from": 2, "amount_to": 2, "currency": "CNY"}, "range_empty"),
        ({"created_from": "2026-01-02T00:00:00Z", "created_to": "2026-01-01T00:00:00Z"}, "range_empty"),
        ({"sort": "cheapest"}, "validation_failed"),
        ({"state": "sold"}, "validation_failed"),
        ({"q": "x" * 201}, "validation_failed"),
        ({"amount_from": -1, "currency": "CNY"}, "validation_failed"),
        ({"paid_from": "yesterday"}, "validation_failed"),
        ({"colour": "red"}, "validation_failed"),
        ({"sku": [f"s{n}" for n in range(51)]}, "validation_failed"),
    ],
)
async def test_wrong_filters_are_refused(shop: Any, params: dict[str, Any], code: str) -> None:
    shop.problem(await shop.seller.get("/v1/orders", params=params), 422, code)


async def test_a_number_of_the_shop_is_taken_once(shop: Any, kettles: Any) -> None:
    first = await shop.place(order_no="A-1")
    problem = shop.problem(await shop.seller.post("/v1/orders", json=kettles(order_no="A-1")), 409, "order_no_taken")
    assert first["id"] in str(problem["detail"])
    other = shop.h.client("seller", "seller-2", tenant="m-2")
    assert (await other.post("/v1/orders", json=kettles(order_no="A-1"))).status_code == 201
    assert (await other.get("/v1/orders", params={"q": "A-1"})).json()["data"][0]["merchant_id"] == "m-2"


async def test_counts(stocked: Any) -> None:
    found = (await stocked.seller.get("/v1/orders/counts")).json()
    counted = {each["state"]: each["count"] for each in found["states"] if each["count"]}
    assert counted == {"created": 2, "shipped": 1}
    assert not any(each["count"] or each["more"] for each in found["after_sale_states"])
    other = stocked.h.client("seller", "seller-2", tenant="m-2")
    assert not any(each["count"] for each in (await other.get("/v1/orders/counts")).json()["states"])


async def test_a_search_finds_parts_of_titles_in_chinese_and_of_articles_that_were_sold_before(shop: Any) -> None:
    await shop.place(order_no="A", lines=[{**lines("K-17")[0], "title": "电热水壶 1.7L"}])
    await shop.place(order_no="B", lines=[{**lines("K-18")[0], "title": "玻璃水壶 ＶＩＰ"}])
    await shop.place(order_no="C", lines=[{**lines("K-17")[0], "title": "电热水壶 1.7L"}])
    for text, expected in (
        ("水壶", "CBA"),
        ("热水", "CA"),
        ("水壶 vip", "B"),
        ("水壶 k-17", "CA"),
        ("k-1", "CBA"),
        ("壶水", ""),
    ):
        assert "".join(await numbers(shop, q=text)) == expected, text
    other = shop.h.client("seller", "seller-2", tenant="m-2")
    assert (await other.get("/v1/orders", params={"q": "水壶"})).json()["data"] == []
    agent = shop.h.client("agent", "agent-1")
    assert len((await agent.get("/v1/orders", params={"q": "水壶", "limit": 1})).json()["data"]) == 1
