"""What a snapshot of a case keeps of goods that are sent to the buyer, and of their price."""

from typing import Any

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.money.codes import HoldAction
from aftersale_svc.tables import exchanges, holds, legs

SINGLE = {
    legs.REPLACEMENTS: "replacement",
    exchanges.REPLACEMENT_LINES: "price",
    exchanges.CHARGES: "charge",
    exchanges.REFUSED_GOODS: "refused_goods",
    holds.HOLDS: "hold",
}
"""The fields of a snapshot that keep one row of a table."""
HOLD_ACTIONS = {
    holds.SETTLE_HOLDS: HoldAction.SETTLE,
    holds.RELEASE_HOLDS: HoldAction.RELEASE,
    holds.HOLD_AGAIN: HoldAction.HOLD_AGAIN,
}


def progress(snapshot: Any) -> tuple[object, ...]:  # of memory_transaction, which imports this module
    """What decides about goods that are sent: not when, but that they were. A new one takes the place of one that was late or wrong."""
    sent, charge, difference = snapshot.replacement, snapshot.charge, snapshot.case.difference_minor
    times = sent and (sent.scanned_at, sent.delivered_at, sent.refund_offered_at)
    owed = charge and (charge.amount_minor > 0, charge.agreed_at is not None, charge.paid_at is not None)
    way = tuple(time is not None for time in times) if times else None
    return way, owed, difference is not None and difference < 0


def review_of(case: Case) -> tuple[object, ...]:
    """Which review a case goes back to, and what waits for a second agent."""
    return case.offered_in, case.asked_in, case.proposed_action
