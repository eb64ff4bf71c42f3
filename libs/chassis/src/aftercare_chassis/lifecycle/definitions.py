"""What a table consists of: permissions, guards, transitions and timeouts."""

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from aftercare_chassis.refusals import Kind, Refusal

S = TypeVar("S", bound=StrEnum)
S_co = TypeVar("S_co", bound=StrEnum, covariant=True)
A = TypeVar("A", bound=StrEnum)

NOT_IN_THIS_STATE = "not_in_this_state"
NOBODY = "nobody"


class HasState(Protocol):
    """A frozen dataclass with `state`, and those of `whose_turn`, `deadline_at`, `remaining_seconds` and `updated_at` that its
    table has.

    `remaining_seconds` is what is left of the time of a state that is kept for a later `History`.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[object]]]

    @property
    def state(self) -> StrEnum: ...


@dataclass(frozen=True)
class Permission:
    """The roles that may take a transition, and the reason shown to everybody else.

    With NOT_IN_THIS_STATE as the reason, the action does not exist in this state for any other role: it is refused as
    IllegalTransition and not as ActionNotAllowed.
    """

    why_not: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Guard:
    """A condition on the row besides its state. `code` is the reason shown in the API and in the diagram.

    `refuses(row, facts)` returns the refusal, or None where the action is permitted. `facts` is what the caller knows
    besides the row (its lines, for example); None where it passed nothing.

    `always`: it refuses every row. The transition is never taken; the table has it for the reason alone.
    `roles`: the roles that it bars; None where it bars all.
    """

    code: str
    refuses: Callable[[Any, Any], Refusal | None]  # the class of the row and of its facts differs per table
    always: bool = False
    roles: frozenset[str] | None = None

    def bars(self, role: str) -> bool:
        """Whether it is about actors of this role."""
        return self.roles is None or role in self.roles


@dataclass(frozen=True)
class History:
    """A target that is stored in the row: the state in `attribute`, or `default` where it holds none.

    The attribute is cleared when the row enters a state from which no transition goes back to it.
    """

    attribute: str
    default: StrEnum


@dataclass(frozen=True)
class Transition(Generic[S_co]):
    """One row of the table: where an action leads, who may take it, and the guards that can refuse it.

    `remember` names the attribute that keeps the state which is left, or `remembered` instead, for a later `History`.
    `cause` is the code with which the events of the transition name why it was taken.
    `restarts`: where the row stays in its state, the time of that state starts again.
    `outcome_of` names what decides a transition that no client asks for by its own name: another action whose command
    takes it, or the document in which it is decided. It is shown as allowed to nobody, with the reason `outcome_of_…`.
    """

    target: S_co | History
    permission: Permission
    guards: tuple[Guard, ...] = ()
    remember: str | None = None
    remembered: S_co | None = None
    cause: str | None = None
    outcome_of: str | None = None
    restarts: bool = False

    def can_be_asked_for(self, role: str) -> bool:
        """Whether a client of this role may ask for the transition, if no guard refuses the row."""
        never = self.outcome_of is not None or any(guard.always for guard in self.guards)
        return role in self.permission.roles and not never


@dataclass(frozen=True)
class Timeout(Generic[A]):
    """Whose turn it is in a state, how long it may last and what the timer then does.

    `hours` names the setting that holds the hours; `then` is the action that the timer takes as SYSTEM; `effect`
    describes for people what happens then. The time runs from the moment the state is entered, or its timer fires and it stays;
    where `since` names an attribute of the row, it runs from the time in there (without `hours` it ends then). While
    `unless` refuses the row, it has no deadline.

    `turn_by(row, facts)` returns whose turn it is where that depends on what the caller knows besides the row: the
    `turn` of the table, or that of another state.

    `instead` is a guard and another timeout, which holds in place of this one while the guard refuses the row. Where both
    store a deadline, whoever changes what the guard judges takes a transition that `restarts` the time.
    """

    turn: str
    hours: str | None = None
    then: A | None = None
    effect: str | None = None
    since: str | None = None
    unless: Guard | None = None
    turn_by: Callable[[Any, Any], str] | None = None  # the class of the row and of its facts differs per table
    instead: "tuple[Guard, Timeout[A]] | None" = None

    @property
    def alternatives(self) -> "tuple[Timeout[A], ...]":
        """This timeout, and those that may hold in its place."""
        return (self,) if self.instead is None else (self, *self.instead[1].alternatives)

    def holding(self, row: object, facts: object) -> "Timeout[A]":
        """The one of them that holds for the row."""
        if self.instead is None or self.instead[0].refuses(row, facts) is None:
            return self
        return self.instead[1].holding(row, facts)


@dataclass(frozen=True)
class Binding:
    """Whose time is binding: the roles that act for each turn. Once it has passed, and until the timer acts, they may not move the
    document on or restart the time; who else may act still may.

    `refusal(action, ended_at, effect)` is what they are refused with, and `code` its code; `effect` is that of the timeout.
    """

    code: str
    roles: Mapping[str, frozenset[str]]
    refusal: Callable[[str, datetime, str | None], Refusal]


class Allowed(NamedTuple):
    """One action as the API shows it: allowed now for this actor, or why not."""

    action: str
    allowed: bool
    why_not: str | None = None


class IllegalTransition(Refusal):
    """The table has no such row: the action does not exist in this state."""

    kind, code = Kind.CONFLICT, "illegal_transition"
    zh = "当前状态（{state}）下不能执行：{action}；可执行：{allowed:or 无}。"
    en = "Not possible in this state ({state}): {action}. Possible now: {allowed:or no action}."


class ActionNotAllowed(Refusal):
    """The table has the row, but not for this actor."""

    kind, code = Kind.FORBIDDEN, "not_allowed_for_role"
    zh = "当前角色不能执行此操作：{action}。"
    en = "This role may not take this action: {action}."
