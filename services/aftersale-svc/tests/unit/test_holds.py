"""Freight that is owed comes back however many cases it takes, once; and units that left end the stage before shipment."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest
from aftersale_svc.domain.cases.codes import CaseType, Liable, Reason, RejectReason
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.reapplications import MOST_REAPPLICATIONS, ReappliedTooOften
from aftersale_svc.domain.disputes.errors import AmountExceedsPaid
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.orders.model import OrderState, Stage
from order_book import OrderBook

PRE_SHIP_ORDER = [(3 * 550, 3), (2 * 550 - 275, 2)]


@pytest.mark.parametrize("first", [0, 1])
def test_two_cases_before_shipment_bring_the_freight_back_in_either_order(first: int) -> None:
    book = OrderBook(PRE_SHIP_ORDER, fee=50)
    cases = [book.ask({1: 3}, Reason.CHANGED_MIND), book.ask({2: 2}, Reason.CHANGED_MIND)]
    assert [book.cases[each].shipping_refund_minor for each in cases] == [0, 50]
    amounts = [book.refund(cases[place]) for place in (first, 1 - first)]
    assert sum(amounts) == 2525
    assert book.cases[cases[1 - first]].shipping_refund_minor == 50


@pytest.mark.parametrize(
    ("state", "reason", "total"),
    [
        (OrderState.DELIVERED, Reason.QUALITY_DEFECT, 2700),
        (OrderState.SHIPPED, Reason.QUALITY_DEFECT, 2700),
        (OrderState.PAID, Reason.CHANGED_MIND, 2700),
        (OrderState.DELIVERED, Reason.CHANGED_MIND, 2000),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_each_unit_in_a_case_of_its_own(state: OrderState, reason: Reason, total: int, together: bool) -> None:
    book = OrderBook([(2000, 2)], 700, state)
    if together:
        cases = [book.ask({1: 1}, reason), book.ask({1: 1}, reason)]
        assert sum(book.refund(each) for each in reversed(cases)) == total
    else:
        amounts = []
        for _ in range(2):
            case = book.ask({1: 1}, reason)
            amounts.append(book.refund(case))
            book.move(case, CaseState.COMPLETED)
        assert sum(amounts) == total


def test_one_case_with_the_whole_order_expects_the_freight_when_it_is_opened() -> None:
    book = OrderBook([(2000, 2)], 700)
    case = book.ask({1: 2}, Reason.CHANGED_MIND)
    assert book.cases[case].shipping_refund_minor == 700
    assert book.refund(case) == 2700


def test_a_verdict_may_award_what_the_rejected_case_promised() -> None:
    book = OrderBook([(2000, 2)], 700, OrderState.DELIVERED)
    case = book.ask({1: 2})
    book.move(case, CaseState.DISPUTED)
    assert book.most(case) == 2700
    with pytest.raises(AmountExceedsPaid) as refused:
        book.award(case, 2701)
    assert refused.value.facts["left"] == 2700
    book.award(case, 2700)
    book.move(case, CaseState.COMPLETED)
    assert (book.cases[case].shipping_refund_minor, book.back_by_line()) == (700, {"line_1": 2000})


@pytest.mark.parametrize(
    ("liable", "most"),
    [
        (Liable.SELLER, 2700),
        (Liable.COURIER, 2700),
        (Liable.PLATFORM, 2700),
        (Liable.BUYER, 2000),
        (Liable.NOBODY, 2000),
    ],
)
def test_whom_a_verdict_finds_liable_decides_where_the_reason_does_not(liable: Liable, most: int) -> None:
    book = OrderBook([(2000, 2)], 700, OrderState.DELIVERED)
    case = book.ask({1: 2}, Reason.CHANGED_MIND)
    book.move(case, CaseState.DISPUTED)
    assert book.most(case, liable) == most


def test_a_verdict_on_the_last_unit_completes_the_freight_of_the_order() -> None:
    book = OrderBook([(2000, 2)], 700, OrderState.DELIVERED)
    first, second = book.ask({1: 1}), book.ask({1: 1})
    book.move(second, CaseState.DISPUTED)
    assert book.most(second) == 1000
    book.refund(first)
    assert book.most(second) == 1700


def test_units_that_an_inspection_did_not_accept_do_not_go_back() -> None:
    book = OrderBook([(2000, 2)], 700, OrderState.DELIVERED)
    case = book.ask({1: 2})
    assert book.inspect(case, [1]) == 1000
    book.move(case, CaseState.COMPLETED)
    rest = book.ask({1: 1})
    assert book.refund(rest) == 1700


def test_a_verdict_is_about_all_units_whatever_was_accepted_before() -> None:
    book = OrderBook([(2000, 2)], 700, OrderState.DELIVERED)
    case = book.ask({1: 2})
    book.inspect(case, [1])
    book.move(case, CaseState.DISPUTED)  # its refund had failed
    assert book.most(case) == 2700
    book.award(case, 2000)
    book.move(case, CaseState.COMPLETED)
    [balance] = balances(book.holds())
    assert (balance.free_units, balance.held_minor) == (0, 2000)


@pytest.mark.parametrize(
    "end", [CaseState.REJECTED, CaseState.CLOSED, CaseState.CANCELLED, CaseState.MANUAL_REVIEW, CaseState.DISPUTED]
)
def test_a_case_that_does_not_refund_does_not_count(end: CaseState) -> None:
    book = OrderBook([(2000, 2)], 700)
    first, second = book.ask({1: 1}), book.ask({1: 1})
    book.refund(first)
    book.move(first, end)  # such as after its refund has failed
    assert book.refund(second) == 1000


def test_a_failed_refund_is_tried_again_with_the_freight_of_that_moment() -> None:
    book = OrderBook([(2000, 2)], 700)
    first, second = book.ask({1: 1}), book.ask({1: 1})
    assert book.refund(first) == 1000
    book.move(first, CaseState.MANUAL_REVIEW)
    assert book.refund(second) == 1000
    assert book.refund(first) == 1700


def test_the_freight_goes_back_once_whatever_fails_in_between() -> None:
    book = OrderBook([(2000, 2)], 700)
    first, second = book.ask({1: 1}), book.ask({1: 1})
    book.refund(first)
    assert book.refund(second) == 1700
    book.move(first, CaseState.MANUAL_REVIEW)
    assert book.refund(first) == 1000


def test_a_case_of_the_buyers_choice_keeps_the_freight_with_the_seller() -> None:
    book = OrderBook([(2000, 2)], 700, OrderState.DELIVERED)
    first, second = book.ask({1: 1}, Reason.CHANGED_MIND), book.ask({1: 1})
    assert book.refund(first) + book.refund(second) == 2000


def test_a_gift_has_to_go_back_too() -> None:
    book = OrderBook([(2000, 2), (0, 1)], 700, OrderState.DELIVERED)
    first, gift = book.ask({1: 2}), book.ask({2: 1})
    assert (book.refund(first), book.refund(gift)) == (2000, 700)


# What is held, and how often it was refused


def test_a_line_is_asked_for_five_times_after_a_rejection_however_it_ended() -> None:
    book = OrderBook([(2000, 2)], 700, OrderState.DELIVERED)
    for _ in range(1 + MOST_REAPPLICATIONS):
        case = book.ask({1: 1})
        book.move(case, CaseState.CLOSED, reject_reason=RejectReason.NO_DEFECT_FOUND)
    with pytest.raises(ReappliedTooOften):
        book.ask({1: 1})


def test_a_closing_without_a_rejection_is_none() -> None:
    book = OrderBook([(2000, 2)], 700, OrderState.DELIVERED)
    for _ in range(MOST_REAPPLICATIONS + 2):
        book.move(book.ask({1: 1}), CaseState.CLOSED)


# Units that leave


def stages(book: OrderBook, cases: Sequence[str]) -> list[Stage]:
    return [book.cases[each].stage for each in cases]


def test_a_case_before_shipment_is_restaged_when_its_unit_leaves() -> None:
    book = OrderBook([(3000, 3)], 0)
    case = book.ask({1: 1})
    assert book.ship(1, 2) == []
    assert book.ship(1, 1) == [case]
    assert book.ship(1, 0) == [], "once"
    assert stages(book, [case]) == [Stage.IN_TRANSIT]


def test_returns_lose_first_and_then_the_newest() -> None:
    book = OrderBook([(5000, 5)], 0)
    returned = book.ask({1: 1})
    book.cases[returned] = replace(
        book.cases[returned], type=CaseType.RETURN_REFUND
    )  # as earlier builds have opened it
    older, newer = book.ask({1: 1}), book.ask({1: 1})
    assert [book.ship(1, units) for units in (2, 1, 1, 1)] == [[], [returned], [newer], [older]]


def test_a_rejected_case_loses_before_one_that_is_open() -> None:
    book = OrderBook([(2000, 2)], 0)
    rejected, newer = book.ask({1: 1}), book.ask({1: 1})
    book.move(rejected, CaseState.REJECTED, reject_reason=RejectReason.NO_DEFECT_FOUND)
    assert [book.ship(1, 1), book.ship(1, 1)] == [[rejected], [newer]]


@pytest.mark.parametrize("state", [CaseState.COMPLETED, CaseState.REFUNDING])
def test_units_that_were_refunded_before_shipment_stay_where_they_are(state: CaseState) -> None:
    book = OrderBook([(3000, 3)], 0)
    kept, case = book.ask({1: 1}), book.ask({1: 1})
    book.refund(kept)
    book.move(kept, state)
    assert book.ship(1, 2) == [case]
    assert stages(book, [kept]) == [Stage.PRE_SHIP]


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.CANCELLED])
def test_what_has_ended_holds_nothing_back(state: CaseState) -> None:
    book = OrderBook([(2000, 2)], 0)
    book.move(book.ask({1: 1}), state)
    assert book.ship(1, 2) == []


def test_a_frozen_case_is_restaged_like_any_other() -> None:
    book = OrderBook([(2000, 2)], 0)
    case = book.ask({1: 1})
    book.move(case, CaseState.DISPUTED)
    assert book.ship(1, 2) == [case]


def test_the_freight_follows_the_stage() -> None:
    book = OrderBook([(2000, 2)], 700)
    case = book.ask({1: 2}, Reason.CHANGED_MIND)
    book.ship(1, 2)
    assert book.refund(case) == 2000


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_three_cases_in_every_order_of_decision(order: tuple[int, ...]) -> None:
    book = OrderBook([(1000, 3), (333, 2), (0, 1)], 99, OrderState.DELIVERED)
    cases = [book.ask({1: 2, 2: 1}), book.ask({1: 1}), book.ask({2: 1, 3: 1})]
    assert sum(book.refund(cases[place]) for place in order) == book.paid
    for case in cases:
        book.move(case, CaseState.COMPLETED)
    assert book.back_by_line() == {"line_1": 1000, "line_2": 333, "line_3": 0}
