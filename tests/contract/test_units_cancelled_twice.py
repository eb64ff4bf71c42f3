"""Units that are cancelled in their order while a case is about them: whoever decides first, their money goes back once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import suite_scenarios as usual
from in_process_suite import InProcessSuite, in_process_suite
from uploads import a_photo

PAID = 29500


@pytest.fixture(scope="module")
async def shop(postgres_url: str) -> AsyncIterator[InProcessSuite]:
    async with in_process_suite(postgres_url, InProcessSuite) as opened:
        yield opened


def lines(order: dict[str, Any], units: int) -> list[dict[str, Any]]:
    return [{"line_id": order["lines"][0]["id"], "quantity": units}]


async def of_two_lines(shop: InProcessSuite) -> dict[str, Any]:
    """A paid order with money of another line, of which nothing is cancelled."""
    line = {"sku": "KETTLE-1", "title": usual.TITLE, "quantity": 3, "unit_price": usual.cny(9900)}
    kettles = {**line, "discount": usual.cny(1000)}
    body = {"buyer_id": "buyer-1", "currency": "CNY", "lines": [kettles, kettles], "shipping_address": usual.ADDRESS}
    order = await shop.call("seller", "order", "orders", body)
    payment = {"provider": "simulator", "payment_method": "sim_success"}
    await shop.call("buyer", "order", f"orders/{order['id']}/payments", payment)
    return order


async def asked_at_once(shop: InProcessSuite, order: dict[str, Any], units: int) -> str:
    """A case whose events order-svc has not consumed yet."""
    body = {"order_id": order["id"], "type": "refund_only", "reason": "changed_mind", "lines": lines(order, units)}
    created = await shop.client("buyer", "aftersale").post("/v1/cases", json=body)
    assert created.status_code == 201, created.text
    return str(created.json()["id"])


async def refunded(shop: InProcessSuite, order: dict[str, Any]) -> int:
    ledger = await shop.get("buyer", "order", f"orders/{order['id']}/ledger")
    assert ledger["balanced"]
    return int(ledger["refunded"]["amount"])


@pytest.mark.parametrize("is_approved", [False, True], ids=["while it is reviewed", "once it is approved"])
async def test_the_case_ends_and_the_money_goes_back_with_the_cancellation(
    shop: InProcessSuite, is_approved: bool
) -> None:
    order = await usual.paid(shop)
    case_id = await asked_at_once(shop, order, 3)
    if is_approved:
        approved = await shop.client("seller", "aftersale").post(f"/v1/cases/{case_id}/approve", json={})
        assert approved.json()["state"] == "refunding", approved.text
    await shop.call("seller", "order", f"orders/{order['id']}/cancel", {"lines": lines(order, 1)})
    case = await shop.get("buyer", "aftersale", f"cases/{case_id}")
    assert (case["state"], case["close_cause"]) == ("closed", "units_cancelled")
    assert await refunded(shop, order) == 9566
    rest = await usual.asked(shop, order, 2, "refund_only")
    await usual.step(shop, "seller", rest, "approve")
    assert await refunded(shop, order) == PAID, "the freight goes back with the last units"


@pytest.mark.parametrize("is_approved", [False, True], ids=["while it is reviewed", "once it is approved"])
async def test_the_same_while_other_units_of_the_line_are_on_their_way(shop: InProcessSuite, is_approved: bool) -> None:
    order = await of_two_lines(shop)
    parcel = {"carrier": "zto", "waybill_no": f"7300029{2 + is_approved}", "lines": lines(order, 1)}
    await shop.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
    case_id = await asked_at_once(shop, order, 2)
    if is_approved:
        approved = await shop.client("seller", "aftersale").post(f"/v1/cases/{case_id}/approve", json={})
        assert (approved.json()["state"], approved.json()["stage"]) == ("refunding", "in_transit"), approved.text
    await shop.call("seller", "order", f"orders/{order['id']}/cancel", {"lines": lines(order, 2)})
    case = await shop.get("buyer", "aftersale", f"cases/{case_id}")
    assert (case["state"], case["close_cause"]) == ("closed", "units_cancelled")
    assert await refunded(shop, order) == 19133, "the money of two units, once"
    options = await shop.get("buyer", "aftersale", f"orders/{order['id']}/after-sale-options")
    assert options["lines"][0]["selectable_quantity"] == 1


async def test_another_case_of_the_order_goes_on(shop: InProcessSuite) -> None:
    order = await usual.paid(shop)
    first = await usual.asked(shop, order, 1, "refund_only")
    crossing = await asked_at_once(shop, order, 2)
    await shop.call("seller", "order", f"orders/{order['id']}/cancel", {"lines": lines(order, 1)})
    assert (await shop.get("buyer", "aftersale", f"cases/{crossing}"))["close_cause"] == "units_cancelled"
    await usual.step(shop, "seller", first, "approve")
    assert (await shop.get("buyer", "aftersale", f"cases/{first['id']}"))["state"] == "completed"


async def test_units_that_a_deposit_has_paid_for_are_not_cancelled_for_money_as_well(shop: InProcessSuite) -> None:
    order = await usual.paid(shop, "sim_refund_declined")
    parcel = {"carrier": "zto", "waybill_no": "73000291", "lines": lines(order, 1)}
    await shop.call("seller", "order", f"orders/{order['id']}/parcels", parcel)
    case = await usual.asked(shop, order, 2, "refund_only")
    await usual.step(shop, "seller", case, "approve")
    note = usual.TEXTS["note"]
    booked = {"kind": "paid_in", "amount": usual.cny(100000), "reference": "B-0", "note": note}
    await shop.call("admin", "aftersale", "merchants/m-1/deposit-entries", booked)
    body = {"kind": "merchant_deposit", "evidence": [await a_photo(shop, order)], "note": note}
    claim = await shop.call("buyer", "aftersale", f"cases/{case['id']}/guarantee-claims", body)
    await shop.call("seller", "aftersale", f"guarantee-claims/{claim['id']}/agree", {})
    await shop.call("admin", "aftersale", f"guarantee-claims/{claim['id']}/record-payment", {"reference": "B-2"})
    closed = await usual.step(shop, "agent", case, "close", note=note)
    assert closed["state"] == "closed"
    path = f"/v1/orders/{order['id']}/cancel"
    refused = await shop.client("seller", "order").post(path, json={"lines": lines(order, 2)})
    assert (refused.status_code, refused.json()["code"]) == (409, "price_adjusted"), refused.text
    options = await shop.get("buyer", "aftersale", f"orders/{order['id']}/after-sale-options")
    assert options["lines"][0]["selectable_quantity"] == 1, "the deposit has paid for the others"
