"""Discounts of an order that a return leaves unearned: nothing below zero, all of it back in the end, in whatever order it goes back."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from aftersale_svc.domain.cases.codes import Reason
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.merchant_settings.model import SettingKind
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stated_book import StatedBook, added_up

Sold = tuple[int, int, list[int]]
"""What a line costs after all discounts, its units, and its share of each discount of the order, in minor units."""
FUNDERS = ("merchant", "platform", "creator")
SOLD = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(1, 6), st.lists(st.integers(0, 10**5), min_size=3, max_size=3)),
    min_size=1,
    max_size=4,
)
THRESHOLDS = st.lists(st.floats(0, 1), min_size=1, max_size=3)
"""Each in parts of what the order comes to."""
STEPS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=8)


class DiscountBook(StatedBook):
    """An order with discounts for which it has to come to a threshold."""

    def __init__(self, sold: Sequence[Sold], parts: Sequence[float], *, on_return: str = "recalculate") -> None:
        super().__init__([(paid, units, 0.0, []) for paid, units, _ in sold], 0)
        self.value = sum(paid + sum(shares[: len(parts)]) for paid, _, shares in sold)
        self.thresholds = [int(self.value * part) for part in parts]
        named = list(zip(FUNDERS, self.thresholds, strict=False))
        self.lines = [
            replace(
                line,
                discounts=[
                    {"kind": "promotion", "funder": funder, "amount_minor": share, "threshold_minor": threshold}
                    for (funder, threshold), share in zip(named, shares, strict=False)
                ],
            )
            for line, (_, _, shares) in zip(self.lines, sold, strict=True)
        ]
        self.set(on_return)

    def set(self, on_return: str) -> None:
        """Let the merchant set what becomes of these discounts."""
        self.order = replace(self.order, settings={SettingKind.ORDER_DISCOUNTS: ["odi_1", 1, {"on_return": on_return}]})

    def back(self, number: int, units: int, reason: Reason = Reason.CHANGED_MIND) -> int:
        """So many units of a line go back, at most those that are there; what is refunded."""
        held = sum(hold.units for hold in self.holds() if hold.line_id == f"line_{number}")
        units = min(units, self.lines[number - 1].quantity - held) if number <= len(self.lines) else 0
        if not units:
            return 0
        case_id = self.ask({number: units}, reason)
        amount = self.refund(case_id)
        self.move(case_id, CaseState.COMPLETED)
        self.check()
        return amount

    def check(self) -> None:
        assert all(added_up(parts) == self.refunds[case_id].total_minor >= 0 for case_id, parts in self.parts.items())
        assert all(minor >= 0 for minor in self.taken().values())
        assert sum(refund.total_minor for refund in self.refunds.values()) <= self.paid

    def taken(self) -> Counter[str]:
        """What refunds have taken of discounts by now, by funder; those of which nothing is are left out."""
        found = Counter[str]()
        for part in (part for parts in self.parts.values() for part in parts if part.kind == "discount_recalculated"):
            by_buyer = part.effect == "deducted"
            found[part.payee if by_buyer else part.payer] += part.amount_minor if by_buyer else -part.amount_minor
        return Counter({funder: minor for funder, minor in found.items() if minor})

    def price_of_kept(self) -> int:
        """What the units that have not gone back cost: with those discounts alone that they come to themselves."""
        gone = Counter[str]()
        for hold in self.holds():
            gone[hold.line_id] += hold.units
        kept = [(line, gone[line.line_id]) for line in self.lines]
        paid = sum(line.paid_minor - line.paid_minor * back // line.quantity for line, back in kept)
        shares = [
            sum(_kept(line.discounts[at]["amount_minor"], line.quantity, back) for line, back in kept if line.discounts)
            for at in range(len(self.thresholds))
        ]
        value = sum(
            _kept(line.paid_minor + sum(each["amount_minor"] for each in line.discounts or ()), line.quantity, back)
            for line, back in kept
        )
        pairs = zip(self.thresholds, shares, strict=True)
        return paid + sum(share for threshold, share in pairs if value < threshold)


def _kept(whole: int, units: int, back: int) -> int:
    return whole - whole * back // units


def examine(sold: Sequence[Sold], parts: Sequence[float], steps: Sequence[tuple[int, int]]) -> None:
    """After every return the buyer has paid what is kept costs; never more than once got back is asked for again."""
    book = DiscountBook(sold, parts)
    total, most = 0, 0
    for number, units in [*steps, *((number, 9) for number in range(1, len(sold) + 1))]:
        total += book.back(number, units)
        most = max(most, book.paid - book.price_of_kept())
        assert total == most
    assert total == book.paid
    assert book.taken() == Counter()


def in_order(
    sold: Sequence[Sold], parts: Sequence[float], steps: Sequence[tuple[int, int]]
) -> tuple[list[int], int, int]:
    """What each of these returns gives back, what was paid less what is kept costs, and how much is taken of discounts in the end."""
    book = DiscountBook(sold, parts)
    return [book.back(*step) for step in steps], book.paid - book.price_of_kept(), sum(book.taken().values())


@given(SOLD, THRESHOLDS, STEPS)
def test_the_buyer_has_paid_what_is_kept_costs(
    sold: list[Sold], parts: list[float], steps: list[tuple[int, int]]
) -> None:
    examine(sold, parts, steps)


@given(SOLD, THRESHOLDS, STEPS, st.randoms(use_true_random=False))
def test_the_order_of_partial_returns_does_not_change_the_total(
    sold: list[Sold], parts: list[float], steps: list[tuple[int, int]], draw: random.Random
) -> None:
    """As long as no refund would have to be below zero: what was paid before is not asked for again."""
    whole = [step for step in steps if step[0] <= len(sold)]
    for order in (whole, draw.sample(whole, len(whole))):
        refunds, due, _ = in_order(sold, parts, order)
        assert sum(refunds) == due or (sum(refunds) > due and 0 in refunds)


@given(SOLD, THRESHOLDS, STEPS, st.lists(st.sampled_from([Reason.CHANGED_MIND, Reason.QUALITY_DEFECT]), min_size=9))
def test_nothing_is_taken_from_a_return_for_which_the_buyer_is_not_liable(
    sold: list[Sold], parts: list[float], steps: list[tuple[int, int]], reasons: list[Reason]
) -> None:
    book = DiscountBook(sold, parts)
    for (number, units), reason in zip(steps, reasons, strict=False):
        before = sum(book.taken().values())
        book.back(number, units, reason)
        assert reason is Reason.CHANGED_MIND or sum(book.taken().values()) <= before
    for number in range(1, len(sold) + 1):
        book.back(number, 9)
    assert sum(refund.total_minor for refund in book.refunds.values()) == book.paid


@given(SOLD, THRESHOLDS, STEPS)
def test_a_merchant_that_keeps_discounts_takes_nothing(
    sold: list[Sold], parts: list[float], steps: list[tuple[int, int]]
) -> None:
    book = DiscountBook(sold, parts, on_return="keep")
    for number, units in steps:
        book.back(number, units)
    assert book.taken() == Counter()


@given(SOLD, THRESHOLDS, STEPS, st.lists(st.sampled_from(["keep", "recalculate"]), min_size=9))
def test_a_full_return_gives_all_back_whatever_was_set_meanwhile(
    sold: list[Sold], parts: list[float], steps: list[tuple[int, int]], set_to: list[str]
) -> None:
    book = DiscountBook(sold, parts)
    for (number, units), on_return in zip(steps, set_to, strict=False):
        book.set(on_return)
        book.back(number, units)
    book.set(set_to[-1])
    for number in range(1, len(sold) + 1):
        book.back(number, 9)
    assert sum(refund.total_minor for refund in book.refunds.values()) == book.paid
    assert book.taken() == Counter()


def test_three_hundred_less_fifty() -> None:
    """Two articles of 200.00 with 50.00 off from 300.00: each costs 175.00."""
    book = DiscountBook([(17500, 1, [2500]), (17500, 1, [2500])], [0.75])
    assert book.thresholds == [30000]
    assert book.back(1, 1) == 17500 - 2500
    assert book.taken() == {"merchant": 2500}
    assert book.back(2, 1) == 17500 + 2500


def test_what_comes_to_the_threshold_exactly_earns_the_discount() -> None:
    book = DiscountBook([(10000, 2, [2000])], [0.5])
    assert (book.thresholds, book.back(1, 1), book.taken()) == ([6000], 5000, {})


def test_what_an_earlier_refund_was_too_small_for_is_taken_from_the_next_one_of_the_buyer_alone() -> None:
    lines = [(100, 1, [0]), (1000, 1, [500]), (1000, 1, [500]), (1000, 1, [500])]
    book = DiscountBook(lines, [1.0])
    assert (book.back(1, 1), book.taken()) == (0, {"merchant": 100})
    assert (book.back(2, 1, Reason.QUALITY_DEFECT), book.taken()) == (1000, {"merchant": 100})
    assert (book.back(3, 1), book.taken()) == (600, {"merchant": 500})


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(SOLD, THRESHOLDS, STEPS)
def test_a_hundred_thousand_orders_with_discounts(
    sold: list[Sold], parts: list[float], steps: list[tuple[int, int]]
) -> None:
    examine(sold, parts, steps)
