"""Money that goes back for goods that stay: never more than is left, and later returns share exactly the rest."""

import pytest
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.price_grants.errors import AdjustmentExceedsLeft
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.orders.model import OrderState
from hypothesis import given
from hypothesis import strategies as st
from order_book import OrderBook

ADJUST = CaseType.PRICE_ADJUST


def book(paid: int = 300, units: int = 3, fee: int = 0) -> OrderBook:
    return OrderBook([(paid, units)], fee, OrderState.DELIVERED)


def adjusted(made: OrderBook, units: int, difference: int) -> int:
    case = made.ask({1: units}, Reason.PRICE_DROPPED, ADJUST, difference)
    paid = made.refund(case)
    made.move(case, CaseState.COMPLETED)
    return paid


def returned(made: OrderBook, units: int) -> int:
    case = made.ask({1: units})
    paid = made.refund(case)
    made.move(case, CaseState.COMPLETED)
    return paid


def test_every_unit_is_worth_as_much_less() -> None:
    made = book()
    assert adjusted(made, 3, 20) == 60
    assert [returned(made, 1) for _ in range(3)] == [80, 80, 80]


def test_an_adjustment_of_what_is_left_after_a_return() -> None:
    made = book()
    assert (returned(made, 1), adjusted(made, 2, 20)) == (100, 40)
    assert [returned(made, 1), returned(made, 1)] == [80, 80]


def test_an_inspection_that_cuts_a_return_cuts_what_is_left() -> None:
    made = book()
    adjusted(made, 3, 20)
    case = made.ask({1: 2})
    assert made.inspect(case, [1]) == 80
    made.move(case, CaseState.COMPLETED)
    assert returned(made, 2) == 160


def test_a_return_that_is_opened_before_the_decision_keeps_its_share() -> None:
    made = book()
    asked = made.ask({1: 3}, Reason.PRICE_DROPPED, ADJUST, 20)
    back = made.ask({1: 3})
    assert made.refund(asked) == 0, "the return has all of the money"
    assert made.refund(back) == 300


def test_an_adjustment_that_was_not_granted_takes_nothing() -> None:
    made = book()
    made.move(made.ask({1: 3}, Reason.PRICE_DROPPED, ADJUST, 20), CaseState.CLOSED)
    assert returned(made, 3) == 300


def test_more_than_is_left_is_refused() -> None:
    made = book()
    returned(made, 1)
    with pytest.raises(AdjustmentExceedsLeft) as refused:
        made.ask({1: 2}, Reason.PRICE_DROPPED, ADJUST, 101)
    assert refused.value.facts == {"left_minor": 200, "currency": None}
    assert adjusted(made, 2, 100) == 200


def test_an_adjustment_takes_no_part_in_the_freight() -> None:
    made = book(fee=800)
    assert adjusted(made, 3, 20) == 60
    assert returned(made, 3) == 240 + 800, "the buyer's choice of the adjustment does not keep it back"


@given(
    st.integers(1, 10_000),
    st.integers(1, 6),
    st.lists(st.tuples(st.booleans(), st.integers(1, 6), st.integers(1, 3_000)), max_size=8),
)
def test_whatever_the_order_of_events_a_full_return_gives_back_exactly_the_rest(
    paid: int, units: int, events: list[tuple[bool, int, int]]
) -> None:
    made, back = book(paid, units), 0
    for is_return, wanted, difference in events:
        free = balances(made.holds())[0].free_units
        if not free:
            break
        if is_return:
            back += returned(made, min(wanted, free))
        else:
            try:
                back += adjusted(made, min(wanted, free), difference)
            except AdjustmentExceedsLeft:
                assert balances(made.holds())[0].left_minor < min(wanted, free) * difference
        assert back <= paid
    if free := balances(made.holds())[0].free_units:
        back += returned(made, free)
    assert back == paid


def test_what_an_adjustment_lets_go_of_is_shared_among_the_cases_that_it_made_smaller() -> None:
    made = book(28700)
    whole = made.ask({1: 1})
    case = made.ask({1: 2}, Reason.PRICE_DROPPED, ADJUST, 450)
    assert made.refund(case) == 900
    short = [made.ask({1: 1}), made.ask({1: 1})]
    before = [made.of_case[each][0].amount_minor for each in (whole, *short)]
    made.give_up(case)
    after = [made.of_case[each][0].amount_minor for each in (whole, *short)]
    assert (before, after) == ([9566, 9117, 9117], [9566, 9567, 9567])


STEPS = st.lists(
    st.tuples(st.sampled_from(["return", "adjust", "pay", "fail", "cancel"]), st.integers(1, 6), st.integers(1, 3_000)),
    max_size=14,
)


@given(st.integers(1, 10_000), st.integers(1, 6), STEPS)
def test_whatever_fails_a_full_return_gives_back_all_that_was_not_paid_before(
    paid: int, units: int, events: list[tuple[str, int, int]]
) -> None:
    """Returns are opened while adjustments are on their way, which then are paid, or fail and are given up."""
    made, back = book(paid, units), 0
    returns: list[str] = []
    adjustments: list[str] = []
    for kind, number, difference in events:
        free = balances(made.holds())[0].free_units
        if kind == "return" and free:
            returns.append(made.ask({1: min(number, free)}))
        elif kind == "adjust" and free:
            try:
                adjustments.append(made.ask({1: min(number, free)}, Reason.PRICE_DROPPED, ADJUST, difference))
            except AdjustmentExceedsLeft:
                continue
            made.refund(adjustments[-1])
        elif kind == "pay" and adjustments:
            case = adjustments.pop(number % len(adjustments))
            made.move(case, CaseState.COMPLETED)
            back += made.refunded(case)
        elif kind == "fail" and adjustments:
            made.give_up(adjustments.pop(number % len(adjustments)))
        elif kind == "cancel" and returns:
            made.move(returns.pop(number % len(returns)), CaseState.CANCELLED)
        [balance] = balances(made.holds())
        assert 0 <= balance.held_minor <= paid
    for case in adjustments:
        made.give_up(case)
    for case in returns:
        back += made.refund(case)
        made.move(case, CaseState.COMPLETED)
    if free := balances(made.holds())[0].free_units:
        back += returned(made, free)
    assert back == paid
