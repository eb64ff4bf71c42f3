"""Refunds of cases that came back to the merchant: their cases decide about the money again, and the order owes nothing of it besides."""

from collections import Counter
from typing import Any

import pytest
from aftercare_events import AfterSaleCompleted, OfflineRefundConfirmed, RefundPart, RefundReversed
from reversed_refunds import TOTAL, Reversals

POINTS = RefundPart(
    kind="points", effect="beside", line_id="l", units=1, amount_minor=300, payer="platform", payee="buyer"
)
BORNE = RefundPart(
    kind="cost_share", effect="beside", line_id="l", units=0, amount_minor=2000, payer="platform", payee="merchant"
)


@pytest.fixture
def reversals(shop: Any) -> Reversals:
    return Reversals(shop)


async def test_what_came_back_is_given_back_by_its_case(reversals, shop):
    order, payment = await reversals.by_case()
    await reversals.report(payment)
    assert (await shop.order(order["id"]))["refund_owed"] is None
    shop.problem(await reversals.record(payment), 409, "nothing_owed")
    await shop.ask_refund(order, 9000, refund_id="refund_2")
    await shop.settle()
    assert await reversals.ledger(order) == {"paid": TOTAL, "kept": TOTAL - 9000, "refunded": 9000, "in_flight": 0}
    assert await reversals.proof_holds()


async def given_outside(shop: Any, order: dict[str, Any], minor: int) -> None:
    """The case reports that what came back was given back without the provider."""
    facts = {"refund_id": "refund_2", "payment_id": order["payment_id"], "amount_minor": minor, "currency": "CNY"}
    how = {"cause": "approval", "method": "bank_transfer", "by_timeout": False}
    await shop.h.consume(shop.case(OfflineRefundConfirmed, order, **facts, **how))


async def test_a_cancelled_order_leaves_it_to_its_case(reversals, shop):
    order, payment = await reversals.by_case()
    ended = {"lines": shop.units(order, 1), "refunded_minor": 9000, "currency": "CNY"}
    await shop.h.consume(shop.case(AfterSaleCompleted, order, **ended))
    await reversals.report(payment)
    cancelled = await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    assert cancelled.status_code == 200, cancelled.text
    await shop.settle()
    assert (await reversals.ledger(order))["refunded"] == TOTAL - 9000
    shop.problem(await reversals.record(payment), 409, "nothing_owed")
    await given_outside(shop, order, 9000)
    assert (await reversals.ledger(order))["refunded"] == TOTAL
    assert await reversals.proof_holds()


async def test_an_order_that_the_case_has_cancelled_takes_the_next_refund(reversals, shop):
    order, payment = await shop.paid()
    await shop.open_case(order, 3)
    await shop.ask_refund(order, TOTAL)
    await shop.settle()
    assert (await shop.order(order["id"]))["state"] == "cancelled"
    await reversals.report(payment)
    await given_outside(shop, order, TOTAL)
    assert (await reversals.ledger(order))["refunded"] == TOTAL
    assert await reversals.proof_holds()


async def test_what_went_with_it_goes_with_the_next_refund_once(reversals, shop):
    order, payment = await shop.paid()
    await shop.open_case(order, 1)
    parts = (POINTS, BORNE)
    await shop.ask_refund(order, 9000, parts=parts)
    await shop.settle()
    await reversals.report(payment)
    assert await beside(shop, order) == {}
    await shop.ask_refund(order, 9000, refund_id="refund_2", parts=parts)
    await shop.settle()
    assert await beside(shop, order) == {"discounts_granted": 300, "refund_costs_shared": -2000}
    assert [each.amount_minor for each in await shop.events(RefundReversed)] == [9000]


async def beside(shop: Any, order: dict[str, Any]) -> dict[str, int]:
    """The balances, debits less credits, of what stands beside the payments of an order without stated discounts."""
    found = Counter[str]()
    for each in (await shop.seller.get(f"/v1/orders/{order['id']}/ledger")).json()["postings"]:
        found[each["debit"]] += each["amount"]["amount"]
        found[each["credit"]] -= each["amount"]["amount"]
    return {name: found[name] for name in ("discounts_granted", "refund_costs_shared") if found[name]}
