"""What the merchant pays to the buyer outside the suite: what they had paid for a replacement or a repair that does not come, and the
freight of a return. Both also after the case has ended."""

from collections.abc import Mapping

from aftercare_chassis.lifecycle import Guard, Permission, Transition

from aftersale_svc.domain.cases.charges.guards import (
    NOT_PAID_LATE,
    NOT_STATED_LATE,
    NOTHING_TO_RETURN,
    RETURN_BY_MERCHANT,
)
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.return_freights.guards import NO_FREIGHT_OWED
from aftersale_svc.domain.permissions import MERCHANT, MERCHANT_OR_AGENT

Table = Mapping[tuple[CaseState, CaseAction], Transition[CaseState]]
_A = CaseAction
_BACK: Mapping[CaseAction, tuple[CaseAction, tuple[Guard, ...]]] = {
    _A.RECORD_PAYMENT: (_A.RECORD_CHARGE_RETURN, (NOTHING_TO_RETURN, RETURN_BY_MERCHANT)),
    _A.SHIP: (_A.RECORD_RETURN_FREIGHT, (NO_FREIGHT_OWED,)),
}
"""By the action of the buyer, or about the buyer, that costs the buyer something: how its way back is recorded, and what bars that."""

_LATE: Mapping[CaseAction, tuple[Permission, Guard]] = {
    _A.RECORD_PAYMENT: (MERCHANT, NOT_PAID_LATE),
    _A.CONFIRM_PAYMENT: (MERCHANT_OR_AGENT, NOT_STATED_LATE),
    _A.DENY_PAYMENT: (MERCHANT_OR_AGENT, NOT_STATED_LATE),
}
"""What is recorded of a payment after what it was for was given up."""


def with_payments_back(table: Table) -> Table:
    """The table of a type with the way back of what the buyer pays in it, in every state, also of what is paid too late; the case does not
    wait for that."""
    actions = {action for _, action in table}
    reached = {state for state, _ in table} | {
        row.target for row in table.values() if isinstance(row.target, CaseState)
    }
    back = {
        (state, record): Transition(state, MERCHANT_OR_AGENT, guards)
        for paid, (record, guards) in _BACK.items()
        if paid in actions
        for state in CaseState
        if state in reached
    }
    late = {
        (state, action): Transition(state, permission, (guard,))
        for action, (permission, guard) in _LATE.items()
        if action in actions
        for state in CaseState
        if state in reached
    }
    return {**late, **table, **back}
