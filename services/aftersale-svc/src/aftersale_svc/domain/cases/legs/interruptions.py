"""What interrupts a case of any type: a dispute, or the cancellation of its order."""

from aftercare_chassis.lifecycle import Guard, History, Permission, Timeout, Transition

from aftersale_svc.domain.cases.codes import CloseCause
from aftersale_svc.domain.cases.guards import (
    CLOSED_FOR_GOOD,
    DISPUTE_WINDOW_PASSED,
    NOT_STALLED,
    ORDER_CANCELLED,
    ORDER_NOT_CANCELLED,
    REFUND_IN_FLIGHT,
    UNITS_HELD,
    VERDICT_IN_EXECUTION,
)
from aftersale_svc.domain.cases.legs.leg import Exit, Leg, Row
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import BUYER_OR_PLATFORM, END_OF_DISPUTE, SYSTEM_ONLY

DISPUTE = "dispute"


class DisputeExit(Exit):
    """The way out of a dispute that is no state of the case's own legs: a verdict orders a refund."""

    AWARDED = "awarded"


_S, _A = CaseState, CaseAction


def interruptions(legs: tuple[Leg, ...]) -> Leg:
    """The leg that every case has besides those of its type: a dispute stops it, or it ends with its cancelled order.

    A closed case can be stopped as well; none of a type of which no leg can be disputed. The case of a cancelled order ends at once; while its refund is in flight, once
    that was refused; a disputed one when the dispute ends without a refund, by whoever ends it.
    """
    disputable = [state for leg in legs if leg.can_be_disputed for state in leg.timeouts]
    paying = [state for leg in legs if not leg.can_be_disputed for state in leg.timeouts]
    freeze = _freeze(VERDICT_IN_EXECUTION)
    end = _end_with_order(SYSTEM_ONLY)
    end_unpaid = _end_with_order(SYSTEM_ONLY, REFUND_IN_FLIGHT)
    resume: Row = Transition(
        History("frozen_state", legs[0].entry), END_OF_DISPUTE, (ORDER_CANCELLED,), outcome_of=DISPUTE
    )
    ended: dict[tuple[CaseState, CaseAction], Row] = {
        **{(state, _A.END_WITH_ORDER): end for state in disputable},
        **{(state, _A.END_WITH_ORDER): end_unpaid for state in paying},
    }
    if not disputable:
        return Leg(DISPUTE, legs[0].entry, ended, {})
    rows: dict[tuple[CaseState, CaseAction], Row] = {
        **ended,
        **{(state, _A.FREEZE): freeze for state in disputable},
        **{
            (state, _A.DISPUTE): _freeze(VERDICT_IN_EXECUTION, NOT_STALLED, by=BUYER_OR_PLATFORM)
            for state in disputable
        },
        (_S.CLOSED, _A.FREEZE): _freeze(CLOSED_FOR_GOOD, DISPUTE_WINDOW_PASSED, UNITS_HELD),
        (_S.DISPUTED, _A.RESUME): resume,
        (_S.DISPUTED, _A.AWARD): Transition(DisputeExit.AWARDED, END_OF_DISPUTE, outcome_of=DISPUTE),
        (_S.DISPUTED, _A.DISMISS): Transition(_S.CLOSED, END_OF_DISPUTE, cause=CloseCause.VERDICT, outcome_of=DISPUTE),
        (_S.DISPUTED, _A.END_WITH_ORDER): _end_with_order(END_OF_DISPUTE, outcome_of=DISPUTE),
    }
    return Leg(DISPUTE, _S.DISPUTED, rows, {_S.DISPUTED: Timeout("platform")})


def _freeze(*guards: Guard, by: Permission = SYSTEM_ONLY) -> Row:
    """A dispute stops the case; not that of a cancelled order, since its money goes back with the order."""
    return Transition(_S.DISPUTED, by, (ORDER_CANCELLED, *guards), remember="frozen_state")


def _end_with_order(permission: Permission, *guards: Guard, outcome_of: str | None = None) -> Row:
    """The case ends because its order was cancelled."""
    barred = (ORDER_NOT_CANCELLED, *guards)
    return Transition(_S.CLOSED, permission, barred, cause=CloseCause.ORDER_CANCELLED, outcome_of=outcome_of)
