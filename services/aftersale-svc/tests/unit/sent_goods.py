"""What a snapshot of a case keeps of goods that are sent to the buyer, and of their price."""

from typing import Any

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.money.codes import HoldAction
from aftersale_svc.tables.cases import legs, manual_reviews
from aftersale_svc.tables.disputes import dispute_parts
from aftersale_svc.tables.goods import exchanges, pickups, repairs
from aftersale_svc.tables.money import holds, money_holds, offline_refunds

PARTS = (dispute_parts.EVIDENCE_ROUNDS, dispute_parts.PROPOSALS, manual_reviews.PROPOSED_DECISIONS)
"""The tables of which a snapshot keeps any number of rows."""

SINGLE = (
    legs.REPLACEMENTS,
    exchanges.REPLACEMENT_LINES,
    exchanges.CHARGES,
    exchanges.REFUSED_GOODS,
    repairs.REPAIRS,
    pickups.PICKUPS,
    money_holds.MONEY_HOLDS,
    offline_refunds.OFFLINE_REFUNDS,
)
"""The tables of which a snapshot keeps one row."""
HOLD_ACTIONS = {
    holds.SETTLE_HOLDS: HoldAction.SETTLE,
    holds.RELEASE_HOLDS: HoldAction.RELEASE,
    holds.HOLD_AGAIN: HoldAction.HOLD_AGAIN,
}


_PRICED = {CaseState.IN_REPAIR, CaseState.QUOTE_PENDING, CaseState.MANUAL_REVIEW}


def progress(snapshot: Any) -> tuple[object, ...]:  # of memory_transaction, which imports this module
    """What decides about goods that are sent: not when, but that they were. A new one takes the place of one that was late or wrong."""
    sent, charge, repair = (snapshot.sent.get(table.name) for table in (SINGLE[0], exchanges.CHARGES, repairs.REPAIRS))
    difference, states = snapshot.case.difference_minor, {snapshot.case.state, snapshot.case.frozen_state}
    times = sent and (sent.scanned_at, sent.delivered_at, sent.refund_offered_at)
    owed = charge and (charge.amount_minor > 0, charge.agreed_at is not None, charge.paid_at is not None)
    way = (*(time is not None for time in times), sent.is_with_buyer) if times else None
    offered = repair.remedy if repair and CaseState.REMEDY_PENDING in states else None
    if snapshot.case.type is CaseType.REPAIR and not states & _PRICED:
        owed = charge and charge.paid_at is not None  # it was paid or declined before the goods go back
    hold = snapshot.sent.get(money_holds.MONEY_HOLDS.name)
    held = hold and (hold.released_at is not None, hold.claimed_at is not None)
    shipped = sent is not None and sent.shipped_at is not None and snapshot.case.type is CaseType.FAST_EXCHANGE
    owed = (
        owed,
        charge is not None and charge.owed_back_at is not None,
        charge and _stated(charge, snapshot.case.state),
    )
    return way, owed, difference is not None and difference < 0, offered, held, shipped


def _stated(charge: Any, state: CaseState) -> tuple[bool, ...]:
    """What is open of a payment that the buyer states. How often they did only bars the next one; a dispute uses nothing of it."""
    denied = charge.is_denied and state in {*_PRICED, CaseState.AWAIT_RESHIP}
    waits = charge.waits_for_confirmation and state is not CaseState.DISPUTED
    return waits, denied, denied and charge.denied_by_agent


def review_of(case: Case) -> tuple[object, ...]:
    """Which review a case goes back to, and what waits for a second agent."""
    return case.offered_in, case.asked_in, case.proposed_action
