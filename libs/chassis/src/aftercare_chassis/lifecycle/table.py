"""The table of one document: it decides transitions, deadlines and allowed actions."""

import dataclasses
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Generic, TypeVar, cast

from aftercare_chassis.lifecycle.actors import SYSTEM, Actor, Context
from aftercare_chassis.lifecycle.composition import check, targets
from aftercare_chassis.lifecycle.definitions import (
    NOBODY,
    NOT_IN_THIS_STATE,
    A,
    ActionNotAllowed,
    Allowed,
    Binding,
    Guard,
    HasState,
    History,
    IllegalTransition,
    S,
    Timeout,
    Transition,
)
from aftercare_chassis.lifecycle.timing import PLAIN_HOURS, Timing
from aftercare_chassis.records import replace

D = TypeVar("D", bound=HasState)


class Lifecycle(Generic[S, A]):
    """The table of one document, checked once when it is composed.

    `ends` are the states in which nothing is waited for; a row may lead out of one (what was closed can be reopened).
    `starts` are further states in which a document may be created. `binding`: the turns whose time is binding.

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
        binding: Binding | None = None,
    ) -> None:
        self.binding, self.name, self.initial, self.starts = binding, name, initial, frozenset({initial, *starts})
        self.transitions, self.timeouts, self.ends = dict(transitions), dict(timeouts), frozenset(ends)
        self._actions: tuple[A, ...] = tuple(dict.fromkeys(action for _, action in self.transitions))
        self._guards: dict[S, dict[Guard, None]] = {}
        self._remembering: dict[str, set[S]] = {}
        for (state, _), row in self.transitions.items():
            self._guards.setdefault(state, {}).update(dict.fromkeys(row.guards))
            if isinstance(row.target, History):
                self._remembering.setdefault(row.target.attribute, set()).add(state)
        # The same for every row in a state; building what is shown each time costs a tenth of a request.
        self._shown, self._possible = cache(self._show), cache(self._find_possible)
        check(name, self.starts, self.transitions, self.timeouts, self.ends)

    def start(self, row: D, context: Context) -> D:
        """The new row in the initial state, with whose turn it is and the deadline."""
        return _replaced(row, self._entered(self.initial, row, context, None))

    def apply(self, row: D, action: A, context: Context, facts: object = None) -> D:
        """The row after `action`: state, turn and deadline by the table.

        The deadline stays where the state stays, unless its timer took the action or the transition restarts the time.

        Raises:
            IllegalTransition: the table has no such row, or none that exists for this actor; `allowed` are those that
                are possible for them, and with `facts` those that no guard bars.
            ActionNotAllowed: it has the row, but not for this actor.
            Refusal: what a guard refuses with, or `binding` where the time of this actor has passed.
        """
        state = self._state(row)
        transition = self._permitted(row, action, context.actor, facts)
        if self.binding is not None and _moves(state, transition):
            self._refuse_late(self.binding, row, action, context, facts)
        for guard in transition.guards:
            refusal = guard.refuses(row, facts) if guard.bars(context.actor.role) else None
            if refusal is not None:
                raise refusal
        target = self._target(transition, row)
        if target is state and not transition.restarts and not self.is_timer(state, action):
            values: dict[str, object] = {"updated_at": context.now}
        else:
            goes_on = isinstance(transition.target, History) and getattr(row, transition.target.attribute) is target
            remaining: int | None = getattr(row, "remaining_seconds", None) if goes_on else None
            values = self._entered(target, row, context, facts, remaining)
            values.update({name: None for name, states in self._remembering.items() if target not in states})
            values["remaining_seconds"] = None
        if transition.remember is not None:
            values[transition.remember] = transition.remembered or state
            # The time of another state than the one that is left begins when the row goes there.
            stopped = transition.remembered is None
            values["remaining_seconds"] = self._remaining(state, row, context, facts) if stopped else None
        return _replaced(row, values)

    def enter_again(self, row: D, context: Context, facts: object = None) -> D:
        """The row as if it had entered its state now: turn and deadline by the facts, which have changed since it did."""
        return _replaced(row, self._entered(self._state(row), row, context, facts))

    def reschedule(self, row: D, context: Context) -> D:
        """The row with the deadline of its state computed again: what `since` or `unless` of its timeout reads has changed.

        A timer that has neither goes on as it was.
        """
        timeout = self._holding(self._state(row), row, None)
        if timeout is None or (timeout.since is None and timeout.unless is None):
            return row
        return _replaced(row, {"deadline_at": _deadline(timeout, row, context, None)})

    def allowed(
        self,
        row: HasState,
        actor: Actor,
        facts: object = None,
        now: datetime | None = None,
        timing: Timing = PLAIN_HOURS,
    ) -> list[Allowed]:
        """Every action of the table, in its order, with the reason why it is not open to this actor now.

        `now` None: whether the time of this actor has passed is not looked at. `timing` decides about that as in `apply`.
        """
        state = self._state(row)
        refusing = [guard for guard in self._guards.get(state, ()) if guard.refuses(row, facts) is not None]
        late = now is not None and self._ended_at(row, actor, now, timing) is not None
        return list(self._shown(state, actor.role, frozenset(refusing), late))

    def permits(self, row: HasState, action: A, actor: Actor, facts: object = None) -> bool:
        """Whether `apply` would take the action for this actor, as far as the time does not matter."""
        found = self.transitions.get((self._state(row), action))
        if found is None or actor.role not in found.permission.roles:
            return False
        return all(not guard.bars(actor.role) or guard.refuses(row, facts) is None for guard in found.guards)

    def cause(self, row: HasState, action: A) -> str:
        """Why `action` is taken in the state of the row. Raises: LookupError where the table has no cause."""
        found = self.transitions.get((self._state(row), action))
        if found is None or found.cause is None:
            raise LookupError(f"{self.name} has no cause for {action} in {row.state}")
        return found.cause

    def timeout(self, state: S) -> Timeout[A] | None:
        """Whose turn it is in `state` and what happens when nothing happens; None for an end."""
        return self.timeouts.get(state)

    def alternatives(self, state: S) -> tuple[Timeout[A], ...]:
        """The timeouts that may hold in this state."""
        timeout = self.timeouts.get(state)
        return () if timeout is None else timeout.alternatives

    def whose_turn(self, row: HasState, facts: object = None) -> str:
        """Who has to act next, by the facts where the timeout of the state asks for them; NOBODY at an end."""
        timeout = self._holding(self._state(row), row, facts)
        if timeout is None:
            return NOBODY
        return timeout.turn if timeout.turn_by is None else timeout.turn_by(row, facts)

    def deadline_effect(self, row: HasState, facts: object = None) -> str | None:
        """What happens at the row's deadline if nobody acts before; None where it has no deadline."""
        timeout = self._holding(self._state(row), row, facts)
        return timeout.effect if timeout is not None and getattr(row, "deadline_at", None) is not None else None

    def due(self, row: HasState, now: datetime, facts: object = None) -> A | None:
        """The action that the timer takes now; None where the row has moved on, or its time has not come."""
        deadline: datetime | None = getattr(row, "deadline_at", None)
        timeout = self._holding(self._state(row), row, facts)
        return timeout.then if deadline is not None and deadline <= now and timeout is not None else None

    def roles(self, action: A) -> tuple[str, ...]:
        """Who may take this action in some state, people only: whom a route lets through at all."""
        rows = [row for (_, each), row in self.transitions.items() if each is action and row.outcome_of is None]
        return tuple(sorted({role for row in rows for role in row.permission.roles} - {SYSTEM.role}))

    def possible(self, state: S, role: str) -> list[A]:
        """What a client of this role may ask for in this state, in the order of the table, if no guard refuses the row."""
        return list(self._possible(state, role))

    def _find_possible(self, state: S, role: str) -> tuple[A, ...]:
        rows = ((action, self.transitions.get((state, action))) for action in self._actions)
        return tuple(action for action, row in rows if row is not None and row.can_be_asked_for(role))

    def targets(self, transition: Transition[S]) -> set[S]:
        """Where a transition may lead."""
        return targets(self.transitions, transition)

    def _state(self, row: HasState) -> S:
        return cast(S, row.state)

    def _permitted(self, row: HasState, action: A, actor: Actor, facts: object) -> Transition[S]:
        state = self._state(row)
        found = self.transitions.get((state, action))
        if found is None or (
            actor.role not in found.permission.roles and found.permission.why_not == NOT_IN_THIS_STATE
        ):
            possible = self.possible(state, actor.role)
            known = facts is not None  # some guards judge nothing else
            allowed = [each for each in possible if not known or self.permits(row, each, actor, facts)]
            raise IllegalTransition(state=state, action=action, allowed=allowed)
        if actor.role not in found.permission.roles:
            raise ActionNotAllowed(state=state, action=action, why_not=found.permission.why_not)
        return found

    def _show(self, state: S, role: str, refusing: frozenset[Guard], late: bool) -> tuple[Allowed, ...]:
        whys = ((action, self._why_not(state, action, role, refusing, late)) for action in self._actions)
        return tuple(Allowed(action.value, why_not is None, why_not) for action, why_not in whys)

    def _why_not(self, state: S, action: A, role: str, refusing: frozenset[Guard], late: bool) -> str | None:
        found = self.transitions.get((state, action))
        if found is None:
            return NOT_IN_THIS_STATE
        if role not in found.permission.roles:
            return found.permission.why_not
        if found.outcome_of is not None:
            return f"outcome_of_{found.outcome_of}"
        if late and self.binding is not None and _moves(state, found):
            return self.binding.code
        return next((guard.code for guard in found.guards if guard in refusing and guard.bars(role)), None)

    def _ended_at(self, row: HasState, actor: Actor, now: datetime, timing: Timing) -> datetime | None:
        """When the time of this actor ended, where it is its turn, its time is binding, and the timer has still to act."""
        deadline: datetime | None = getattr(row, "deadline_at", None)
        if self.binding is None or deadline is None or deadline > now:
            return None
        if actor.role not in self.binding.roles.get(getattr(row, "whose_turn", NOBODY), ()):
            return None
        return deadline if timing.ends(row, deadline) <= now else None

    def _refuse_late(self, binding: Binding, row: HasState, action: A, context: Context, facts: object) -> None:
        ended_at = self._ended_at(row, context.actor, context.now, context.timing)
        if ended_at is not None:
            raise binding.refusal(action, ended_at, self.deadline_effect(row, facts))

    def _target(self, transition: Transition[S], row: HasState) -> S:
        if not isinstance(transition.target, History):
            return transition.target
        return cast(S, getattr(row, transition.target.attribute) or transition.target.default)

    def _holding(self, state: S, row: HasState, facts: object) -> Timeout[A] | None:
        """The timeout that holds for the row in this state."""
        timeout = self.timeouts.get(state)
        return None if timeout is None else timeout.holding(row, facts)

    def _remaining(self, state: S, row: HasState, context: Context, facts: object) -> int | None:
        """What is left of the time in this state, where hours limit it."""
        timeout = self._holding(state, row, facts)
        due_at: datetime | None = getattr(row, "deadline_at", None)
        if timeout is None or timeout.hours is None or timeout.since is not None or due_at is None:
            return None
        return context.timing.remaining(row, timeout.hours, due_at, context.now, context.settings)

    def _entered(
        self, state: S, row: HasState, context: Context, facts: object, remaining: int | None = None
    ) -> dict[str, object]:
        timeout = self._holding(state, row, facts)
        return {
            "state": state,
            "whose_turn": timeout.turn if timeout else NOBODY,
            "deadline_at": None if timeout is None else _deadline(timeout, row, context, remaining),
            "updated_at": context.now,
        }

    def is_timer(self, state: S, action: A) -> bool:
        """Whether a timer of this state takes this action."""
        return any(each.then is action for each in self.alternatives(state))


def _moves(state: S, transition: Transition[S]) -> bool:
    """Whether a transition moves the document on, or gives its state a new time."""
    return transition.restarts or transition.target is not state


def _deadline(timeout: Timeout[A], row: HasState, context: Context, remaining: int | None) -> datetime | None:
    if timeout.hours is None and timeout.since is None:
        return None
    if timeout.unless is not None and timeout.unless.refuses(row, None) is not None:
        return None
    since: datetime = getattr(row, timeout.since) if timeout.since else context.now
    if timeout.hours is None:
        return since
    return context.timing.due(row, timeout.hours, since, context.settings, remaining)


@cache
def _attributes(row: type) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(row))


def _replaced(row: D, values: Mapping[str, object]) -> D:
    """The row with those of the values that its class has."""
    has = _attributes(type(row))
    return replace(row, **{name: value for name, value in values.items() if name in has})
