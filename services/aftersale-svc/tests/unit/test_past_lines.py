"""What was cancelled of the lines of an order, or refunded before its import: at an earlier time, and for less than its part."""

from datetime import UTC, datetime, timedelta

import pytest
from aftercare_chassis.records import replace
from aftersale_svc.domain.history.order_money import holds_then
from aftersale_svc.domain.money.allocation import next_share
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.money.model import LineHold
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LINE = LineHold(
    line_id="line_1",
    sku="KETTLE-1",
    quantity=6,
    paid_minor=6000,
    shipped_quantity=1,
    refunded_quantity=1,
    cancelled_quantity=3,
    cancelled_minor=4000,
    cancellations=[
        {"at": NOON.isoformat(), "units": 1, "amount_minor": 1000},
        {"at": (NOON + HOUR).isoformat(), "units": 2, "amount_minor": 2000},
    ],
)


@pytest.mark.parametrize(("at", "units"), [(-HOUR, 0), (0 * HOUR, 1), (HOUR, 3), (2 * HOUR, 3)])
def test_what_was_cancelled_later_is_not_known(at: timedelta, units: int) -> None:
    """One unit had left, and was refunded before the import for 1000: that was known all the time."""
    [then] = holds_then([LINE], [], NOON + at)
    assert (then.cancelled_quantity, then.cancelled_minor, then.refunded_quantity) == (units, 1000 * (units + 1), 1)
    [balance] = balances([then])
    assert (balance.free_units, balance.left_minor, balance.unshipped_units) == (
        5 - units,
        5000 - 1000 * units,
        5 - units,
    )


def test_cancellations_that_an_earlier_build_has_copied_count_at_every_time() -> None:
    [then] = holds_then(
        [LineHold(line_id="l", sku="s", quantity=2, paid_minor=2, shipped_quantity=0, cancelled_quantity=1)], [], NOON
    )
    assert then.cancelled_quantity == 1


@given(st.integers(1, 12), st.integers(1, 5000), st.data())
def test_units_refunded_for_less_before_an_import_leave_the_others_their_own_parts(
    quantity: int, each: int, data: st.DataObject
) -> None:
    paid = quantity * each + data.draw(st.integers(0, quantity - 1))
    gone = data.draw(st.integers(1, quantity))
    given_minor, left = data.draw(st.integers(0, gone * each - 1)), data.draw(st.integers(0, gone))
    line = LineHold(
        line_id="l",
        sku="s",
        quantity=quantity,
        paid_minor=paid,
        shipped_quantity=left,
        refunded_quantity=left,
        cancelled_quantity=gone - left,
        cancelled_minor=given_minor,
    )
    [balance] = balances([line])
    for taken in range(gone, quantity):
        part = next_share(balance, 1)
        assert part == paid * (taken + 1) // quantity - paid * taken // quantity
        balance = replace(balance, live_units=balance.live_units + 1, held_minor=balance.held_minor + part)
