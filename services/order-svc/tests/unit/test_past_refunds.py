"""What was refunded of each line: all parts add up to what was refunded, and are no more than was paid."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain.cases import CaseLine
from order_svc.domain.imports import attribution, refunds
from order_svc.domain.imports.refunds import PastLineRefund
from order_svc.domain.model import Amount, OrderLine


@st.composite
def refunded_lines(draw: st.DrawFn) -> tuple[OrderLine, CaseLine]:
    """A line of which some units were cancelled, others refunded before its import, and others by a case."""
    quantity, price = draw(st.integers(1, 9)), draw(st.integers(0, 500))
    discount = draw(st.integers(0, quantity * price))
    paid = quantity * price - discount
    cancelled = draw(st.integers(0, quantity))
    before = draw(st.integers(0, quantity - cancelled))
    of_case = draw(st.integers(0, quantity - cancelled - before))
    cancelled_minor = draw(st.integers(0, paid)) if cancelled else 0
    line_id = f"line_{draw(st.uuids())}"
    line = OrderLine(
        id=line_id,
        order_id="ord_1",
        position=1,
        sku="A",
        title="A",
        category=None,
        quantity=quantity,
        unit_price_minor=price,
        discount_minor=discount,
        paid_minor=paid,
        cancelled_quantity=cancelled,
        cancelled_minor=cancelled_minor,
        refunded_quantity=before,
        refunded_minor=draw(st.integers(0, paid - cancelled_minor)),
    )
    return line, CaseLine(
        case_id="case_1", line_id=line_id, order_id="ord_1", quantity=of_case, refunded_quantity=of_case
    )


@given(st.lists(refunded_lines(), min_size=1, max_size=5), st.integers(0, 900), st.data())
def test_the_parts_are_the_whole(found: list[Any], fee: int, data: st.DataObject) -> None:
    lines = [line for line, _ in found]
    total = data.draw(st.integers(0, fee + sum(line.paid_minor for line in lines)))
    units = attribution.refunded_units(lines, [of_case for _, of_case in found])
    amounts, shipping = attribution.refunded_minor(lines, units, fee, total)
    assert sum(amounts) + shipping == total
    assert 0 <= shipping <= fee
    for line, of_line, refunded in zip(lines, amounts, units, strict=True):
        assert 0 <= of_line <= line.paid_minor
        assert line.cancelled_quantity + line.refunded_quantity <= refunded <= line.quantity


@given(st.integers(0, 20), st.integers(0, 10_000), st.integers(0, 20))
def test_units_in_no_parcel_were_cancelled(units: int, minor: int, unsent: int) -> None:
    part = refunds.parts(PastLineRefund(units, Amount(minor, "CNY")), unsent)
    assert part.cancelled == min(units, unsent)
    assert (part.cancelled + part.returned, part.cancelled_minor + part.returned_minor) == (units, minor)
    assert part.cancelled_minor <= minor
    assert part.cancelled or not part.cancelled_minor
    assert part.returned or not units or part.returned_minor == 0
