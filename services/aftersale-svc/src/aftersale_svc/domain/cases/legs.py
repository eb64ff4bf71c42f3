"""Legs: the fragments of the state table that the types of cases are made of.

A leg leads to states of its own, to a state that every case has (manual review, an end), or to a named exit. Which leg
follows at each exit depends on the type of the case, see `types`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aftercare_chassis.lifecycle import Guard, History, Permission, Timeout, Transition

from aftersale_svc.domain.cases.codes import CloseCause, EscalationCause
from aftersale_svc.domain.cases.guards import (
    ADDRESS_MISSING,
    CLOSED_FOR_GOOD,
    DISPUTE_WINDOW_PASSED,
    NOTHING_IN_TRANSIT,
    NOTHING_SENT,
    ORDER_CANCELLED,
    ORDER_NOT_CANCELLED,
    REFUND_IN_FLIGHT,
    SCANNED,
    SHIPPED,
    UNITS_HELD,
    VERDICT_IN_EXECUTION,
    unless_refund_decided,
)
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import (
    AGENT,
    ARBITRATOR,
    ARBITRATOR_OR_BUYER,
    BUYER,
    BUYER_OR_AGENT,
    MERCHANT,
    MERCHANT_OR_AGENT,
    MERCHANT_OR_SYSTEM,
    SYSTEM_ONLY,
    SYSTEM_UNSEEN,
)


class Exit(StrEnum):
    """Where a leg can be left. Each leg has an enumeration of its own."""


class ReviewExit(Exit):
    """The ways out of a review: the request is granted, or an agent orders the refund at once."""

    APPROVED = "approved"
    REFUND_ORDERED = "refund_ordered"


class ReturnExit(Exit):
    """The way out of a return: the merchant has the goods."""

    ARRIVED = "arrived"


class InspectionExit(Exit):
    """The way out of an inspection: some of the goods are accepted."""

    ACCEPTED = "accepted"


class RefundExit(Exit):
    """The way out of a refund: it was paid."""

    PAID = "paid"


class DisputeExit(Exit):
    """The way out of a dispute that is no state of the case's own legs: a verdict orders a refund."""

    AWARDED = "awarded"


Row = Transition[CaseState | Exit]
LegRows = Mapping[tuple[CaseState, CaseAction], Row]


@dataclass(frozen=True, eq=False)
class Leg:
    """A fragment of the state table. `entry` is its first state; `timeouts` has each of its states.

    `can_be_disputed` is False where a complaint cannot stop it any more.
    """

    name: str
    entry: CaseState
    rows: LegRows
    timeouts: Mapping[CaseState, Timeout[CaseAction]]
    can_be_disputed: bool = True

    @property
    def exits(self) -> frozenset[Exit]:
        """Its named exits."""
        named = (each for row in self.rows.values() for each in (row.target, row.remembered))
        return frozenset(each for each in named if isinstance(each, Exit))


COURIER = "courier"
DISPUTE = "dispute"
_S, _A = CaseState, CaseAction

REVIEW = Leg(
    "review",
    _S.PENDING_REVIEW,
    {
        (_S.PENDING_REVIEW, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
        (_S.PENDING_REVIEW, _A.APPROVE): Transition(ReviewExit.APPROVED, MERCHANT_OR_SYSTEM),
        (_S.PENDING_REVIEW, _A.REJECT): Transition(_S.REJECTED, MERCHANT),
        (_S.PENDING_REVIEW, _A.ESCALATE): Transition(
            _S.MANUAL_REVIEW, MERCHANT_OR_AGENT, cause=EscalationCause.REVIEW_HANDED_OVER
        ),
        (_S.MANUAL_REVIEW, _A.CANCEL): Transition(_S.CANCELLED, AGENT, unless_refund_decided(_A.CANCEL)),
        (_S.MANUAL_REVIEW, _A.APPROVE): Transition(ReviewExit.APPROVED, AGENT, unless_refund_decided(_A.APPROVE)),
        (_S.MANUAL_REVIEW, _A.REJECT): Transition(_S.REJECTED, AGENT, unless_refund_decided(_A.REJECT)),
        (_S.MANUAL_REVIEW, _A.REFUND): Transition(ReviewExit.REFUND_ORDERED, AGENT),
        (_S.MANUAL_REVIEW, _A.CLOSE): Transition(_S.CLOSED, AGENT, cause=CloseCause.CLOSED_BY_AGENT),
        (_S.MANUAL_REVIEW, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.AGENT_LATE),
        (_S.REJECTED, _A.ACCEPT): Transition(_S.CLOSED, BUYER, cause=CloseCause.REJECTION_ACCEPTED),
        (_S.REJECTED, _A.CLOSE): Transition(_S.CLOSED, SYSTEM_ONLY, cause=CloseCause.REJECTED),
    },
    {
        _S.PENDING_REVIEW: Timeout("merchant", "review_hours", _A.APPROVE, "approved_by_timeout"),
        _S.MANUAL_REVIEW: Timeout("agent", "manual_review_hours", _A.ESCALATE, "escalated_agent_late"),
        _S.REJECTED: Timeout("buyer", "rejected_hours", _A.CLOSE, "closed_rejected"),
    },
)
RETURN = Leg(
    "return",
    _S.AWAIT_BUYER_SHIPMENT,
    {
        (_S.AWAIT_BUYER_SHIPMENT, _A.SHIP): Transition(_S.RETURN_IN_TRANSIT, BUYER),
        (_S.AWAIT_BUYER_SHIPMENT, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
        (_S.AWAIT_BUYER_SHIPMENT, _A.CLOSE): Transition(_S.CLOSED, SYSTEM_ONLY, cause=CloseCause.BUYER_LATE),
        (_S.AWAIT_BUYER_SHIPMENT, _A.ESCALATE): Transition(
            _S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.RETURN_ADDRESS_MISSING
        ),
        # However late the address is given or corrected, the buyer has the whole time to ship.
        (_S.AWAIT_BUYER_SHIPMENT, _A.SET_RETURN_ADDRESS): Transition(
            _S.AWAIT_BUYER_SHIPMENT, MERCHANT_OR_AGENT, restarts=True
        ),
        (_S.RETURN_IN_TRANSIT, _A.SET_RETURN_ADDRESS): Transition(_S.RETURN_IN_TRANSIT, MERCHANT_OR_AGENT, (SHIPPED,)),
        (_S.AWAIT_INSPECTION, _A.SET_RETURN_ADDRESS): Transition(_S.AWAIT_INSPECTION, MERCHANT_OR_AGENT, (SHIPPED,)),
        (_S.RETURN_IN_TRANSIT, _A.CORRECT_WAYBILL): Transition(_S.RETURN_IN_TRANSIT, BUYER, (SCANNED,)),
        (_S.RETURN_IN_TRANSIT, _A.RECEIVE): Transition(ReturnExit.ARRIVED, MERCHANT_OR_SYSTEM),
        (_S.RETURN_IN_TRANSIT, _A.ESCALATE): Transition(
            _S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.RETURN_NOT_DELIVERED
        ),
        # The goods arrive while an agent looks for them.
        (_S.MANUAL_REVIEW, _A.RECEIVE): Transition(ReturnExit.ARRIVED, SYSTEM_ONLY, unless_refund_decided(_A.RECEIVE)),
        # They arrive after an agent has given them up and asked the buyer to send them again.
        (_S.AWAIT_BUYER_SHIPMENT, _A.RECEIVE): Transition(ReturnExit.ARRIVED, MERCHANT_OR_SYSTEM, (NOTHING_SENT,)),
        # They arrive while a dispute stops the case: what follows waits for its end.
        (_S.DISPUTED, _A.RECEIVE): Transition(
            _S.DISPUTED, SYSTEM_UNSEEN, (NOTHING_IN_TRANSIT,), "frozen_state", ReturnExit.ARRIVED
        ),
    },
    {
        _S.AWAIT_BUYER_SHIPMENT: Timeout(
            "buyer",
            "buyer_ship_hours",
            _A.CLOSE,
            "closed_buyer_late",
            instead=(
                ADDRESS_MISSING,
                Timeout("merchant", "return_address_hours", _A.ESCALATE, "escalated_address_missing"),
            ),
        ),
        _S.RETURN_IN_TRANSIT: Timeout(COURIER, "return_transit_hours", _A.ESCALATE, "escalated_not_delivered"),
    },
)
INSPECTION = Leg(
    "inspection",
    _S.AWAIT_INSPECTION,
    {
        (_S.AWAIT_INSPECTION, _A.INSPECT): Transition(InspectionExit.ACCEPTED, MERCHANT_OR_SYSTEM),
        (_S.AWAIT_INSPECTION, _A.REFUSE): Transition(_S.REJECTED, MERCHANT, outcome_of=_A.INSPECT),
    },
    {_S.AWAIT_INSPECTION: Timeout("merchant", "inspection_hours", _A.INSPECT, "accepted_by_timeout")},
)
REFUND = Leg(
    "refund",
    _S.REFUNDING,
    {
        (_S.REFUNDING, _A.ESCALATE): Transition(_S.REFUNDING, SYSTEM_ONLY, cause=EscalationCause.REFUND_LATE),
        (_S.REFUNDING, _A.COMPLETE): Transition(RefundExit.PAID, SYSTEM_ONLY),
        (_S.REFUNDING, _A.FAIL): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.REFUND_FAILED),
    },
    {_S.REFUNDING: Timeout("system", "refund_hours", _A.ESCALATE, "escalated_refund_late")},
    can_be_disputed=False,  # a refund in flight cannot be recalled
)


def interruptions(legs: tuple[Leg, ...]) -> Leg:
    """The leg that every case has besides those of its type: a dispute stops it, or it ends with its cancelled order.

    A closed case can be stopped as well. The case of a cancelled order ends at once; while its refund is in flight, once
    that was refused; a disputed one when the dispute ends without a refund, by whoever ends it.
    """
    disputable = [state for leg in legs if leg.can_be_disputed for state in leg.timeouts]
    paying = [state for leg in legs if not leg.can_be_disputed for state in leg.timeouts]
    freeze = _freeze(VERDICT_IN_EXECUTION)
    end = _end_with_order(SYSTEM_ONLY)
    end_unpaid = _end_with_order(SYSTEM_ONLY, REFUND_IN_FLIGHT)
    resume: Row = Transition(
        History("frozen_state", legs[0].entry), ARBITRATOR_OR_BUYER, (ORDER_CANCELLED,), outcome_of=DISPUTE
    )
    rows: dict[tuple[CaseState, CaseAction], Row] = {
        **{(state, _A.FREEZE): freeze for state in disputable},
        (_S.CLOSED, _A.FREEZE): _freeze(CLOSED_FOR_GOOD, DISPUTE_WINDOW_PASSED, UNITS_HELD),
        (_S.DISPUTED, _A.RESUME): resume,
        (_S.DISPUTED, _A.AWARD): Transition(DisputeExit.AWARDED, ARBITRATOR, outcome_of=DISPUTE),
        (_S.DISPUTED, _A.DISMISS): Transition(_S.CLOSED, ARBITRATOR, cause=CloseCause.VERDICT, outcome_of=DISPUTE),
        **{(state, _A.END_WITH_ORDER): end for state in disputable},
        **{(state, _A.END_WITH_ORDER): end_unpaid for state in paying},
        (_S.DISPUTED, _A.END_WITH_ORDER): _end_with_order(ARBITRATOR_OR_BUYER, outcome_of=DISPUTE),
    }
    return Leg(DISPUTE, _S.DISPUTED, rows, {_S.DISPUTED: Timeout("platform")})


def _freeze(*guards: Guard) -> Row:
    """A dispute stops the case; not that of a cancelled order, since its money goes back with the order."""
    return Transition(_S.DISPUTED, SYSTEM_ONLY, (ORDER_CANCELLED, *guards), remember="frozen_state")


def _end_with_order(permission: Permission, *guards: Guard, outcome_of: str | None = None) -> Row:
    """The case ends because its order was cancelled."""
    barred = (ORDER_NOT_CANCELLED, *guards)
    return Transition(_S.CLOSED, permission, barred, cause=CloseCause.ORDER_CANCELLED, outcome_of=outcome_of)
