"""Amounts of orders, and the digest of an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain import errors, policy
from order_svc.domain.model import Address, Amount, LineDraft

minor = st.integers(0, 10**12)


def draft(quantity: int, unit: int, discount: int, currency: str = "CNY") -> LineDraft:
    return LineDraft(
        sku="K",
        title="K",
        category=None,
        quantity=quantity,
        unit_price=Amount(unit, currency),
        discount=Amount(discount, currency),
    )


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 10**6), st.data()), min_size=1, max_size=8), minor)
def test_the_total_is_exactly_what_the_lines_and_the_fee_cost(articles, fee):
    drafts = [draft(q, unit, data.draw(st.integers(0, q * unit))) for q, unit, data in articles]
    paid = [policy.line_paid(d, "CNY", "") for d in drafts]
    assert all(p >= 0 for p in paid)
    expected = sum(d.quantity * d.unit_price.minor - d.discount.minor for d in drafts) + fee
    assert policy.order_total(paid, fee, "CNY") == expected


@given(st.integers(1, 50), st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_discount_above_the_value_of_its_line_is_refused(quantity, unit, more):
    with pytest.raises(errors.DiscountExceedsLine) as refused:
        policy.line_paid(draft(quantity, unit, quantity * unit + more), "CNY", "/lines/4")
    assert refused.value.pointer == "/lines/4/discount"


def test_the_refusal_of_a_discount_shows_money_and_carries_minor_units():
    with pytest.raises(errors.DiscountExceedsLine) as refused:
        policy.line_paid(draft(2, 5000, 10100), "CNY", "/lines/0")
    assert refused.value.detail("zh-CN") == "优惠金额 101.00 CNY 超过该行金额 100.00 CNY。"
    assert refused.value.detail("en") == "The discount of 101.00 CNY is more than the line's value of 100.00 CNY."
    assert refused.value.facts == {"discount_minor": 10100, "gross_minor": 10000, "currency": "CNY"}


def test_the_refusal_of_another_currency_points_at_its_place():
    with pytest.raises(errors.CurrencyMismatch) as refused:
        policy.line_paid(draft(1, 100, 0, "USD"), "CNY", "/lines/0")
    assert refused.value.pointer == "/lines/0/unit_price/currency"


@pytest.mark.parametrize(
    ("paid", "fee", "place"),
    [([10**13], 1, "/shipping_fee"), ([1, 10**13, 2], 0, "/lines/1"), ([10**13 + 1], 0, "/lines/0")],
)
def test_a_total_above_the_limit_is_refused_at_the_amount_that_exceeds_it(paid, fee, place):
    with pytest.raises(errors.AmountTooLarge) as refused:
        policy.order_total(paid, fee, "JPY")
    assert refused.value.pointer == place
    assert refused.value.detail("en") == "The order's total is more than the limit of 10000000000000 JPY."


def test_the_published_digest_of_an_address_changes_with_it_and_with_its_salt():
    place = {"name": "n", "phone": "1", "country": "CN", "province": "", "city": "c", "district": "", "postal_code": ""}
    texts = {
        policy.address_text(Address(order_id="o", salt=salt, street=street, **place))
        for salt in ("a", "b")
        for street in ("x", "y")
    }
    assert len(texts) == 4
