"""A refund is shown part by part: in the case, in its events, and with everything that was paid once all came back."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import AfterSaleCompleted, LineDiscount, OrderLine, OrderPaid, RefundRequested
from aftersale_shop import KETTLE, Shop
from aftersale_svc import main

STATED = KETTLE.model_copy(
    update={
        "tax_minor": 3302,
        "discounts": (
            LineDiscount(kind="points", funder="platform", amount_minor=200),
            LineDiscount(kind="promotion", funder="creator", amount_minor=300),
            LineDiscount(kind="coupon", funder="merchant", amount_minor=500),
        ),
    }
)
FEES = [{"return_freight": {"amount": 1200, "currency": "CNY"}, "restocking_basis_points": 500}]


@pytest.fixture
async def charging(postgres_url: str) -> AsyncIterator[Shop]:
    """A shop whose merchant charges for returns."""
    async with Harness.start(main.service, postgres_url) as harness:
        shop = Shop(harness)
        await shop.setting("return-fees", fees=FEES)
        yield shop


def signed(refund: dict[str, Any]) -> int:
    signs = {"added": 1, "deducted": -1, "beside": 0}
    return sum(signs[part["effect"]] * part["amount"]["amount"] for part in refund["parts"])


def brief(refund: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Kind, effect, amount, payer and payee of each part."""
    return [
        (part["kind"], part["effect"], part["amount"]["amount"], part["payer"], part["payee"])
        for part in refund["parts"]
    ]


async def refunded(shop: Shop, quantity: int, **more: Any) -> dict[str, Any]:
    case = await shop.case(quantity, type_="refund_only", **more)
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_succeeds()
    refund: dict[str, Any] = (await shop.get(case["id"]))["refund"]
    assert signed(refund) == refund["amount"]["amount"]
    return refund


async def test_goods_and_freight_of_an_order_that_states_nothing_else(shop: Shop) -> None:
    await shop.delivered()
    first, last = await refunded(shop, 2), await refunded(shop, 1)
    assert brief(first) == [("goods", "added", 19133, "merchant", "buyer")]
    assert brief(last) == [
        ("goods", "added", 9567, "merchant", "buyer"),
        ("shipping", "added", 800, "merchant", "buyer"),
    ]
    assert (first["parts"][0]["line_id"], first["parts"][0]["units"]) == ("line_1", 2)
    assert last["parts"][1]["line_id"] is None
    requested, completed = await shop.last(RefundRequested), await shop.last(AfterSaleCompleted)
    assert requested.parts == completed.parts
    assert [(part.kind, part.amount_minor) for part in requested.parts or ()] == [("goods", 9567), ("shipping", 800)]


async def test_tax_and_discounts_go_back_in_shares_and_wholly_at_the_end(shop: Shop) -> None:
    await shop.delivered(lines=(STATED,))
    refunds = [await refunded(shop, 1) for _ in range(3)]
    assert brief(refunds[0]) == [
        ("goods", "added", 8466, "merchant", "buyer"),
        ("tax", "added", 1100, "merchant", "buyer"),
        ("points", "beside", 66, "platform", "buyer"),
        ("promotion", "beside", 100, "merchant", "creator"),
        ("coupon", "beside", 166, "merchant", "buyer"),
    ]
    # The amounts are those of the order without these fields.
    assert [each["amount"]["amount"] for each in refunds] == [9566, 9567, 10367]
    for kind, whole in (("tax", 3302), ("points", 200), ("promotion", 300), ("coupon", 500), ("shipping", 800)):
        parts = [part for each in refunds for part in each["parts"] if part["kind"] == kind]
        assert sum(part["amount"]["amount"] for part in parts) == whole, kind


async def test_a_refund_that_failed_gives_nothing_back(shop: Shop) -> None:
    await shop.delivered(lines=(STATED,))
    case = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_fails()
    other = await refunded(shop, 1)
    await shop.act(shop.agent, case["id"], "refund")
    await shop.refund_succeeds()
    again = (await shop.get(case["id"]))["refund"]
    last = await refunded(shop, 1)
    taxes = [
        part["amount"]["amount"] for each in (other, again, last) for part in each["parts"] if part["kind"] == "tax"
    ]
    assert (len(taxes), sum(taxes)) == (3, 3302)


async def test_a_verdict_for_less_shows_what_was_due(shop: Shop) -> None:
    await shop.delivered(lines=(STATED,))
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.verdict(dispute_id, 1000)
    refund = (await shop.get(case_id))["refund"]
    assert signed(refund) == 1000
    amounts = {part["kind"]: (part["amount"]["amount"], part["due"]["amount"]) for part in refund["parts"]}
    assert amounts["goods"] == (885, 16932)
    assert amounts["tax"] == (115, 2201)


async def returned(shop: Shop, reason: str) -> dict[str, Any]:
    case = await shop.arrived(2, reason=reason)
    await shop.inspect(case["id"], 2)
    await shop.refund_succeeds()
    done = await shop.get(case["id"])
    whole = done["refund"]["amount"]["amount"]
    assert f"up to {whole // 100}.{whole % 100:02} CNY goes back" in case["explanation"]["money"]["en"]
    assert done["refunded"] == done["refund"]["amount"]
    refund: dict[str, Any] = done["refund"]
    return refund


async def test_the_buyer_bears_the_return_of_what_they_chose(charging: Shop) -> None:
    await charging.delivered()
    refund = await returned(charging, "changed_mind")
    assert brief(refund) == [
        ("goods", "added", 19133, "merchant", "buyer"),
        ("restocking_fee", "deducted", 956, "buyer", "merchant"),
        ("return_freight", "deducted", 1200, "buyer", "merchant"),
    ]
    assert refund["amount"]["amount"] == 19133 - 956 - 1200 == (await charging.last(RefundRequested)).amount_minor
    assert (await charging.last(AfterSaleCompleted)).refunded_minor == refund["amount"]["amount"]


async def test_the_seller_bears_it_where_liable(charging: Shop) -> None:
    await charging.delivered()
    refund = await returned(charging, "quality_defect")
    assert refund["amount"]["amount"] == 19133
    assert brief(refund)[1:] == [("return_freight", "beside", 1200, "merchant", "courier")]


async def test_fees_leave_nothing_below_zero(charging: Shop) -> None:
    cheap = KETTLE.model_copy(update={"unit_price_minor": 300, "discount_minor": 0, "paid_minor": 900})
    await charging.delivered(lines=(cheap,))
    refund = await returned(charging, "changed_mind")
    assert refund["amount"]["amount"] == 0
    assert brief(refund)[1:] == [
        ("restocking_fee", "deducted", 30, "buyer", "merchant"),
        ("return_freight", "deducted", 570, "buyer", "merchant"),
    ]


async def test_a_refund_of_nothing_shows_the_fee_that_nothing_was_left_for(charging: Shop) -> None:
    gift = KETTLE.model_copy(update={"unit_price_minor": 0, "discount_minor": 0, "paid_minor": 0})
    await charging.delivered(lines=(gift,))
    refund = await returned(charging, "changed_mind")
    assert refund["amount"]["amount"] == 0
    [fee] = [part for part in refund["parts"] if part["kind"] == "return_freight"]
    assert (fee["effect"], fee["amount"]["amount"], fee["due"]["amount"]) == ("deducted", 0, 1200)


@pytest.mark.parametrize(
    ("currency", "paid", "tax"), [("JPY", 100, 10), ("KWD", 12_345, 1_001), ("CNY", 10**13 - 1, 7), ("UYW", 10**13, 0)]
)
async def test_currencies_without_and_with_three_decimals_and_the_largest_amounts(
    shop: Shop, currency: str, paid: int, tax: int
) -> None:
    line = OrderLine(
        line_id="line_1",
        sku="CUP-1",
        quantity=7,
        unit_price_minor=paid,
        discount_minor=0,
        paid_minor=paid,
        tax_minor=tax,
    )
    await shop.created(lines=(line,), fee=0)
    paid_event = OrderPaid(
        **shop._order("ord_1", "system", "paid"),
        payment_id="pay_1",
        provider="simulator",
        currency=currency,
        total_minor=paid,
        shipping_fee_minor=0,
        lines=(line,),
        paid_at=shop.clock.now(),
    )
    await shop.harness.consume(paid_event)
    body = {"order_id": "ord_1", "type": "refund_only", "reason": "changed_mind"}
    lines = [{"line_id": "line_1", "quantity": 3}]
    previewed = (await shop.buyer.post("/v1/cases/preview", json={**body, "lines": lines})).json()
    refunds = [await refunded(shop, units) for units in (3, 1, 3)]
    assert refunds[0]["amount"] == previewed["refund"] == {"amount": paid * 3 // 7, "currency": currency}
    assert sum(each["amount"]["amount"] for each in refunds) == paid
    assert sum(p["amount"]["amount"] for each in refunds for p in each["parts"] if p["kind"] == "tax") == tax
