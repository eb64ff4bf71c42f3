"""The inspection: the merchant judges the goods that came back. What it refuses goes back to the buyer."""

from collections.abc import Mapping

from aftercare_chassis.lifecycle import Guard, Timeout, Transition
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.codes import EscalationCause
from aftersale_svc.domain.cases.exchanges.errors import NothingRefused
from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.guards import NOTHING_SENT, PAID_BY_NO_SILENCE, RETURN_TRACKED
from aftersale_svc.domain.cases.legs.late_arrivals import with_late_arrivals
from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.cases.refused_goods.errors import RefusedGoodsAlreadyScanned, RefusedGoodsNotInTransit
from aftersale_svc.domain.cases.refused_goods.policy import in_transit
from aftersale_svc.domain.permissions import MERCHANT, MERCHANT_OR_AGENT, MERCHANT_OR_SYSTEM, SYSTEM_ONLY


class InspectionExit(Exit):
    """The way out of an inspection: some of the goods are accepted."""

    ACCEPTED = "accepted"


_S, _A = CaseState, CaseAction

INSPECTION = Leg(
    "inspection",
    _S.AWAIT_INSPECTION,
    {
        (_S.AWAIT_INSPECTION, _A.INSPECT): Transition(InspectionExit.ACCEPTED, MERCHANT_OR_SYSTEM),
        (_S.AWAIT_INSPECTION, _A.REFUSE): Transition(_S.REJECTED, MERCHANT, outcome_of=_A.INSPECT),
        # The merchant alone states that they came, so an agent decides whether they did.
        (_S.AWAIT_INSPECTION, _A.REFUSE_UNTRACKED): Transition(
            _S.MANUAL_REVIEW,
            MERCHANT,
            (RETURN_TRACKED,),
            cause=EscalationCause.RETURN_REFUSED,
            outcome_of=_A.INSPECT,
        ),
        # The courier has reported them as delivered, to nobody whom the merchant knows.
        (_S.AWAIT_INSPECTION, _A.REPORT_RETURN_MISSING): Transition(
            _S.MANUAL_REVIEW, MERCHANT, (NOTHING_SENT,), cause=EscalationCause.RETURN_MISSING
        ),
    },
    {_S.AWAIT_INSPECTION: Timeout("merchant", "inspection_hours", _A.INSPECT, "accepted_by_timeout")},
)

REFUND_INSPECTION = Leg(
    INSPECTION.name,
    INSPECTION.entry,
    {
        **INSPECTION.rows,
        (_S.AWAIT_INSPECTION, _A.ESCALATE): Transition(
            _S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.INSPECTION_LATE
        ),
    },
    {
        _S.AWAIT_INSPECTION: replace(
            INSPECTION.timeouts[_S.AWAIT_INSPECTION],
            instead=(
                PAID_BY_NO_SILENCE,
                Timeout("merchant", "inspection_hours", _A.ESCALATE, "escalated_inspection_late"),
            ),
        )
    },
)
"""An inspection that grants money: after the after-sale window not by silence."""


def _nothing_refused(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return NothingRefused() if facts is not None and not facts.full.has_refused_goods else None


def _not_in_transit(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return RefusedGoodsNotInTransit() if facts is not None and in_transit(facts.full) is None else None


def _scanned(_: Case, facts: CaseFacts | None) -> Refusal | None:
    sent = None if facts is None else in_transit(facts.full)
    return RefusedGoodsAlreadyScanned(scanned_at=sent.scanned_at) if sent is not None and sent.scanned_at else None


Table = Mapping[tuple[CaseState, CaseAction], Transition[CaseState]]
NOTHING_REFUSED = Guard(NothingRefused.code, _nothing_refused)
NOT_IN_TRANSIT = Guard(RefusedGoodsNotInTransit.code, _not_in_transit)
SCANNED = Guard(RefusedGoodsAlreadyScanned.code, _scanned)
_BACK = {
    _A.RETURN_REFUSED_GOODS: (NOTHING_REFUSED,),
    _A.CORRECT_REFUSED_GOODS_WAYBILL: (NOT_IN_TRANSIT, SCANNED),
}
# Not where the buyer may still dispute the rejection, or a dispute decides.
SENDS_BACK = (_S.AWAIT_RESHIP, _S.RESHIP_IN_TRANSIT, _S.REFUNDING, _S.COMPLETED, _S.CLOSED, _S.CANCELLED)


def refusable(table: Table) -> Table:
    """The table of a type with the way back of goods that the merchant refuses, or has for nothing, also where they arrive after the end; the
    money of the rest does not wait for it."""
    table = with_late_arrivals(table)
    reached = {state for state, _ in table} | {row.target for row in table.values()}
    if not reached & {_S.AWAIT_INSPECTION, _S.IN_REPAIR}:
        return table
    back = {
        (state, action): Transition(state, MERCHANT_OR_AGENT, guards)
        for action, guards in _BACK.items()
        for state in SENDS_BACK
        if state in reached
    }
    return {**table, **back}
