"""A whole order in currencies without decimal places and with three: discount, two parcels, refunds in part, then of all that is left."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import suite_scenarios as usual
from in_process_suite import InProcessSuite, in_process_suite

UNITS = (3, 2)
PRICES, FREIGHT, POINTS, COUPON = (3333, 1250), 500, 101, 1000
TOTAL = 3 * 3333 + 2 * 1250 - POINTS - COUPON + FREIGHT


@pytest.fixture(scope="module")
async def shop(postgres_url: str) -> AsyncIterator[InProcessSuite]:
    async with in_process_suite(postgres_url, InProcessSuite) as opened:
        yield opened


async def delivered(shop: InProcessSuite, currency: str) -> dict[str, Any]:
    """The order with two lines, each of which has arrived in a parcel of its own."""

    def money(minor: int) -> dict[str, Any]:
        return {"amount": minor, "currency": currency}

    articles = zip(("KETTLE-1", "CUP-1"), UNITS, PRICES, strict=True)
    body = {
        "buyer_id": "buyer-1",
        "currency": currency,
        "lines": [
            {"sku": sku, "title": usual.TITLE, "quantity": units, "unit_price": money(price)}
            for sku, units, price in articles
        ],
        "discounts": [
            {"kind": "points", "funder": "platform", "amount": money(POINTS)},
            {"kind": "coupon", "funder": "merchant", "amount": money(COUPON), "threshold": money(12000)},
        ],
        "shipping_fee": money(FREIGHT),
        "shipping_address": usual.ADDRESS,
    }
    order = await shop.call("seller", "order", "orders", body)
    assert order["total"] == money(TOTAL)
    payment = {"provider": "simulator", "payment_method": "sim_success"}
    await shop.call("buyer", "order", f"orders/{order['id']}/payments", payment)
    for line in order["lines"]:
        waybill_no = f"7301{line['sku'][0]}{currency}"
        content = {"lines": [{"line_id": line["id"], "quantity": line["quantity"]}]}
        parcel = {"carrier": "zto", "waybill_no": waybill_no, **content}
        await shop.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
        await shop.push(waybill_no, "delivered")
    return order


async def refunded(shop: InProcessSuite, order: dict[str, Any], number: int, units: int) -> int:
    """What the buyer gets for units of a line that are defective, which is what the preview has stated."""
    body = {
        "order_id": order["id"],
        "type": "refund_only",
        "reason": "quality_defect",
        "lines": [{"line_id": order["lines"][number]["id"], "quantity": units}],
        "evidence": [usual.PHOTO],
    }
    preview = await shop.call("buyer", "aftersale", "cases/preview", body)
    before = await ledger(shop, order)
    case = await shop.call("buyer", "aftersale", "cases", body)
    done = await shop.call("seller", "aftersale", f"cases/{case['id']}/approve", {})
    assert (await shop.get("buyer", "aftersale", f"cases/{case['id']}"))["state"] == "completed", done
    minor = (await ledger(shop, order))["refunded"]["amount"] - before["refunded"]["amount"]
    assert preview["refund"]["amount"] == minor
    return int(minor)


async def ledger(shop: InProcessSuite, order: dict[str, Any]) -> dict[str, Any]:
    found = await shop.get("buyer", "order", f"orders/{order['id']}/ledger")
    assert found["balanced"]
    return found


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
async def test_all_of_an_order_goes_back_to_the_minor_unit(shop: InProcessSuite, currency: str) -> None:
    order = await delivered(shop, currency)
    kettles, cups = (line["paid"]["amount"] for line in order["lines"])
    assert await refunded(shop, order, 0, 1) == kettles // 3
    assert await refunded(shop, order, 1, 2) == cups
    assert await refunded(shop, order, 0, 2) == kettles - kettles // 3 + FREIGHT
    found = await ledger(shop, order)
    assert (found["paid"]["amount"], found["refunded"]["amount"], found["kept"]["amount"]) == (TOTAL, TOTAL, 0)
    await shop.advance(0.1)  # the ledger is proved once in a while
    [sums] = [
        each for each in (await shop.get("admin", "order", "ledger/proof"))["sums"] if each["currency"] == currency
    ]
    assert (sums["paid_minor"], sums["refunded_minor"], sums["difference_minor"]) == (TOTAL, TOTAL, 0)
