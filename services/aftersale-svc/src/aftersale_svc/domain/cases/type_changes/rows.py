"""The rows of a change of type: before the review, and until the goods are sent back."""

from collections.abc import Mapping

from aftercare_chassis.lifecycle import Guard, Transition
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.cases.offers.guards import GOODS_SENT
from aftersale_svc.domain.cases.type_changes.errors import TypeChangedTooOften
from aftersale_svc.domain.permissions import BUYER

_S, _A = CaseState, CaseAction
Table = Mapping[tuple[CaseState, CaseAction], Transition[CaseState]]
MOST_CHANGES = 3


def _too_often(case: Case, _: object) -> Refusal | None:
    return TypeChangedTooOften(times=case.type_changes) if case.type_changes >= MOST_CHANGES else None


TOO_OFTEN = Guard(TypeChangedTooOften.code, _too_often)
# The merchant reviews another request, and has the whole time for it.
_CHANGE = Transition(_S.PENDING_REVIEW, BUYER, (GOODS_SENT, TOO_OFTEN), restarts=True)


def changeable(table: Table) -> Table:
    """The table of a type with the change to another one, where a merchant reviews it."""
    states = {state for state, _ in table}
    if _S.PENDING_REVIEW not in states:
        return table
    changed_in = states & {_S.PENDING_REVIEW, _S.AWAIT_BUYER_SHIPMENT}
    return {**table, **{(state, _A.CHANGE_TYPE): _CHANGE for state in sorted(changed_in)}}
