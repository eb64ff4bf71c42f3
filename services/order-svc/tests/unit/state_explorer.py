"""Explores every state that a model can reach, one transition at a time."""

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol, Self, TypeVar

from aftercare_chassis.refusals import Refusal

Step = Callable[[], Awaitable[None]]
State = tuple[Any, ...]


class Model(Protocol):
    """Something with states. `steps` are all that somebody may try now; a step that is refused raises a Refusal."""

    def steps(self) -> dict[str, Step]: ...

    def state(self) -> State: ...

    def copy(self) -> Self: ...

    def is_copy_of(self, other: Self) -> bool: ...

    def check_invariants(self) -> None: ...


M = TypeVar("M", bound=Model)


async def attempt(step: Step) -> bool:
    """Try a step; False where it is refused."""
    try:
        await step()
    except Refusal:
        return False
    return True


async def every_state(start: M) -> tuple[dict[State, M], dict[State, set[State]]]:
    """A model in each state that can be reached, and for each state those from which one step leads to it."""
    models, before = {start.state(): start}, defaultdict[State, set[State]](set)
    waiting = deque(models)
    while waiting:
        here = waiting.popleft()
        there = models[here].copy()
        steps = there.steps()
        for name in models[here].steps():
            if await attempt(steps[name]):
                state = there.state()
                before[state].add(here)
                if state not in models:
                    there.check_invariants()
                    models[state] = there
                    waiting.append(state)
            elif there.is_copy_of(models[here]):
                continue  # what was refused has changed nothing
            there = models[here].copy()
            steps = there.steps()
    return models, before


def leading_to(ends: Iterable[State], before: Mapping[State, set[State]]) -> set[State]:
    """The ends, and all states from which some steps lead to one of them."""
    found = set(ends)
    waiting = deque(found)
    while waiting:
        for state in before.get(waiting.popleft(), set()) - found:
            found.add(state)
            waiting.append(state)
    return found
