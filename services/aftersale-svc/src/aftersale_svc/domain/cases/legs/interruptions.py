"""What interrupts a case of any type: a dispute, or the cancellation of its order, or of its units there."""

from collections.abc import Collection

from aftercare_chassis.lifecycle import Guard, History, Permission, Timeout, Transition

from aftersale_svc.domain.cases.codes import CloseCause
from aftersale_svc.domain.cases.guards import (
    CLOSED_FOR_GOOD,
    DISPUTE_WINDOW_PASSED,
    DISPUTED_TOO_OFTEN,
    GOODS_NOT_BACK,
    GUARANTEE_PAYING,
    NOT_STALLED,
    ORDER_CANCELLED,
    ORDER_NOT_CANCELLED,
    REFUND_COVERED,
    REFUND_IN_FLIGHT,
    REFUND_OWED_AGAIN,
    UNITS_HELD,
    UNITS_NOT_CANCELLED,
    VERDICT_IN_EXECUTION,
    unless_refund_decided,
)
from aftersale_svc.domain.cases.legs.leg import Exit, Leg, Row
from aftersale_svc.domain.cases.legs.offline_refund import with_offline_refund
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.offers.guards import GOODS_SENT
from aftersale_svc.domain.cases.replacements.guards import unless_replacement_decided
from aftersale_svc.domain.permissions import (
    BUYER_OR_PLATFORM,
    END_OF_DISPUTE,
    SYSTEM_ONLY,
    SYSTEM_UNSEEN,
    VERDICT_REPLACED,
)

DISPUTE = "dispute"


class DisputeExit(Exit):
    """The ways out of a dispute that are no state of the case's own legs.

    A verdict orders a refund, that the goods are sent back, or that the merchant sends others. A type that leads the last two
    nowhere has no leg for them, and a verdict cannot order them.
    """

    AWARDED = "awarded"
    RETURN_ORDERED = "return_ordered"
    REPLACEMENT_ORDERED = "replacement_ordered"


_S, _A = CaseState, CaseAction


def all_legs(own: tuple[Leg, ...], exits: Collection[Exit] = ()) -> tuple[Leg, ...]:
    """All legs of a type whose own are these: its refund can be made without the provider, and it can be interrupted."""
    legs = with_offline_refund(own)
    return (*legs, interruptions(legs, exits))


def interruptions(legs: tuple[Leg, ...], exits: Collection[Exit] = ()) -> Leg:
    """The leg that every case has besides those of its type: a dispute stops it, or it ends with its order or its units, which are cancelled.

    A closed case can be stopped as well; none of a type of which no leg can be disputed. The case of a cancelled order, or of cancelled units, ends at once; while its refund is in flight, once
    that was refused; a disputed one when the dispute ends without a refund, by whoever ends it. `exits` are those that the type
    leads somewhere.
    """
    disputable = [state for leg in legs if leg.can_be_disputed for state in leg.timeouts]
    paying = [state for leg in legs if not leg.can_be_disputed for state in leg.timeouts]
    resumes = {state: other for leg in legs for state, other in leg.resumes.items()}
    end = _end_with_order(SYSTEM_ONLY)
    end_unpaid = _end_with_order(SYSTEM_ONLY, REFUND_IN_FLIGHT)
    resume: Row = Transition(
        History("frozen_state", legs[0].entry), END_OF_DISPUTE, (ORDER_CANCELLED,), outcome_of=DISPUTE
    )
    ended: dict[tuple[CaseState, CaseAction], Row] = {
        **{(state, _A.END_WITH_ORDER): end for state in disputable},
        **{(state, _A.END_WITH_ORDER): end_unpaid for state in paying},
        **{(state, _A.END_WITH_UNITS): _end_with_units(SYSTEM_UNSEEN) for state in disputable},
        **{(state, _A.END_WITH_UNITS): _end_with_units(SYSTEM_UNSEEN, REFUND_IN_FLIGHT) for state in paying},
    }
    if not disputable:
        return Leg(DISPUTE, legs[0].entry, ended, {})
    rows: dict[tuple[CaseState, CaseAction], Row] = {
        **ended,
        **{
            (state, _A.FREEZE): _freeze(VERDICT_IN_EXECUTION, DISPUTED_TOO_OFTEN, remembered=resumes.get(state))
            for state in disputable
        },
        **{
            (state, _A.DISPUTE): _freeze(
                *(VERDICT_IN_EXECUTION, NOT_STALLED, DISPUTED_TOO_OFTEN),
                by=BUYER_OR_PLATFORM,
                remembered=resumes.get(state),
            )
            for state in disputable
        },
        (_S.CLOSED, _A.FREEZE): _freeze(CLOSED_FOR_GOOD, DISPUTE_WINDOW_PASSED, DISPUTED_TOO_OFTEN, UNITS_HELD),
        (_S.DISPUTED, _A.RESUME): resume,
        (_S.DISPUTED, _A.AWARD): Transition(DisputeExit.AWARDED, END_OF_DISPUTE, (REFUND_COVERED,), outcome_of=DISPUTE),
        (_S.DISPUTED, _A.DISMISS): Transition(
            _S.CLOSED, END_OF_DISPUTE, (GUARANTEE_PAYING,), cause=CloseCause.VERDICT, outcome_of=DISPUTE
        ),
        # A verdict that has paid nothing was replaced after an appeal.
        (_S.CLOSED, _A.AWARD): Transition(
            DisputeExit.AWARDED, VERDICT_REPLACED, (ORDER_CANCELLED, UNITS_HELD), outcome_of=DISPUTE
        ),
        # One that has paid was replaced by one that awards more.
        (_S.COMPLETED, _A.AWARD): Transition(
            DisputeExit.AWARDED, VERDICT_REPLACED, (ORDER_CANCELLED,), outcome_of=DISPUTE
        ),
        **_ordered(legs, exits),
        (_S.DISPUTED, _A.END_WITH_ORDER): _end_with_order(END_OF_DISPUTE, outcome_of=DISPUTE),
        (_S.DISPUTED, _A.END_WITH_UNITS): _end_with_units(END_OF_DISPUTE, outcome_of=DISPUTE),
    }
    return Leg(DISPUTE, _S.DISPUTED, rows, {_S.DISPUTED: Timeout("platform")})


def _freeze(*guards: Guard, by: Permission = SYSTEM_ONLY, remembered: CaseState | None = None) -> Row:
    """A dispute stops the case; not that of a cancelled order, since its money goes back with the order."""
    return Transition(_S.DISPUTED, by, (ORDER_CANCELLED, *guards), "frozen_state", remembered)


def _ordered(legs: tuple[Leg, ...], exits: Collection[Exit]) -> dict[tuple[CaseState, CaseAction], Row]:
    """A verdict lets the case go on in another leg than the dispute stopped, unless its goods or money are under way."""
    come_back = any(_S.AWAIT_BUYER_SHIPMENT in leg.timeouts for leg in legs)
    found = {
        DisputeExit.RETURN_ORDERED: (_A.ORDER_RETURN, (GOODS_SENT,)),
        DisputeExit.REPLACEMENT_ORDERED: (_A.ORDER_REPLACEMENT, (GOODS_NOT_BACK,) if come_back else ()),
    }
    return {
        (_S.DISPUTED, action): Transition(
            exit_,
            END_OF_DISPUTE,
            (ORDER_CANCELLED, *unless_refund_decided(action), *unless_replacement_decided(action), *guards),
            outcome_of=DISPUTE,
        )
        for exit_, (action, guards) in found.items()
        if exit_ in exits
    }


def _end_with_order(permission: Permission, *guards: Guard, outcome_of: str | None = None) -> Row:
    """The case ends because its order was cancelled."""
    barred = (ORDER_NOT_CANCELLED, REFUND_OWED_AGAIN, *guards)
    return Transition(_S.CLOSED, permission, barred, cause=CloseCause.ORDER_CANCELLED, outcome_of=outcome_of)


def _end_with_units(permission: Permission, *guards: Guard, outcome_of: str | None = None) -> Row:
    """The case ends because units of it were cancelled in the order before they left: their money goes back with that."""
    barred = (UNITS_NOT_CANCELLED, *guards)
    return Transition(_S.CLOSED, permission, barred, cause=CloseCause.UNITS_CANCELLED, outcome_of=outcome_of)
