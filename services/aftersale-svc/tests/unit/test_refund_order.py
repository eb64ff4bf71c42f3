"""The order in which the units of an order are refunded does not change what goes back in total."""

import random
from collections.abc import Sequence
from contextlib import suppress

import pytest
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.model import CaseState
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from order_book import OrderBook
from test_order_machine import AfterSales

Step = tuple[str, int, int]
"""A refund of units of a line, or a price adjustment of so much per unit: its kind, the line, and how many."""
HISTORIES = 100_000


def lines_of(draw: random.Random) -> list[tuple[int, int]]:
    return [(draw.randrange(0, 100_000), draw.randrange(1, 6)) for _ in range(draw.randrange(1, 4))]


def refunds_of(draw: random.Random, lines: Sequence[tuple[int, int]]) -> list[Step]:
    """Refunds that together take at most the units of each line, and perhaps all of them."""
    found = []
    for number, (_, units) in enumerate(lines, 1):
        left = draw.choice([units, draw.randrange(units + 1)])
        while left:
            some = draw.randrange(1, left + 1)
            found.append(("refund", number, some))
            left -= some
    return found


def taken(lines: Sequence[tuple[int, int]], fee: int, steps: Sequence[Step]) -> OrderBook:
    """The order after these steps, each of them finished before the next one."""
    book = OrderBook(lines, fee)
    for kind, line, number in steps:
        with suppress(Refusal):  # of an adjustment, where nothing is left of the line
            case_id = _decided(book, kind, line, number)
            book.move(case_id, CaseState.COMPLETED)
    return book


def _decided(book: OrderBook, kind: str, line: int, number: int) -> str:
    if kind == "refund":
        case_id = book.ask({line: number})
        book.refund(case_id)
    else:
        case_id = book.ask({line: 1}, type_=CaseType.PRICE_ADJUST, difference=number)
        book.grant(case_id, number)
    return case_id


def examine(seed: int) -> None:
    draw = random.Random(seed)
    lines, fee = lines_of(draw), draw.randrange(1_000)
    steps = refunds_of(draw, lines)
    swapped = draw.sample(steps, len(steps))
    one, other = taken(lines, fee, steps), taken(lines, fee, swapped)
    assert one.back_by_line() == other.back_by_line(), seed
    assert sum(map(one.refunded, one.cases)) == sum(map(other.refunded, other.cases)), seed
    _with_adjustments(draw, lines, fee, steps)


def _with_adjustments(draw: random.Random, lines: Sequence[tuple[int, int]], fee: int, steps: list[Step]) -> None:
    """Whatever was given back for a lower price between them: once all units are refunded, all that was paid is back."""
    rest = [units - sum(n for _, line, n in steps if line == at) for at, (_, units) in enumerate(lines, 1)]
    whole = [*steps, *(("refund", at, units) for at, units in enumerate(rest, 1) if units)]
    lowered = [
        ("adjust", draw.randrange(1, len(lines) + 1), draw.randrange(1, 5_000)) for _ in range(draw.randrange(3))
    ]
    mixed = draw.sample([*whole, *lowered], len(whole) + len(lowered))
    book = taken(lines, fee, mixed)
    assert book.back_by_line() == {f"line_{at}": paid for at, (paid, _) in enumerate(lines, 1)}
    assert sum(map(book.refunded, book.cases)) == book.paid


@pytest.mark.parametrize("part", range(4))
def test_the_order_of_partial_refunds_does_not_change_the_total(part: int) -> None:
    for seed in range(part * 50, part * 50 + 50):
        examine(seed)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_order_of_partial_refunds_in_a_hundred_thousand_histories() -> None:
    for seed in range(HISTORIES):
        examine(seed)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_an_order_and_its_cases_over_a_hundred_thousand_steps() -> None:
    many = settings(max_examples=4_000, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(AfterSales, settings=many)  # type: ignore[no-untyped-call]
