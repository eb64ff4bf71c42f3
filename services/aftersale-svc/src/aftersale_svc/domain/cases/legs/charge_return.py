"""What a buyer has paid for a replacement or a repair that does not come: the merchant gives it back, also after the case has ended."""

from collections.abc import Mapping

from aftercare_chassis.lifecycle import Transition

from aftersale_svc.domain.cases.charges.guards import NOTHING_TO_RETURN, RETURN_BY_MERCHANT
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import MERCHANT_OR_AGENT

Table = Mapping[tuple[CaseState, CaseAction], Transition[CaseState]]
_A = CaseAction


def chargeable(table: Table) -> Table:
    """The table of a type with the way back of what the buyer pays in it, in every state; the case does not wait for that."""
    if not any(action is _A.RECORD_PAYMENT for _, action in table):
        return table
    reached = {state for state, _ in table} | {
        row.target for row in table.values() if isinstance(row.target, CaseState)
    }
    back = {
        (state, _A.RECORD_CHARGE_RETURN): Transition(state, MERCHANT_OR_AGENT, (NOTHING_TO_RETURN, RETURN_BY_MERCHANT))
        for state in CaseState
        if state in reached
    }
    return {**table, **back}
