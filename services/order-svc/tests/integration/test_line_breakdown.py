"""Tax and discounts that a merchant states for a line: accepted where they fit, shown, published; the amount paid stays."""

import pytest
from aftercare_events import OrderCreated, OrderPaid, RefundSucceeded
from order_svc.domain.tracking import ParcelStatus


def cny(amount):
    return {"amount": amount, "currency": "CNY"}


POINTS = {"kind": "points", "funder": "platform", "amount": cny(300)}
COUPON = {"kind": "coupon", "funder": "merchant", "amount": cny(700)}


async def test_they_are_kept_shown_and_published(shop, kettles):
    line = {**kettles()["lines"][0], "tax": cny(3302), "discounts": [POINTS, COUPON]}
    order, _ = await shop.paid(lines=[line])
    plain = await shop.place()
    shown = (await shop.buyer.get(f"/v1/orders/{order['id']}")).json()["lines"][0]
    assert (shown["tax"], shown["paid"]) == (cny(3302), plain["lines"][0]["paid"])
    assert shown["discounts"] == [each | {"threshold": None} for each in (POINTS, COUPON)]
    for kind in (OrderCreated, OrderPaid):
        sold = (await shop.events(kind))[0].lines[0]
        assert (sold.tax_minor, sold.paid_minor) == (3302, 28700)
        assert [(each.kind, each.funder, each.amount_minor) for each in sold.discounts] == [
            ("points", "platform", 300),
            ("coupon", "merchant", 700),
        ]


async def test_the_threshold_of_a_discount_of_the_order_is_kept_shown_and_published(shop, kettles):
    """A line may have a discount of its own and a share of one of the order that are alike otherwise."""
    of_order = {**COUPON, "amount": cny(300), "threshold": cny(29000)}
    line = {**kettles()["lines"][0], "discounts": [COUPON, of_order]}
    order, _ = await shop.paid(lines=[line])
    shown = (await shop.buyer.get(f"/v1/orders/{order['id']}")).json()["lines"][0]["discounts"]
    assert shown == [COUPON | {"threshold": None}, of_order]
    for kind in (OrderCreated, OrderPaid):
        discounts = (await shop.events(kind))[0].lines[0].discounts
        assert [(each.amount_minor, each.threshold_minor) for each in discounts] == [(700, None), (300, 29000)]


async def test_an_order_with_them_is_delivered_and_refunded_as_any_other(shop, kettles):
    """Their column is read in an array of rows there."""
    line = {**kettles()["lines"][0], "discounts": [POINTS, COUPON]}
    order, _ = await shop.paid(lines=[line])
    await shop.ship(order, 3)
    await shop.scan(ParcelStatus.DELIVERED)
    assert (await shop.order(order["id"]))["state"] == "delivered"
    await shop.open_case(order, quantity=1)
    await shop.ask_refund(order, 9566)
    await shop.settle()
    assert [each.amount_minor for each in await shop.events(RefundSucceeded)] == [9566]
    assert await shop.h.parked() == []
    shown = await shop.order(order["id"])
    assert (shown["after_sale_state"], shown["lines"][0]["discounts"]) == (
        "in_after_sale",
        [each | {"threshold": None} for each in (POINTS, COUPON)],
    )


async def test_an_order_without_them_is_as_before(shop):
    order = await shop.place()
    assert (order["lines"][0]["tax"], order["lines"][0]["discounts"]) == (None, None)
    (created,) = await shop.events(OrderCreated)
    assert (created.lines[0].tax_minor, created.lines[0].discounts) == (None, None)


@pytest.mark.parametrize(
    ("stated", "code", "pointer"),
    [
        ({"tax": cny(28701)}, "tax_exceeds_paid", "/lines/0/tax"),
        ({"tax": {"amount": 1, "currency": "USD"}}, "currency_mismatch", "/lines/0/tax/currency"),
        ({"tax": cny(-1)}, "validation_failed", "/lines/0/tax/amount"),
        ({"discounts": [COUPON]}, "discounts_do_not_add_up", "/lines/0/discounts"),
        ({"discounts": []}, "discounts_do_not_add_up", "/lines/0/discounts"),
        ({"discounts": [COUPON, COUPON]}, "discount_repeated", "/lines/0/discounts/1"),
        ({"discounts": [POINTS | {"kind": "luck"}, COUPON]}, "validation_failed", "/lines/0/discounts/0/kind"),
        (
            {"discounts": [POINTS, COUPON | {"threshold": cny(29401)}]},
            "threshold_not_reached",
            "/lines/0/discounts/1/threshold",
        ),
        (
            {"discounts": [POINTS, COUPON | {"threshold": {"amount": 1, "currency": "USD"}}]},
            "currency_mismatch",
            "/lines/0/discounts/1/threshold/currency",
        ),
        (
            {"discounts": [POINTS, COUPON | {"amount": {"amount": 700, "currency": "USD"}}]},
            "currency_mismatch",
            "/lines/0/discounts/1/amount/currency",
        ),
    ],
)
async def test_what_does_not_fit_is_refused(shop, kettles, stated, code, pointer):
    body = {**kettles(), "lines": [{**kettles()["lines"][0], **stated}]}
    problem = shop.problem(await shop.seller.post("/v1/orders", json=body), 422, code)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert await shop.h.published() == []


async def test_the_level_of_the_buyer_is_kept_and_published(shop):
    order, _ = await shop.paid(buyer_level="gold")
    assert order["buyer_level"] == "gold"
    for kind in (OrderCreated, OrderPaid):
        assert [each.buyer_level for each in await shop.events(kind)] == ["gold"]
    assert (await shop.place())["buyer_level"] is None
