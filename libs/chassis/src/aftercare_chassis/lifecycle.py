"""A state machine as data: one table says who may do what, where it leads and how long it may wait.

The commands, the deadlines, the allowed actions in the API and the printed diagrams read the same table, guards included.
Only the standard library is used here, so that `domain` may import it.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Generic, Protocol, TypeVar, cast

from aftercare_chassis.refusals import Kind, Refusal

S = TypeVar("S", bound=StrEnum)
S_co = TypeVar("S_co", bound=StrEnum, covariant=True)
A = TypeVar("A", bound=StrEnum)
D = TypeVar("D", bound="HasState")

NOT_IN_THIS_STATE = "not_in_this_state"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the token's subject, its role, the tenant it acts for where the role acts for one, and its scopes."""

    id: str
    role: str
    tenant: str | None = None
    scopes: frozenset[str] = frozenset()


SYSTEM = Actor("system", "system")


class HasState(Protocol):
    """A frozen dataclass with `state`, and those of `whose_turn`, `deadline_at` and `updated_at` that its table has."""

    @property
    def state(self) -> StrEnum: ...


class Context(Protocol):
    """Who acts, when, and the settings that hold the durations. A transaction is one."""

    @property
    def actor(self) -> Actor: ...
    @property
    def now(self) -> datetime: ...
    # The class of settings differs per service, and the table names their attributes as text.
    @property
    def settings(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class SystemContext:
    """The context of a consequence: the system acts, because of what somebody else did."""

    now: datetime
    settings: Any  # see Context
    actor: Actor = SYSTEM

    @classmethod
    def of(cls, context: Context) -> "SystemContext":
        """The same time and settings, with the system as the actor."""
        return cls(context.now, context.settings)


@dataclass(frozen=True)
class Permission:
    """The roles that may take a transition, and the reason shown to everybody else."""

    why_not: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Guard:
    """A condition on the row besides its state. `code` is the reason shown in the API and in the diagram.

    `refuses(row, facts)` returns the refusal, or None where the action is permitted. `facts` is what the caller knows
    besides the row (the lines of an order, for example); None where it passed nothing.
    """

    code: str
    refuses: Callable[[Any, Any], Refusal | None]  # the class of the row and of its facts differs per table


@dataclass(frozen=True)
class History:
    """A target that the row remembers: the state in `attribute`, or `default` where it holds none.

    The attribute is cleared when the row enters a state from which no transition goes back to it.
    """

    attribute: str
    default: StrEnum


@dataclass(frozen=True)
class Transition(Generic[S_co]):
    """One row of the table: where an action leads, who may take it, and what bars it.

    `remember` names the attribute that keeps the state which is left, for a later `History`.
    """

    target: S_co | History
    permission: Permission
    guards: tuple[Guard, ...] = ()
    remember: str | None = None


@dataclass(frozen=True)
class Timeout(Generic[A]):
    """Whose turn it is in a state, how long it may last and what the timer then does.

    `hours` names the setting that holds the hours; `then` is the action that the timer takes as SYSTEM; `effect` tells
    the reader what will happen. The time runs from the moment the state is entered, or its timer fires and it stays;
    where `since` names an attribute of the row, it runs from the time in there (without `hours` it ends then). While
    `unless` refuses the row, it has no deadline.
    """

    turn: str
    hours: str | None = None
    then: A | None = None
    effect: str | None = None
    since: str | None = None
    unless: Guard | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """One action as the API shows it: allowed now for this actor, or why not."""

    action: str
    allowed: bool
    why_not: str | None = None


class IllegalTransition(Refusal):
    """The table has no such row: the action does not exist in this state."""

    kind, code = Kind.CONFLICT, "illegal_transition"
    zh = "状态 {state} 下不能执行 {action}；当前可执行：{allowed:or 无}。"
    en = "{action} is not possible in state {state}; possible now: {allowed:or no action}."


class ActionNotAllowed(Refusal):
    """The table has the row, but not for this actor."""

    kind, code = Kind.FORBIDDEN, "not_allowed_for_role"
    zh = "当前角色不能执行 {action}（{why_not}）。"
    en = "This role may not take {action} ({why_not})."


class TableError(ValueError):
    """The table of a lifecycle contradicts itself; raised when it is composed, at import."""


class Lifecycle(Generic[S, A]):
    """The table of one document, checked once when it is composed.

    `ends` are the states in which nothing is waited for; a row may lead out of one (a closed conversation is reopened).
    `starts` are further states in which a document may be created.

    Raises:
        TableError: a state that cannot be reached, that is nobody's turn, that no end can be reached from, or
            a timer with an action that the table does not give to the system in that state.
    """

    def __init__(
        self,
        name: str,
        *,
        initial: S,
        transitions: Mapping[tuple[S, A], Transition[S]],
        timeouts: Mapping[S, Timeout[A]],
        ends: Collection[S],
        starts: Collection[S] = (),
    ) -> None:
        self.name, self.initial, self.starts = name, initial, frozenset({initial, *starts})
        self.transitions, self.timeouts, self.ends = dict(transitions), dict(timeouts), frozenset(ends)
        self._actions: tuple[A, ...] = tuple(dict.fromkeys(action for _, action in self.transitions))
        self._guards: dict[S, list[Guard]] = {}
        self._remembering: dict[str, set[S]] = {}
        for (state, _), row in self.transitions.items():
            self._guards.setdefault(state, []).extend(row.guards)
            if isinstance(row.target, History):
                self._remembering.setdefault(row.target.attribute, set()).add(state)
        # The answer is the same for every row in a state; building it anew costs a tenth of a request.
        self._shown = cache(self._show)
        _check(self)

    def start(self, row: D, context: Context) -> D:
        """The new row in the initial state, with whose turn it is and the deadline."""
        return _replaced(row, self._entered(self.initial, row, context))

    def apply(self, row: D, action: A, context: Context, facts: object = None) -> D:
        """The row after `action`: state, turn and deadline by the table.

        The deadline stays where the state stays, unless its timer took the action.

        Raises:
            IllegalTransition: the table has no such row.
            ActionNotAllowed: it has the row, but not for this actor.
            Refusal: what a guard refuses with.
        """
        state = self._state(row)
        transition = self._permitted(state, action, context.actor)
        for guard in transition.guards:
            refusal = guard.refuses(row, facts)
            if refusal is not None:
                raise refusal
        target = self._target(transition, row)
        if target is state and not self._is_timer(state, action):
            return _replaced(row, {"updated_at": context.now})
        values = self._entered(target, row, context)
        values.update({name: None for name, states in self._remembering.items() if target not in states})
        if transition.remember is not None:
            values[transition.remember] = state
        return _replaced(row, values)

    def reschedule(self, row: D, context: Context) -> D:
        """The row with the deadline of its state computed anew: what `since` or `unless` of its timeout reads has changed.

        A timer that has neither goes on as it was.
        """
        timeout = self.timeouts.get(self._state(row))
        if timeout is None or (timeout.since is None and timeout.unless is None):
            return row
        return _replaced(row, {"deadline_at": self._deadline(self._state(row), row, context)})

    def move(self, state: S, action: A, actor: Actor) -> S:
        """The target for this actor, guards aside. Raises: IllegalTransition, ActionNotAllowed."""
        target = self._permitted(state, action, actor).target
        return cast(S, target.default if isinstance(target, History) else target)

    def allowed(self, row: HasState, actor: Actor, facts: object = None) -> list[Allowed]:
        """Every action of the table, in its order, with the reason why it is not open to this actor now."""
        state = self._state(row)
        refusing = [guard for guard in self._guards.get(state, ()) if guard.refuses(row, facts) is not None]
        return list(self._shown(state, actor.role, frozenset(refusing)))

    def permits(self, row: HasState, action: A, actor: Actor, facts: object = None) -> bool:
        """Whether `apply` would do it."""
        found = self.transitions.get((self._state(row), action))
        if found is None or actor.role not in found.permission.roles:
            return False
        return all(guard.refuses(row, facts) is None for guard in found.guards)

    def timeout(self, state: S) -> Timeout[A] | None:
        """Whose turn it is in `state` and what happens when nothing happens; None for an end."""
        return self.timeouts.get(state)

    def due(self, row: HasState, now: datetime) -> A | None:
        """The action that the timer takes now; None where the row has moved on, or its time has not come."""
        deadline: datetime | None = getattr(row, "deadline_at", None)
        timeout = self.timeouts.get(self._state(row))
        return timeout.then if deadline is not None and deadline <= now and timeout is not None else None

    def roles(self, action: A) -> tuple[str, ...]:
        """Who may take this action in some state, people only: whom a route lets through at all."""
        rows = (row for (_, each), row in self.transitions.items() if each is action)
        return tuple(sorted({role for row in rows for role in row.permission.roles} - {SYSTEM.role}))

    def targets(self, transition: Transition[S]) -> set[S]:
        """Where a transition may lead: for a history target, every state that some transition remembers there."""
        if not isinstance(transition.target, History):
            return {transition.target}
        remembered = {
            state for (state, _), row in self.transitions.items() if row.remember == transition.target.attribute
        }
        return remembered | {cast(S, transition.target.default)}

    def diagram(self) -> str:
        """The whole table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in sorted(self.starts))]
        for (state, action), row in self.transitions.items():
            label = self._label(state, action, row)
            lines += [f"    {state} --> {target}: {label}" for target in sorted(self.targets(row))]
        return "\n".join([*lines, *(f"    {state} --> [*]" for state in sorted(self.ends))]) + "\n"

    def _state(self, row: HasState) -> S:
        return cast(S, row.state)

    def _permitted(self, state: S, action: A, actor: Actor) -> Transition[S]:
        found = self.transitions.get((state, action))
        if found is None:
            rows = [(a, self.transitions.get((state, a))) for a in self._actions]
            possible = [a.value for a, row in rows if row is not None and actor.role in row.permission.roles]
            raise IllegalTransition(state=state, action=action, allowed=possible)
        if actor.role not in found.permission.roles:
            raise ActionNotAllowed(state=state, action=action, why_not=found.permission.why_not)
        return found

    def _show(self, state: S, role: str, refusing: frozenset[Guard]) -> tuple[Allowed, ...]:
        whys = ((action, self._why_not(state, action, role, refusing)) for action in self._actions)
        return tuple(Allowed(action.value, why_not is None, why_not) for action, why_not in whys)

    def _why_not(self, state: S, action: A, role: str, refusing: frozenset[Guard]) -> str | None:
        found = self.transitions.get((state, action))
        if found is None:
            return NOT_IN_THIS_STATE
        if role not in found.permission.roles:
            return found.permission.why_not
        return next((guard.code for guard in found.guards if guard in refusing), None)

    def _target(self, transition: Transition[S], row: HasState) -> S:
        if not isinstance(transition.target, History):
            return transition.target
        return cast(S, getattr(row, transition.target.attribute) or transition.target.default)

    def _entered(self, state: S, row: HasState, context: Context) -> dict[str, object]:
        timeout = self.timeouts.get(state)
        return {
            "state": state,
            "whose_turn": timeout.turn if timeout else NOBODY,
            "deadline_at": self._deadline(state, row, context),
            "updated_at": context.now,
        }

    def _deadline(self, state: S, row: HasState, context: Context) -> datetime | None:
        timeout = self.timeouts.get(state)
        if timeout is None or (timeout.hours is None and timeout.since is None):
            return None
        if timeout.unless is not None and timeout.unless.refuses(row, None) is not None:
            return None
        since: datetime = getattr(row, timeout.since) if timeout.since else context.now
        return since + timedelta(hours=getattr(context.settings, timeout.hours) if timeout.hours else 0)

    def _is_timer(self, state: S, action: A) -> bool:
        timeout = self.timeouts.get(state)
        return timeout is not None and timeout.then is action

    def _label(self, state: S, action: A, row: Transition[S]) -> str:
        roles = ", ".join(sorted(row.permission.roles))
        guards = "".join(f", unless {guard.code}" for guard in row.guards)
        history = ", where it was before" if isinstance(row.target, History) else ""
        timed = _timed(self.timeouts[state]) if self._is_timer(state, action) else ""
        return f"{action} ({roles}{guards}{history}){timed}"


def _timed(timeout: Timeout[A]) -> str:
    """When the timer takes the action, for the diagram."""
    if timeout.hours is None and timeout.since is None:
        return ""
    since = f" from {timeout.since}" if timeout.since else ""
    when = f"after {timeout.hours}{since}" if timeout.hours else f"at {timeout.since}"
    return f" / {when}{f', unless {timeout.unless.code}' if timeout.unless else ''}"


def compose(*fragments: Mapping[tuple[S, A], Transition[S]]) -> dict[tuple[S, A], Transition[S]]:
    """One table of several fragments. Raises: TableError where two of them have the same row."""
    table: dict[tuple[S, A], Transition[S]] = {}
    for fragment in fragments:
        for key, row in fragment.items():
            if key in table:
                raise TableError(f"two fragments have a row for {key[1]} in {key[0]}")
            table[key] = row
    return table


@cache
def _attributes(row: type) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(row))


def _replaced(row: D, values: Mapping[str, object]) -> D:
    """The row with those of the values that its class has."""
    has = _attributes(type(row))
    changed: D = dataclasses.replace(cast(Any, row), **{name: value for name, value in values.items() if name in has})
    return changed


def _check(table: Lifecycle[S, A]) -> None:
    """Raises: TableError, see Lifecycle."""
    leads: dict[S, set[S]] = {}
    for (state, _), row in table.transitions.items():
        leads.setdefault(state, set()).update(table.targets(row))
    reached = _reachable(set(table.starts), leads)
    known = reached | set(leads) | set(table.timeouts) | table.ends
    _refuse(table, "cannot be reached", known - reached)
    _refuse(table, "is nobody's turn and no end", reached - set(table.timeouts) - table.ends)
    _refuse(table, "is an end and still somebody's turn", table.ends & set(table.timeouts))
    came_from: dict[S, set[S]] = {}
    for state, targets in leads.items():
        for target in targets:
            came_from.setdefault(target, set()).add(state)
    _refuse(table, "has no way to an end", reached - _reachable(set(table.ends), came_from))
    _refuse(
        table,
        "has a timer that the system may not take",
        (s for s, t in table.timeouts.items() if not _fires(table, s, t)),
    )


def _fires(table: Lifecycle[S, A], state: S, timeout: Timeout[A]) -> bool:
    row = None if timeout.then is None else table.transitions.get((state, timeout.then))
    return timeout.then is None or (row is not None and SYSTEM.role in row.permission.roles)


def _reachable(start: set[S], leads: Mapping[S, set[S]]) -> set[S]:
    found, queue = set(start), list(start)
    while queue:
        new = leads.get(queue.pop(), set()) - found
        found |= new
        queue.extend(new)
    return found


def _refuse(table: Lifecycle[S, A], what: str, states: Iterable[S]) -> None:
    wrong = sorted(states)
    if wrong:
        raise TableError(f"{table.name}: {', '.join(wrong)} {what}")
