"""Legs: the fragments of the state table that the types of cases are made of.

A leg leads to states of its own, to a state that every case has (manual review, an end), or to a named exit. Which leg
follows at each exit depends on the type of the case, see `types`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aftercare_chassis.lifecycle import Guard, History, Timeout, Transition
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.errors import RefundDecided, ReturnAlreadyScanned
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
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
        return frozenset(row.target for row in self.rows.values() if isinstance(row.target, Exit))


def _unless_refund_decided(action: CaseAction) -> tuple[Guard]:
    """A refund that was decided and has failed can be tried again, disputed or given up; the request is not judged anew."""

    def refuses(case: Case, _: object) -> Refusal | None:
        return None if case.refund_id is None else RefundDecided(action=action, refund_id=case.refund_id)

    return (Guard(RefundDecided.code, refuses),)


def _scanned(_: Case, full: FullCase | None) -> Refusal | None:
    scanned_at = None if full is None else full.leg.scanned_at
    return None if scanned_at is None else ReturnAlreadyScanned(scanned_at=scanned_at)


_S, _A = CaseState, CaseAction

REVIEW = Leg(
    "review",
    _S.PENDING_REVIEW,
    {
        (_S.PENDING_REVIEW, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
        (_S.PENDING_REVIEW, _A.APPROVE): Transition(ReviewExit.APPROVED, MERCHANT_OR_SYSTEM),
        (_S.PENDING_REVIEW, _A.REJECT): Transition(_S.REJECTED, MERCHANT),
        (_S.PENDING_REVIEW, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, MERCHANT_OR_AGENT),
        (_S.MANUAL_REVIEW, _A.CANCEL): Transition(_S.CANCELLED, AGENT, _unless_refund_decided(_A.CANCEL)),
        (_S.MANUAL_REVIEW, _A.APPROVE): Transition(ReviewExit.APPROVED, AGENT, _unless_refund_decided(_A.APPROVE)),
        (_S.MANUAL_REVIEW, _A.REJECT): Transition(_S.REJECTED, AGENT, _unless_refund_decided(_A.REJECT)),
        (_S.MANUAL_REVIEW, _A.REFUND): Transition(ReviewExit.REFUND_ORDERED, AGENT),
        (_S.MANUAL_REVIEW, _A.CLOSE): Transition(_S.CLOSED, AGENT),
        (_S.MANUAL_REVIEW, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY),
        (_S.REJECTED, _A.ACCEPT): Transition(_S.CLOSED, BUYER),
        (_S.REJECTED, _A.CLOSE): Transition(_S.CLOSED, SYSTEM_ONLY),
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
        (_S.AWAIT_BUYER_SHIPMENT, _A.CLOSE): Transition(_S.CLOSED, SYSTEM_ONLY),
        (_S.RETURN_IN_TRANSIT, _A.CORRECT_WAYBILL): Transition(
            _S.RETURN_IN_TRANSIT, BUYER, (Guard(ReturnAlreadyScanned.code, _scanned),)
        ),
        (_S.RETURN_IN_TRANSIT, _A.RECEIVE): Transition(ReturnExit.ARRIVED, MERCHANT_OR_SYSTEM),
        (_S.RETURN_IN_TRANSIT, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY),
        # The goods arrive while an agent looks for them.
        (_S.MANUAL_REVIEW, _A.RECEIVE): Transition(ReturnExit.ARRIVED, SYSTEM_ONLY, _unless_refund_decided(_A.RECEIVE)),
    },
    {
        _S.AWAIT_BUYER_SHIPMENT: Timeout("buyer", "buyer_ship_hours", _A.CLOSE, "closed_buyer_late"),
        _S.RETURN_IN_TRANSIT: Timeout("courier", "return_transit_hours", _A.ESCALATE, "escalated_not_delivered"),
    },
)
INSPECTION = Leg(
    "inspection",
    _S.AWAIT_INSPECTION,
    {
        (_S.AWAIT_INSPECTION, _A.INSPECT): Transition(InspectionExit.ACCEPTED, MERCHANT_OR_SYSTEM),
        (_S.AWAIT_INSPECTION, _A.REFUSE): Transition(_S.REJECTED, MERCHANT),
    },
    {_S.AWAIT_INSPECTION: Timeout("merchant", "inspection_hours", _A.INSPECT, "accepted_by_timeout")},
)
REFUND = Leg(
    "refund",
    _S.REFUNDING,
    {
        (_S.REFUNDING, _A.ESCALATE): Transition(_S.REFUNDING, SYSTEM_ONLY),
        (_S.REFUNDING, _A.COMPLETE): Transition(RefundExit.PAID, SYSTEM_ONLY),
        (_S.REFUNDING, _A.FAIL): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY),
    },
    {_S.REFUNDING: Timeout("system", "refund_hours", _A.ESCALATE, "escalated_refund_late")},
    can_be_disputed=False,  # money under way cannot be called back
)


def interruptions(legs: tuple[Leg, ...]) -> Leg:
    """The leg that every case has besides those of its type: a dispute stops it, or it ends with its cancelled order.

    A closed case can be stopped as well; see `disputes.policy.disputable` for when. A case that is refunding or disputed
    ends with its order once that is over; see `cases.policy.ends_with_order`.
    """
    disputable = [state for leg in legs if leg.can_be_disputed for state in leg.timeouts]
    waiting = [state for leg in legs for state in leg.timeouts]
    freeze = Transition(_S.DISPUTED, SYSTEM_ONLY, remember="frozen_state")
    rows: dict[tuple[CaseState, CaseAction], Row] = {
        **{(state, _A.FREEZE): freeze for state in (*disputable, _S.CLOSED)},
        (_S.DISPUTED, _A.RESUME): Transition(History("frozen_state", legs[0].entry), ARBITRATOR_OR_BUYER),
        (_S.DISPUTED, _A.AWARD): Transition(DisputeExit.AWARDED, ARBITRATOR),
        (_S.DISPUTED, _A.DISMISS): Transition(_S.CLOSED, ARBITRATOR),
        **{(state, _A.END_WITH_ORDER): Transition(_S.CLOSED, SYSTEM_ONLY) for state in (*waiting, _S.DISPUTED)},
    }
    return Leg("dispute", _S.DISPUTED, rows, {_S.DISPUTED: Timeout("platform")})
