"""Discounts of a whole order: their shares in the lines add up exactly, in every currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain import breakdown, order_discounts, policy
from order_svc.domain.errors import DiscountExceedsOrder, DiscountRepeated, ThresholdNotReached
from order_svc.domain.model import Amount, DiscountDraft, DiscountFunder, DiscountKind, LineDraft

CURRENCIES = ("CNY", "JPY", "KWD")


def line(minor, quantity=1, discount=0, currency="CNY", **other):
    own = Amount(discount, currency) if discount else None
    price = Amount(minor, currency)
    known = {"sku": "A", "title": "A", "category": None, "quantity": quantity, "unit_price": price, "discount": own}
    return LineDraft(**known | other)


def coupon(minor, threshold=None, currency="CNY", funder="platform", kind="coupon"):
    needs = None if threshold is None else Amount(threshold, currency)
    return DiscountDraft(DiscountKind(kind), DiscountFunder(funder), Amount(minor, currency), needs)


def paid(drafts, currency="CNY"):
    return [policy.line_paid(each, currency, "") for each in drafts]


def parts(draft):
    return [
        (each.kind, each.funder, each.amount.minor, each.threshold and each.threshold.minor) for each in draft.discounts
    ]


@given(st.data(), st.sampled_from(CURRENCIES))
def test_shares_add_up_and_no_line_costs_less_than_nothing(data, currency):
    prices = data.draw(st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 9)), min_size=1, max_size=8))
    drafts = [line(minor, quantity, currency=currency) for minor, quantity in prices]
    left, discounts = sum(paid(drafts, currency)), []
    for kind in data.draw(st.permutations(["points", "coupon", "promotion"])):
        minor = data.draw(st.integers(0, left))
        discounts.append(coupon(minor, None, currency, kind=kind))
        left -= minor
    shared = order_discounts.shared(drafts, discounts, currency)
    assert sum(paid(shared, currency)) == left
    for draft, before in zip(shared, paid(drafts, currency), strict=True):
        assert 0 <= policy.line_paid(draft, currency, "") <= before
        breakdown.line_discounts(draft, currency, "")  # the parts are what is taken off
    for kind in ("points", "coupon", "promotion"):
        given_ = sum(each.amount.minor for draft in shared for each in draft.discounts or () if each.kind == kind)
        assert given_ == next(each.amount.minor for each in discounts if each.kind == kind)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=9), st.data())
def test_a_share_differs_from_the_exact_one_by_less_than_a_minor_unit(weights, data):
    minor = data.draw(st.integers(0, sum(weights)))
    whole = sum(weights)
    for share, weight in zip(order_discounts.shares(minor, weights), weights, strict=True):
        assert not whole or abs(share * whole - minor * weight) < whole


def test_the_largest_remainders_get_what_is_left_over():
    assert order_discounts.shares(100, [1000, 1000, 1000]) == [34, 33, 33]
    assert order_discounts.shares(10, [333, 333, 334]) == [3, 3, 4]
    assert order_discounts.shares(1, [5, 7, 7]) == [0, 1, 0]


def test_a_gift_has_no_share():
    drafts = [line(9900), line(500, discount=500, gift_of=0)]
    shared = order_discounts.shared(drafts, [coupon(1000)], "CNY")
    assert paid(shared) == [8900, 0]
    assert parts(shared[1]) == [("promotion", "merchant", 500, None)]


def test_what_a_line_states_itself_stays_beside_its_share():
    stated = (DiscountDraft(DiscountKind.POINTS, DiscountFunder.PLATFORM, Amount(100, "CNY")),)
    drafts = [line(1000, discount=100, discounts=stated), line(1000, discount=100)]
    shared = order_discounts.shared(drafts, [coupon(180, 1500), coupon(18, funder="creator")], "CNY")
    rest = [("coupon", "platform", 90, 1500), ("coupon", "creator", 9, 0)]
    assert parts(shared[0]) == [("points", "platform", 100, None), *rest]
    assert parts(shared[1]) == [("promotion", "merchant", 100, None), *rest]


@pytest.mark.parametrize(
    ("discounts", "refusal", "pointer"),
    [
        ([coupon(1001)], DiscountExceedsOrder, "/discounts/0/amount"),
        ([coupon(600), coupon(401, funder="merchant")], DiscountExceedsOrder, "/discounts/1/amount"),
        ([coupon(100, 1001)], ThresholdNotReached, "/discounts/0/threshold"),
        ([coupon(100), coupon(100)], DiscountRepeated, "/discounts/1"),
        ([coupon(100), coupon(100, 0)], DiscountRepeated, "/discounts/1"),
    ],
)
def test_what_does_not_fit_is_refused(discounts, refusal, pointer):
    with pytest.raises(refusal) as refused:
        order_discounts.shared([line(1000)], discounts, "CNY")
    assert refused.value.pointer == pointer
