"""Legs become one state table: the exits are connected, and what does not fit together is refused."""

from collections.abc import Mapping

from aftercare_chassis.lifecycle import History, TableError, Transition, compose

from aftersale_svc.domain.cases.legs.leg import Exit, Leg, Row
from aftersale_svc.domain.cases.model import CaseAction, CaseState

Table = Mapping[tuple[CaseState, CaseAction], Transition[CaseState]]


def connected(name: str, legs: tuple[Leg, ...], exits: Mapping[Exit, Leg | CaseState]) -> Table:
    """The rows of these legs, whose exits lead where `exits` says.

    Raises:
        TableError: two legs have the same row, an exit and the legs do not fit together, or a row that closes or escalates a case has no cause.
    """
    _check_exits(name, legs, exits)
    table = compose(*[{key: _connected(row, exits) for key, row in leg.rows.items()} for leg in legs])
    _check_causes(name, table)
    return table


def _check_causes(name: str, table: Table) -> None:
    """The events of a case that closes, or that an agent has to decide about, name the cause."""
    for (state, action), row in table.items():
        if row.cause is None and (
            CaseState.CLOSED is row.target is not state or action in (CaseAction.ESCALATE, CaseAction.FAIL)
        ):
            raise TableError(f"{name}: {action} in {state} has no cause")


def _check_exits(name: str, legs: tuple[Leg, ...], exits: Mapping[Exit, Leg | CaseState]) -> None:
    found = {each for leg in legs for each in leg.exits}
    for what, wrong in (("leads nowhere", found - exits.keys()), ("belongs to no leg", exits.keys() - found)):
        if wrong:
            raise TableError(f"{name}: the exit {', '.join(sorted(wrong))} {what}")
    missing = [leg.name for leg in exits.values() if isinstance(leg, Leg) and leg not in legs]
    if missing:
        raise TableError(f"{name}: an exit leads to the leg {', '.join(missing)}, which this type does not have")


def _connected(row: Row, exits: Mapping[Exit, Leg | CaseState]) -> Transition[CaseState]:
    """The row with the states that its exits lead to in place of the exits."""
    target = row.target if isinstance(row.target, History) else _entered(row.target, exits)
    then = None if row.remembered is None else _entered(row.remembered, exits)
    return Transition(target, row.permission, row.guards, row.remember, then, row.cause, row.outcome_of, row.restarts)


def _entered(target: CaseState | Exit, exits: Mapping[Exit, Leg | CaseState]) -> CaseState:
    """The state that is entered at a target of a leg."""
    found = exits[target] if isinstance(target, Exit) else target
    return found.entry if isinstance(found, Leg) else found
