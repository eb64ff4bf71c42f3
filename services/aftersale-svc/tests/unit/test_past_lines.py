"""What was cancelled of the lines of an order at an earlier time."""

from datetime import UTC, datetime, timedelta

import pytest
from aftersale_svc.domain.history.order_money import holds_then
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.money.model import LineHold

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
