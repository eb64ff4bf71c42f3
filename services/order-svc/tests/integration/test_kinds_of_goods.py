"""What a merchant states for goods that are not sold from stock, for gifts, for the shipping fee, and for the time to pay."""

from datetime import datetime, timedelta

import pytest
from aftercare_events import OrderCancelled, OrderCreated, OrderPaid


def cny(amount):
    return {"amount": amount, "currency": "CNY"}


def line(**stated):
    return {"sku": "CUP-1", "title": "杯子", "quantity": 2, "unit_price": cny(1500), **stated}


GIFT = line(discount=cny(3000), discounts=[{"kind": "gift", "funder": "merchant", "amount": cny(3000)}], gift_of=0)
SHIPPING = {
    "shipping_fee": cny(600),
    "shipping_tax": cny(34),
    "shipping_discounts": [{"kind": "coupon", "funder": "platform", "amount": cny(200)}],
}


async def test_they_are_kept_shown_and_published(shop, kettles):
    ships_by = (shop.h.clock.now() + timedelta(days=20)).isoformat()
    lines = [
        line(fulfilment="pre_sale", ships_by=ships_by),
        line(fulfilment="made_to_order", production_days=12),
        line(fulfilment="virtual"),
        line(fulfilment="stock"),
        GIFT,
    ]
    order, _ = await shop.paid(lines=lines, **SHIPPING)
    shown = order["lines"]
    assert [each["fulfilment"] for each in shown] == ["pre_sale", "made_to_order", "virtual", "stock", None]
    assert datetime.fromisoformat(shown[0]["ships_by"]) == datetime.fromisoformat(ships_by)
    assert (shown[1]["production_days"], shown[4]["gift_of"]) == (12, shown[0]["id"])
    assert (order["shipping_tax"], order["shipping_fee"], order["total"]) == (cny(34), cny(600), cny(4 * 3000 + 600))
    assert order["shipping_discounts"] == [{**SHIPPING["shipping_discounts"][0], "threshold": None}]
    for kind in (OrderCreated, OrderPaid):
        (event,) = await shop.events(kind)
        assert [each.fulfilment for each in event.lines] == ["pre_sale", "made_to_order", "virtual", "stock", None]
        assert (event.lines[0].ships_by, event.lines[4].gift_of) == (datetime.fromisoformat(ships_by), shown[0]["id"])
        assert (event.lines[1].production_days, event.shipping_tax_minor) == (12, 34)
        assert [(each.kind, each.funder, each.amount_minor) for each in event.shipping_discounts] == [
            ("coupon", "platform", 200)
        ]


async def test_an_order_without_them_is_as_before(shop):
    order = await shop.place()
    assert (order["shipping_tax"], order["shipping_discounts"], order["payment_minutes"]) == (None, None, None)
    (created,) = await shop.events(OrderCreated)
    assert (created.lines[0].fulfilment, created.lines[0].gift_of, created.shipping_discounts) == (None, None, None)


@pytest.mark.parametrize(
    ("stated", "code", "pointer"),
    [
        ({"fulfilment": "pre_sale"}, "fulfilment_terms_mismatch", "/lines/0/ships_by"),
        ({"fulfilment": "virtual", "production_days": 3}, "fulfilment_terms_mismatch", "/lines/0/production_days"),
        ({"fulfilment": "made_to_order"}, "fulfilment_terms_mismatch", "/lines/0/production_days"),
        ({"ships_by": "2030-01-01T00:00:00Z"}, "fulfilment_terms_mismatch", "/lines/0/ships_by"),
        ({"fulfilment": "pre_sale", "ships_by": "2001-01-01T00:00:00Z"}, "ships_by_not_ahead", "/lines/0/ships_by"),
        ({"fulfilment": "pre_sale", "ships_by": "2999-01-01T00:00:00Z"}, "ships_by_not_ahead", "/lines/0/ships_by"),
        ({"fulfilment": "pre_sale", "ships_by": "soon"}, "validation_failed", "/lines/0/ships_by"),
        ({"fulfilment": "by_magic"}, "validation_failed", "/lines/0/fulfilment"),
        ({"discount": cny(3000), "gift_of": 0}, "gift_unfit", "/lines/0/gift_of"),
        ({"discount": cny(3000), "gift_of": 3}, "gift_unfit", "/lines/0/gift_of"),
        ({"discount": cny(3000), "gift_of": 2}, "gift_unfit", "/lines/0/gift_of"),
        ({"discount": cny(2999), "gift_of": 1}, "gift_not_free", "/lines/0/gift_of"),
    ],
)
async def test_what_does_not_fit_a_line_is_refused(shop, kettles, stated, code, pointer):
    body = kettles(lines=[line(**stated), line(), {**GIFT, "gift_of": 1}])
    problem = shop.problem(await shop.seller.post("/v1/orders", json=body), 422, code)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert await shop.h.published() == []


@pytest.mark.parametrize(
    ("stated", "code", "pointer"),
    [
        ({"shipping_tax": cny(601)}, "tax_exceeds_paid", "/shipping_tax"),
        (
            {"shipping_discounts": SHIPPING["shipping_discounts"] * 2},
            "discount_repeated",
            "/shipping_discounts/1",
        ),
        ({"payment_minutes": 60 * 24 * 15 + 1}, "payment_time_too_long", "/payment_minutes"),
        ({"payment_minutes": 0}, "validation_failed", "/payment_minutes"),
    ],
)
async def test_what_does_not_fit_the_order_is_refused(shop, kettles, stated, code, pointer):
    body = kettles(**{**SHIPPING, **stated})
    problem = shop.problem(await shop.seller.post("/v1/orders", json=body), 422, code)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert await shop.h.published() == []


async def test_the_order_may_set_its_own_time_to_pay(shop):
    order = await shop.place(payment_minutes=120)
    assert order["payment_minutes"] == 120
    due = datetime.fromisoformat(order["deadline_at"]) - datetime.fromisoformat(order["created_at"])
    assert due == timedelta(minutes=120)
    shop.h.clock.advance(hours=1.98)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "created"
    shop.h.clock.advance(hours=0.05)
    await shop.h.run_due()
    assert [each.cause for each in await shop.events(OrderCancelled)] == ["payment_timeout"]
