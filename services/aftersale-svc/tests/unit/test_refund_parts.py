"""Over random orders and histories: nothing above what was paid, all of it once everything is back, parts that add up."""

from collections.abc import Iterator

import pytest
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.money.fees import ReturnFees
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stated_book import LARGEST, SOLD, UNITS, StatedBook, asked, free

ENDS = st.sampled_from(
    ["refunded", "refunded", "cancelled", "failed", "cut", "stays", "paid in parts", "closed in part"]
)
STEPS = st.lists(st.tuples(UNITS, ENDS, st.integers(0, 4)), max_size=6)


def walk(book: StatedBook, steps: list[tuple[dict[int, int], str, int]]) -> Iterator[str]:
    """Take the steps; the cases that stay open."""
    for units, end, cut in steps:
        case_id = asked(book, units)
        if case_id is None:
            continue
        if end == "stays":
            yield case_id
        elif end == "cancelled":
            book.move(case_id, CaseState.CANCELLED)
        elif end == "cut":
            lines = book.of_case[case_id]
            book.inspect(case_id, [max(0, line.quantity - cut) for line in lines])
            book.move(case_id, CaseState.COMPLETED)
        else:
            book.refund(case_id)
            if end in ("failed", "closed in part", "paid in parts") and book.rest(case_id):
                book.fail(case_id, book.quarters(case_id, cut))
                if end == "failed":
                    yield case_id  # it is tried again, after others were decided
                elif end == "closed in part":
                    book.move(case_id, CaseState.CLOSED)
                else:
                    book.refund(case_id)
                    book.pay(case_id)
            else:
                book.move(case_id, CaseState.COMPLETED)
        book.check()


def examine(
    sold: list[tuple[int, int, float, list[int]]], fee: int, steps: list[tuple[dict[int, int], str, int]]
) -> None:
    book = StatedBook(sold, fee)
    for case_id in list(walk(book, steps)):
        book.refund(case_id)
        book.pay(case_id)
        book.check()
    while rest := {number: 1 for number, line in enumerate(book.lines, 1) if free(book, line.line_id)}:
        case_id = book.ask(rest)
        book.refund(case_id)
        book.move(case_id, CaseState.COMPLETED)
        book.check()
    book.check_all_is_back()


def examine_order(paid: int, parts: list[int], tax: float, reverse: bool) -> None:
    """The same partial refunds, asked for in another order, and decided in that order."""
    totals = []
    for order in (parts, sorted(parts, reverse=reverse)):
        book = StatedBook([(paid, sum(parts) + 1, tax, [paid // 7])], 800)
        opened = [book.ask({1: units}) for units in order]
        for case_id in reversed(opened) if reverse else opened:
            book.refund(case_id)
            book.move(case_id, CaseState.COMPLETED)
        totals.append((sum(refund.total_minor for refund in book.refunds.values()), book.sums()))
    assert totals[0] == totals[1]


@given(SOLD, st.integers(0, 5000), STEPS)
def test_never_above_what_was_paid_and_all_of_it_at_the_end(
    sold: list[tuple[int, int, float, list[int]]], fee: int, steps: list[tuple[dict[int, int], str, int]]
) -> None:
    examine(sold, fee, steps)


@given(
    st.integers(0, LARGEST),
    st.lists(st.integers(1, 5), min_size=1, max_size=5),
    st.sampled_from([0.0, 0.13, 1.0]),
    st.booleans(),
)
def test_the_order_of_partial_refunds_does_not_change_the_total(
    paid: int, parts: list[int], tax: float, reverse: bool
) -> None:
    examine_order(paid, parts, tax, reverse)


@given(SOLD, UNITS, st.integers(0, 10_000), st.integers(0, 10**6), st.sampled_from(Reason))
def test_fees_leave_nothing_below_zero_and_are_waived_where_the_seller_is_liable(
    sold: list[tuple[int, int, float, list[int]]], units: dict[int, int], points: int, freight: int, reason: Reason
) -> None:
    book = StatedBook(sold, 800, ReturnFees(return_freight_minor=freight, restocking_basis_points=points))
    wanted = {number: 1 for number in units if number <= len(book.lines)}
    if not wanted:
        return
    case_id = book.ask(wanted, reason, CaseType.RETURN_REFUND)
    book.refund(case_id)
    book.check()
    deducted = [part for part in book.parts[case_id] if part.effect == "deducted"]
    assert all((part.payer, part.payee) == ("buyer", "merchant") for part in deducted)
    if reason not in (
        Reason.CHANGED_MIND,
        Reason.WRONG_SIZE_OR_MODEL,
        Reason.ORDERED_BY_MISTAKE,
        Reason.PRICE_DROPPED,
        Reason.REFUSED_AT_DOOR,
        Reason.PAID_REPAIR,
    ):
        assert deducted == []


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(SOLD, st.integers(0, 5000), STEPS)
def test_a_hundred_thousand_histories(
    sold: list[tuple[int, int, float, list[int]]], fee: int, steps: list[tuple[dict[int, int], str, int]]
) -> None:
    examine(sold, fee, steps)
