"""Cases that end with a part of their money: units that were refused, fees that were deducted, refunds that have failed in part.

The tax of a line is in what goes and in what stays by the rule of R4 (docs/money.md): together they are the tax that the order states.
"""

from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.money.fees import ReturnFees
from aftersale_svc.domain.money.holds import balances
from hypothesis import given
from hypothesis import strategies as st
from stated_book import SOLD, UNITS, StatedBook, asked

RETURNED, CHANGED_MIND = CaseType.RETURN_REFUND, Reason.CHANGED_MIND
PARTLY = st.tuples(UNITS, st.lists(st.integers(0, 4), min_size=3, max_size=3), st.integers(0, 4), st.booleans())
"""What a case is about, how many units of each line are refused, how many quarters of the refund are back when it fails, and whether an agent
closes the case then."""


def ends(book: StatedBook, case_id: str, refused: list[int], quarters: int, closes: bool) -> None:
    """The goods of the case are inspected, and a part of what is due for them goes back."""
    lines = book.of_case[case_id]
    accepted = [max(0, line.quantity - units) for line, units in zip(lines, refused, strict=False)]
    book.inspect(case_id, accepted)
    if book.rest(case_id):
        book.fail(case_id, book.quarters(case_id, quarters))
        book.check()
        if closes:
            book.move(case_id, CaseState.CLOSED)
            return
        book.refund(case_id)
    book.pay(case_id)


def what_stays(book: StatedBook, line_id: str) -> tuple[int, int]:
    """The money of a line that no case has been given, and the tax in it, in minor units."""
    [line] = [each for each in book.lines if each.line_id == line_id]
    sums = book.sums()
    goods, tax = sums[line_id, "goods"], sums[line_id, "tax"]
    return line.paid_minor - goods - tax, line.tax_minor - tax


@given(SOLD, st.integers(0, 3000), st.integers(0, 10**6), st.lists(PARTLY, max_size=5))
def test_the_tax_that_goes_and_the_tax_that_stays_are_the_tax_of_the_line(
    sold: list[tuple[int, int, float, list[int]]],
    points: int,
    freight: int,
    closings: list[tuple[dict[int, int], list[int], int, bool]],
) -> None:
    book = StatedBook(sold, 800, ReturnFees(return_freight_minor=freight, restocking_basis_points=points))
    for units, refused, quarters, closes in closings:
        case_id = asked(book, units, CHANGED_MIND, RETURNED)
        if case_id is not None:
            ends(book, case_id, refused, quarters, closes)
            book.check()
            for line in book.lines:
                money, tax = what_stays(book, line.line_id)
                assert 0 <= tax <= money, "the tax fits into the money that it is a part of"
    while rest := {n: 1 for n, each in enumerate(balances(book.holds()), 1) if each.free_units}:
        case_id = book.ask(rest, CHANGED_MIND, RETURNED)
        ends(book, case_id, [0, 0, 0], 0, closes=False)
        book.check()
    assert [what_stays(book, line.line_id) for line in book.lines] == [(0, 0) for _ in book.lines]


def test_what_is_back_of_a_case_that_is_closed_has_its_part_of_the_tax() -> None:
    book = StatedBook([(10000, 2, 0.13, [])], 0)
    case_id = book.ask({1: 2})
    book.refund(case_id)
    book.fail(case_id, 4001)
    book.move(case_id, CaseState.CLOSED)
    assert (book.sums()["line_1", "goods"], book.sums()["line_1", "tax"]) == (4001 - 520, 520)
    later = book.ask({1: 2})
    assert book.refund(later) == 5999
    tax = [part.amount_minor for part in book.parts[later] if part.kind == "tax"]
    assert tax == [1300 - 520], "the rest of the tax goes with the rest of the money"


def test_units_of_which_all_is_back_count_for_the_freight() -> None:
    book = StatedBook([(10000, 1, 0.0, []), (3000, 1, 0.0, []), (500, 1, 0.0, [])], 800)
    case_id = book.ask({1: 1, 2: 1})
    assert book.refund(case_id) == 13000
    book.fail(case_id, 12999)
    book.move(case_id, CaseState.CLOSED)
    assert [balance.free_units for balance in balances(book.holds())] == [1, 0, 1]
    assert book.refund(book.ask({1: 1, 3: 1})) == 1 + 500 + 800
