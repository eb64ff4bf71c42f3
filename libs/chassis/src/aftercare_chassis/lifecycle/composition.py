"""One table of several fragments, and the check that a table does not contradict itself."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import cast

from aftercare_chassis.lifecycle.actors import SYSTEM
from aftercare_chassis.lifecycle.definitions import A, History, S, Timeout, Transition

Table = Mapping[tuple[S, A], Transition[S]]


class TableError(ValueError):
    """The table of a lifecycle contradicts itself; raised when it is composed, at import."""


def compose(*fragments: Table[S, A]) -> dict[tuple[S, A], Transition[S]]:
    """One table of several fragments. Raises: TableError where two of them have the same row."""
    table: dict[tuple[S, A], Transition[S]] = {}
    for fragment in fragments:
        for key, row in fragment.items():
            if key in table:
                raise TableError(f"two fragments have a row for {key[1]} in {key[0]}")
            table[key] = row
    return table


def targets(table: Table[S, A], row: Transition[S]) -> set[S]:
    """Where a transition may lead: for a history target, every state that some transition remembers there."""
    if not isinstance(row.target, History):
        return {row.target}
    remembered = {
        each.remembered or state for (state, _), each in table.items() if each.remember == row.target.attribute
    }
    return remembered | {cast(S, row.target.default)}


def check(
    name: str, starts: frozenset[S], table: Table[S, A], timeouts: Mapping[S, Timeout[A]], ends: frozenset[S]
) -> None:
    """Check the table of a lifecycle. Raises: TableError where it contradicts itself, as `Lifecycle` lists."""
    leads: dict[S, set[S]] = {}
    came_from: dict[S, set[S]] = {}
    for (state, _), row in table.items():
        # A history goes back to states that were entered before, so it makes none of them reachable.
        leads.setdefault(state, set()).add(cast(S, _default(row)))
        for target in targets(table, row):
            came_from.setdefault(target, set()).add(state)
    reached, waiting = _reachable(starts, leads), frozenset(timeouts)
    _refuse(name, "cannot be reached", (reached | leads.keys() | waiting | ends) - reached)
    _refuse(name, "is nobody's turn and no end", reached - waiting - ends)
    _refuse(name, "is an end and still somebody's turn", ends & waiting)
    _refuse(name, "has no way to an end", reached - _reachable(ends, came_from))
    unable = [state for state, timeout in timeouts.items() if not _fires(table, state, timeout)]
    _refuse(name, "has a timer that the system may not take", unable)


def _default(row: Transition[S]) -> StrEnum:
    return row.target.default if isinstance(row.target, History) else row.target


def _fires(table: Table[S, A], state: S, timeout: Timeout[A]) -> bool:
    rows = [table.get((state, each.then)) for each in timeout.alternatives if each.then is not None]
    return all(row is not None and SYSTEM.role in row.permission.roles for row in rows)


def _reachable(start: frozenset[S], leads: Mapping[S, set[S]]) -> set[S]:
    found, queue = set(start), list(start)
    while queue:
        new = leads.get(queue.pop(), set()) - found
        found |= new
        queue.extend(new)
    return found


def _refuse(name: str, what: str, states: Iterable[S]) -> None:
    wrong = sorted(states)
    if wrong:
        raise TableError(f"{name}: {', '.join(wrong)} {what}")
