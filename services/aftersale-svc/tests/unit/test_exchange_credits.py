"""What an exchange for cheaper goods gives back: money, and none of the units, which can be returned later with all that belongs to them."""

from collections.abc import Sequence

from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.model import CaseState, RefundAmount
from aftersale_svc.domain.money.holds import credit_holds
from aftersale_svc.domain.money.parts import parts_of
from hypothesis import given
from hypothesis import strategies as st
from stated_book import SOLD, StatedBook, free

Exchanged = tuple[int, int, int]  # line, units, what goes back


class ExchangingBook(StatedBook):
    """An order of which units are exchanged before they are returned."""

    def exchange(self, number: int, units: int, credit: int) -> None:
        case_id = self.ask({number: units}, type_=CaseType.EXCHANGE)
        lines = self.of_case[case_id]
        amount = RefundAmount(min(credit, sum(line.refund_minor for line in lines)), 0)
        case = self.cases[case_id]
        self.parts[case_id] = parts_of("ref", case, lines, amount, self.given(case_id), self.fees, of_exchange=True)
        self.refunds[case_id] = amount
        self.move(case_id, CaseState.COMPLETED, difference_minor=-amount.units_minor)
        self.held[case_id] = credit_holds(lines, amount)


def examine(sold: list[tuple[int, int, float, list[int]]], exchanged: Sequence[Exchanged]) -> None:
    book = ExchangingBook(sold, 0)
    for number, units, credit in exchanged:
        try:
            book.exchange(min(number, len(book.lines)), units, credit)
        except Refusal:
            continue
        book.check()
    while rest := {number: 1 for number, line in enumerate(book.lines, 1) if free(book, line.line_id)}:
        case_id = book.ask(rest)
        book.refund(case_id)
        book.move(case_id, CaseState.COMPLETED)
        book.check()
    book.check_all_is_back()


@given(SOLD, st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 10**13)), max_size=4))
def test_what_belongs_to_exchanged_units_goes_back_once_with_their_return(
    sold: list[tuple[int, int, float, list[int]]], exchanged: list[Exchanged]
) -> None:
    examine(sold, exchanged)


def test_a_credit_is_money_without_units_and_their_discounts() -> None:
    book = ExchangingBook([(10_000, 1, 0.13, [300, 200])], 0)
    book.exchange(1, 1, 1000)
    assert [(part.kind, part.units, part.amount_minor, part.due_minor) for part in book.parts["case_001"]] == [
        ("goods", 0, 870, 870),
        ("tax", 0, 130, 130),
    ]
