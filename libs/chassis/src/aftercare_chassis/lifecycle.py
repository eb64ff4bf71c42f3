"""A state machine as data: one table says who may do what, where it leads and how long it may wait.

The commands, the deadlines, the allowed actions in the API and the diagram in the docs all read the same table.
Only the standard library is used here, so that `domain` may import it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from aftercare_chassis.refusals import Kind, Refusal

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)

NOT_IN_THIS_STATE = "not_in_this_state"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the token's subject and role; sellers act for one merchant."""

    id: str
    role: str
    merchant_id: str | None = None


SYSTEM = Actor("system", "system")


@dataclass(frozen=True)
class Side:
    """The roles that may take a step, and the reason shown to everybody else."""

    why_not: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Move(Generic[S]):
    """One row of the table: where an action leads and who may take it."""

    to: S
    by: Side


@dataclass(frozen=True)
class Wait(Generic[A]):
    """Whose turn it is in a state, how long it may last and what the timer then does.

    `hours` names the setting that holds the hours; `then` is the action the timer takes as SYSTEM; `effect` tells
    the reader what will happen.
    """

    turn: str
    hours: str | None = None
    then: A | None = None
    effect: str | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """One action as the API shows it: allowed now for this actor, or why not."""

    action: str
    allowed: bool
    why_not: str | None = None


class IllegalMove(Refusal):
    """The table has no such row: the action does not exist in this state."""

    kind, code = Kind.CONFLICT, "illegal_transition"
    zh = "状态 {state} 下不能执行 {action}；当前可执行：{allowed}。"
    en = "{action} is not possible in state {state}; possible now: {allowed}."


class NotYours(Refusal):
    """The table has the row, but not for this actor."""

    kind, code = Kind.FORBIDDEN, "not_allowed_for_role"
    zh = "当前角色不能执行 {action}（{why_not}）。"
    en = "This role may not take {action} ({why_not})."


class Lifecycle(Generic[S, A]):
    """The table of one document, checked once when it is made."""

    def __init__(self, name: str, moves: Mapping[tuple[S, A], Move[S]], waits: Mapping[S, Wait[A]]) -> None:
        self.name = name
        self.moves = dict(moves)
        self.waits = dict(waits)
        self._actions: tuple[A, ...] = tuple(dict.fromkeys(action for _, action in self.moves))
        self._from = frozenset(state for (state, _), row in self.moves.items() if row.to is not state)
        for state, wait in self.waits.items():
            if wait.then is not None:
                self._check_timer(state, wait.then)

    def move(self, state: S, action: A, actor: Actor) -> S:
        """The state after `action`; IllegalMove where the table has no such row, NotYours where not for this actor."""
        row = self.moves.get((state, action))
        if row is None:
            raise IllegalMove(state=state, action=action, allowed=self._open_to(state, actor))
        if actor.role not in row.by.roles:
            raise NotYours(state=state, action=action, why_not=row.by.why_not)
        return row.to

    def allowed(self, state: S, actor: Actor) -> list[Allowed]:
        """Every action of the table, in its order, with the reason why it is not open to this actor now."""
        return [self._judge(state, action, actor) for action in self._actions]

    def wait(self, state: S) -> Wait[A] | None:
        """Whose turn it is in `state` and what happens when nothing happens."""
        return self.waits.get(state)

    def final(self, state: S) -> bool:
        """True where no row leads from `state` to another."""
        return state not in self._from

    def diagram(self) -> str:
        """The table as a Mermaid state diagram; its first row starts where a new document starts."""
        lines = ["stateDiagram-v2"]
        lines += [f"    [*] --> {state}" for state, _ in list(self.moves)[:1]]
        lines += [
            f"    {state} --> {row.to}: {self._label(state, action)}" for (state, action), row in self.moves.items()
        ]
        ends = dict.fromkeys(row.to for row in self.moves.values() if self.final(row.to))
        return "\n".join([*lines, *(f"    {state} --> [*]" for state in ends)]) + "\n"

    def _judge(self, state: S, action: A, actor: Actor) -> Allowed:
        row = self.moves.get((state, action))
        if row is None:
            return Allowed(action.value, False, NOT_IN_THIS_STATE)
        if actor.role not in row.by.roles:
            return Allowed(action.value, False, row.by.why_not)
        return Allowed(action.value, True)

    def _open_to(self, state: S, actor: Actor) -> list[str]:
        return [each.action for each in self.allowed(state, actor) if each.allowed]

    def _label(self, state: S, action: A) -> str:
        wait = self.waits.get(state)
        timed = f" / after {wait.hours}" if wait is not None and wait.then == action and wait.hours else ""
        return f"{action} ({', '.join(sorted(self.moves[state, action].by.roles))}){timed}"

    def _check_timer(self, state: S, action: A) -> None:
        row = self.moves.get((state, action))
        if row is None or SYSTEM.role not in row.by.roles:
            raise ValueError(
                f"{self.name}: the timer of {state} takes {action}, which the table does not give to system"
            )
