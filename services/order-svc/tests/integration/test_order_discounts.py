"""Discounts of a whole order at its creation: shared among its lines, published and posted by who funds them."""

import pytest
from aftercare_events import OrderCreated, RefundSucceeded


def cny(amount):
    return {"amount": amount, "currency": "CNY"}


POINTS = {"kind": "points", "funder": "platform", "amount": cny(301)}
COUPON = {"kind": "coupon", "funder": "creator", "amount": cny(2000), "threshold": cny(30000)}


@pytest.fixture
def body(kettles):
    """Three kettles for 287.00, and cups for 50.00 with a gift."""
    cups = {"sku": "CUP-1", "title": "杯子", "quantity": 2, "unit_price": cny(2500)}
    gift = {"sku": "TEA-1", "title": "茶", "quantity": 1, "unit_price": cny(900), "discount": cny(900), "gift_of": 1}
    return {"lines": [*kettles()["lines"], cups, gift]}


async def test_each_line_has_its_share(shop, body):
    order = await shop.place(**body, discounts=[POINTS, COUPON])
    assert [line["paid"]["amount"] for line in order["lines"]] == [28700 - 256 - 1703, 5000 - 45 - 297, 0]
    assert order["total"] == cny(28700 + 5000 - 301 - 2000 + 800)
    assert order["discounts"] == [POINTS | {"threshold": cny(0)}, COUPON]
    own = {"kind": "promotion", "funder": "merchant", "amount": cny(1000), "threshold": None}
    shares = [POINTS | {"amount": cny(256), "threshold": cny(0)}, COUPON | {"amount": cny(1703)}]
    assert order["lines"][0]["discounts"] == [own, *shares]
    [created] = await shop.events(OrderCreated)
    assert [each.amount_minor for each in created.lines[1].discounts] == [45, 297]
    assert (await shop.place())["discounts"] is None


async def test_who_funds_them_gets_them_back_with_the_order(shop, body):
    order, payment = await shop.paid(**body, discounts=[POINTS, COUPON])
    accounts = await funding(shop, order)
    assert accounts == {"merchant_funding": 1900, "platform_funding": 301, "creator_funding": 2000}
    some = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}]}
    assert (await shop.buyer.post(f"/v1/orders/{order['id']}/cancel", json=some)).status_code == 200
    await shop.settle()
    [refunded] = await shop.events(RefundSucceeded)
    assert refunded.amount_minor == (28700 - 256 - 1703) // 3
    assert (await shop.buyer.post(f"/v1/orders/{order['id']}/cancel", json={})).status_code == 200
    await shop.settle()
    assert shop.paid_back(payment) == order["total"]["amount"]
    assert set((await funding(shop, order)).values()) == {0}
    ledger = (await shop.seller.get(f"/v1/orders/{order['id']}/ledger")).json()
    assert (ledger["balanced"], ledger["kept"], ledger["in_flight"]) == (True, cny(0), cny(0))


async def funding(shop, order):
    """What each funder has borne and not got back, by the postings of the order."""
    listed = await shop.seller.get("/v1/ledger-postings", params={"order_id": order["id"], "limit": 100})
    found = {}
    for each in listed.json()["data"]:
        for account, sign in ((each["debit"], 1), (each["credit"], -1)):
            if account.endswith("_funding"):
                found[account] = found.get(account, 0) + sign * each["amount"]["amount"]
    return found


@pytest.mark.parametrize(
    ("discounts", "code", "pointer"),
    [
        ([POINTS | {"amount": cny(33701)}], "discount_exceeds_order", "/discounts/0/amount"),
        ([COUPON | {"threshold": cny(33701)}], "threshold_not_reached", "/discounts/0/threshold"),
        ([POINTS, POINTS], "discount_repeated", "/discounts/1"),
        ([POINTS | {"amount": {"amount": 1, "currency": "USD"}}], "currency_mismatch", "/discounts/0/amount/currency"),
        ([POINTS | {"amount": cny(-1)}], "validation_failed", "/discounts/0/amount/amount"),
    ],
)
async def test_what_does_not_fit_is_refused(shop, kettles, body, discounts, code, pointer):
    refused = await shop.seller.post("/v1/orders", json=kettles(**body, discounts=discounts))
    problem = shop.problem(refused, 422, code)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert await shop.h.published() == []
