"""Goods that arrive after their case has ended, and do not open it again."""

from collections.abc import Mapping

from aftercare_chassis.lifecycle import Transition

from aftersale_svc.domain.cases.guards import NOTHING_ON_ITS_WAY, OPENS_AGAIN
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import MERCHANT_AGENT_OR_SYSTEM

Table = Mapping[tuple[CaseState, CaseAction], Transition[CaseState]]
_ENDS = (CaseState.COMPLETED, CaseState.CLOSED, CaseState.CANCELLED)


def with_late_arrivals(table: Table) -> Table:
    """The table of a type with the arrival of its goods after the end, where they come back in it.

    The case stays as it ended: the goods go back to the buyer, unless their money has, or went back with the order. A closed case
    that the arrival opens again is not such a one; nor a cancelled one of a parcel that was on its way to the merchant, which opens a case of
    its own when it is back.
    """
    if not any(action is CaseAction.RECEIVE for _, action in table):
        return table
    opens_another = (CaseState.RETURN_IN_TRANSIT, CaseAction.CANCEL) in table
    arrived = {
        (state, CaseAction.RECORD_ARRIVAL): Transition(
            state, MERCHANT_AGENT_OR_SYSTEM, (NOTHING_ON_ITS_WAY, OPENS_AGAIN)
        )
        for state in _ENDS
        if not (opens_another and state is CaseState.CANCELLED)
    }
    return {**table, **arrived}
