"""The exact part of units that are cancelled: of what is paid, of the tax in it and of what the discount was made of."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain import line_cancellations
from order_svc.domain.fulfilment import Pick
from order_svc.domain.line_cancellations import CancelledUnits
from order_svc.domain.model import OrderLine


@st.composite
def lines(draw: st.DrawFn) -> OrderLine:
    quantity, price = draw(st.integers(1, 12)), draw(st.integers(0, 10_000))
    discounts = draw(st.lists(st.integers(0, quantity * price // 3), max_size=3))
    paid = quantity * price - sum(discounts)
    kinds = ("coupon", "points", "promotion")
    parts = [{"kind": kind, "funder": "platform", "amount_minor": m} for kind, m in zip(kinds, discounts, strict=False)]
    return OrderLine(
        id="line_1",
        order_id="ord_1",
        position=1,
        sku="KETTLE-1",
        title="Kettle",
        category=None,
        quantity=quantity,
        unit_price_minor=price,
        discount_minor=sum(discounts),
        paid_minor=paid,
        tax_minor=draw(st.none() | st.integers(0, paid)),
        discounts=draw(st.sampled_from([None, parts])) if discounts else None,
    )


def steps(draw: st.DrawFn, quantity: int) -> list[int]:
    cuts = sorted(draw(st.sets(st.integers(1, quantity))) | {quantity})
    return [end - start for start, end in pairwise([0, *cuts])]


@st.composite
def cancelled_in_steps(draw: st.DrawFn) -> tuple[OrderLine, list[int]]:
    line = draw(lines())
    return line, steps(draw, line.quantity)


def sums(gone: list[CancelledUnits]) -> tuple[int, int, int]:
    discounts = sum(each["amount_minor"] for cancelled in gone for each in cancelled.discounts)
    return sum(each.amount_minor for each in gone), sum(each.tax_minor or 0 for each in gone), discounts


@given(cancelled_in_steps())
def test_repeated_cancellations_of_a_paid_line_add_up_to_what_was_paid(drawn: tuple[OrderLine, list[int]]) -> None:
    line, gone = drawn[0], []
    for units in drawn[1]:
        gone.append(line_cancellations.after_payment(line, units, line.cancelled_quantity, line.cancelled_quantity))
        line = gone[-1].line
        assert line.cancelled_minor <= line.paid_minor
        assert 0 <= (gone[-1].tax_minor or 0) <= gone[-1].amount_minor + 1
    stated = line.discount_minor if line.discounts is not None else 0
    assert sums(gone) == (line.paid_minor, line.tax_minor or 0, stated)
    assert (line.cancelled_quantity, line.withdrawn_quantity) == (line.quantity, line.quantity)


@given(cancelled_in_steps(), st.data())
def test_units_of_an_imported_line_are_no_more_than_its_refund_has_left(
    drawn: tuple[OrderLine, list[int]], data: st.DataObject
) -> None:
    line, units = drawn
    refunded = data.draw(st.integers(0, line.paid_minor))
    of_units = data.draw(st.integers(0, line.quantity - 1))
    line = replace(line, refunded_minor=refunded, refunded_quantity=of_units, shipped_quantity=of_units)
    while left := line.quantity - line.cancelled_quantity - of_units:
        taken = line.cancelled_quantity + of_units
        line = line_cancellations.after_payment(line, min(left, units[0]), taken, taken).line
        assert line.cancelled_minor + refunded <= line.paid_minor
    if not of_units:
        assert line.cancelled_minor + refunded == line.paid_minor


@given(cancelled_in_steps())
def test_a_line_that_is_not_paid_shrinks_to_nothing_and_its_amounts_always_add_up(
    drawn: tuple[OrderLine, list[int]],
) -> None:
    first, gone = drawn[0], []
    line: OrderLine | None = first
    for units in drawn[1]:
        gone.append(line_cancellations.before_payment(line, units))
        line = gone[-1].line
        if line is not None:
            assert line.paid_minor == line.unit_price_minor * line.quantity - line.discount_minor
            assert line.discount_minor >= 0
            assert (line.tax_minor or 0) <= line.paid_minor
            if line.discounts is not None:
                assert sum(each["amount_minor"] for each in line.discounts) == line.discount_minor
    assert line is None
    assert sums(gone)[:2] == (first.paid_minor, first.tax_minor or 0)


@given(st.integers(0, 10**13), st.integers(1, 50), st.data())
def test_units_of_cases_between_cancellations_do_not_cost_a_minor_unit(
    paid: int, quantity: int, data: st.DataObject
) -> None:
    taken, total = 0, 0
    while taken < quantity:
        units = data.draw(st.integers(1, quantity - taken))
        total += line_cancellations.share(paid, quantity, taken, units)
        taken += units
    assert total == paid


def test_a_gift_goes_with_the_last_unit_of_the_line_that_it_came_with() -> None:
    kettle = line("kettle", 2)
    cup = line("cup", 2, gift_of="kettle")
    assert line_cancellations.with_gifts([kettle, cup], [Pick("kettle", 1)]) == [Pick("kettle", 1)]
    assert line_cancellations.with_gifts([kettle, cup], [Pick("kettle", 2)]) == [Pick("kettle", 2), Pick("cup", 2)]
    assert line_cancellations.is_everything([kettle, cup], [Pick("kettle", 2), Pick("cup", 2)])
    assert not line_cancellations.is_everything([kettle, cup], [Pick("kettle", 2)])


def line(line_id: str, quantity: int, **other: str) -> OrderLine:
    price = {"unit_price_minor": 100, "discount_minor": 0, "paid_minor": 100 * quantity}
    where = {"id": line_id, "order_id": "ord_1", "position": 1, "sku": "K", "title": "K", "category": None}
    return OrderLine(**where, quantity=quantity, **price, **other)  # type: ignore[arg-type]


@given(st.integers(0, 10**13), st.integers(1, 50), st.data())
def test_units_that_a_case_has_paid_for_get_nothing_more(whole: int, quantity: int, data: st.DataObject) -> None:
    """A case has given all of some units back without keeping them from leaving; then every unit is cancelled, in steps."""
    paid = data.draw(st.integers(0, quantity))
    total, left = whole * paid // quantity, quantity
    while left:
        units = data.draw(st.integers(1, left))
        total += line_cancellations.share(whole, quantity, paid, units, paid)
        left, paid = left - units, paid + units
    assert total == whole
