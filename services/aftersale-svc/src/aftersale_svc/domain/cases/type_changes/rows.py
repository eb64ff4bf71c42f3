"""The rows of a change of type: before the review, and until the goods are sent back."""

from collections.abc import Mapping

from aftercare_chassis.lifecycle import Guard, Transition
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.cases.offers.guards import GOODS_SENT
from aftersale_svc.domain.cases.type_changes.errors import TypeChangedTooOften, TypeOrdered
from aftersale_svc.domain.permissions import BUYER

_S, _A = CaseState, CaseAction
Table = Mapping[tuple[CaseState, CaseAction], Transition[CaseState]]
MOST_CHANGES = 3


def _too_often(case: Case, _: object) -> Refusal | None:
    return TypeChangedTooOften(times=case.type_changes) if case.type_changes >= MOST_CHANGES else None


def _ordered(case: Case, _: object) -> Refusal | None:
    return None if case.liable is None else TypeOrdered()


ORDERED = Guard(TypeOrdered.code, _ordered)
TOO_OFTEN = Guard(TypeChangedTooOften.code, _too_often)
# The merchant reviews another request, and has the whole time for it.
_CHANGE = Transition(_S.PENDING_REVIEW, BUYER, (GOODS_SENT, TOO_OFTEN), restarts=True)
_CHANGES = {
    _S.PENDING_REVIEW: _CHANGE,
    # What a verdict has granted is not reviewed by the merchant again.
    _S.AWAIT_BUYER_SHIPMENT: replace(_CHANGE, guards=(ORDERED, *_CHANGE.guards)),
}


def changeable(table: Table) -> Table:
    """The table of a type with the change to another one, where a merchant reviews it."""
    states = {state for state, _ in table}
    if _S.PENDING_REVIEW not in states:
        return table
    return {**table, **{(state, _A.CHANGE_TYPE): _CHANGES[state] for state in sorted(states & _CHANGES.keys())}}
