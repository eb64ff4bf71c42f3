"""The double entries of an order: each movement is posted once, with its funders, and nothing changes a posting."""

from typing import Any

import asyncpg
import pytest
from aftercare_events.catalogue.refund_parts import RefundPart
from aftercare_simulators.payment.methods import Method


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


POINTS = {"kind": "points", "funder": "platform", "amount": cny(300)}
COUPON = {"kind": "coupon", "funder": "merchant", "amount": cny(700)}
RECEIVED = ("payment_received", "payments_received", "merchant_payable", 29500)


def part(kind: str, amount: int, payer: str, payee: str, effect: str = "beside") -> RefundPart:
    return RefundPart(
        kind=kind, effect=effect, line_id="line_1", units=1, amount_minor=amount, payer=payer, payee=payee
    )


PARTS = (part("points", 100, "platform", "buyer"), part("coupon", 233, "merchant", "buyer"))


async def ledger(shop: Any, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    return found


async def posted(shop: Any, order: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    postings = (await ledger(shop, order))["postings"]
    return [(each["kind"], each["debit"], each["credit"], each["amount"]["amount"]) for each in postings]


async def funding(shop: Any, order: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    found = (await ledger(shop, order))["funding"]
    names = ("discounts", "discounts_returned", "refund_costs")
    return {each["funder"]: tuple(each[name]["amount"] for name in names) for each in found}


async def test_a_refund_is_in_flight_and_then_paid(shop: Any) -> None:
    order, payment = await shop.paid()
    assert await posted(shop, order) == [RECEIVED]
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9567)
    requested = ("refund_requested", "merchant_payable", "refunds_in_flight", 9567)
    assert await posted(shop, order) == [RECEIVED, requested]
    await shop.settle()
    paid = ("refund_paid", "refunds_in_flight", "refunds_paid", 9567)
    assert await posted(shop, order) == [RECEIVED, requested, paid]
    postings = (await ledger(shop, order))["postings"]
    assert [each["subject_id"] for each in postings] == [payment["id"], "refund_1", "refund_1"]
    assert {(each["merchant_id"], each["provider"]) for each in postings} == {("m-1", "simulator")}


async def test_a_refund_that_the_provider_declines_is_taken_back_by_the_opposite(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.open_case(order, 1)
    shop.provider.override = Method.REFUND_DECLINED
    await shop.ask_refund(order, 9567)
    await shop.settle()
    assert (await posted(shop, order))[1:] == [
        ("refund_requested", "merchant_payable", "refunds_in_flight", 9567),
        ("refund_failed", "refunds_in_flight", "merchant_payable", 9567),
    ]


async def test_a_refund_that_is_refused_at_once_moves_nothing(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.ask_refund(order, 29501)
    await shop.settle()
    assert await posted(shop, order) == [RECEIVED]


async def test_the_money_of_an_order_that_has_ended_is_received_and_given_back(shop: Any) -> None:
    order, _ = await shop.paid()
    assert (await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")).status_code == 200
    await shop.settle()
    assert [kind for kind, *_ in await posted(shop, order)] == ["payment_received", "refund_requested", "refund_paid"]


async def test_funders_get_back_what_goes_back(shop: Any, kettles: Any) -> None:
    line = {**kettles()["lines"][0], "discounts": [POINTS, COUPON]}
    order, _ = await shop.paid(lines=[line])
    assert await funding(shop, order) == {"merchant": (700, 0, 0), "platform": (300, 0, 0)}
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9567, parts=PARTS)
    await shop.settle()
    assert await funding(shop, order) == {"merchant": (700, 233, 0), "platform": (300, 100, 0)}
    await shop.open_case(order, 1, case_id="case_2")
    shop.provider.override = Method.REFUND_DECLINED
    await shop.ask_refund(order, 9567, refund_id="refund_2", case_id="case_2", parts=PARTS)
    await shop.settle()
    assert await funding(shop, order) == {"merchant": (700, 233, 0), "platform": (300, 100, 0)}


async def test_what_is_left_of_discounts_goes_back_with_an_order_that_is_cancelled(shop: Any, kettles: Any) -> None:
    line = {**kettles()["lines"][0], "discounts": [POINTS, COUPON]}
    order, _ = await shop.paid(lines=[line])
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    assert await funding(shop, order) == {"merchant": (700, 700, 0), "platform": (300, 300, 0)}


async def test_others_bear_their_shares_of_a_price_adjustment(shop: Any) -> None:
    order, _ = await shop.paid()
    await shop.ask_refund(order, 1000, parts=(part("cost_share", 400, "platform", "merchant"),))
    await shop.settle()
    assert await funding(shop, order) == {"platform": (0, 0, 400)}


async def test_what_is_posted_once_is_not_posted_again(shop: Any) -> None:
    await shop.paid()
    again = (
        "INSERT INTO ledger_postings SELECT 'post_2', order_id, merchant_id, subject_id, kind, debit, credit, 1, 'CNY'"
    )
    with pytest.raises(asyncpg.UniqueViolationError):
        await shop.h.runtime.pool.execute(f"{again}, provider, now() FROM ledger_postings")


async def test_no_posting_is_between_a_term_of_the_equation_and_another_account(shop: Any) -> None:
    await shop.paid()
    beside = (
        "INSERT INTO ledger_postings SELECT 'post_2', order_id, merchant_id, 'x', kind, debit, 'charges_kept', 1, 'CNY'"
    )
    with pytest.raises(asyncpg.CheckViolationError, match="conserved"):
        await shop.h.runtime.pool.execute(f"{beside}, provider, now() FROM ledger_postings")


@pytest.mark.parametrize(
    "change", ["UPDATE ledger_postings SET amount_minor = 1", "DELETE FROM ledger_postings", "TRUNCATE ledger_postings"]
)
async def test_a_posting_is_never_changed(shop: Any, change: str) -> None:
    await shop.paid()
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await shop.h.runtime.pool.execute(change)
