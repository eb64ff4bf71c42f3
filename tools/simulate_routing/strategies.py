"""How waiting conversations are given to agents: as cs-svc does, round-robin, and to who has been idle longest."""

from collections.abc import Callable, Sequence
from datetime import datetime

from cs_svc.domain.routing.assignment import Assignment, Candidate, Rules, Waiting, assign

Strategy = Callable[[Sequence[Waiting], Sequence[Candidate], datetime], list[Assignment]]
RULES = Rules(aging_seconds=300, relax_seconds=180)


def routed(waiting: Sequence[Waiting], candidates: Sequence[Candidate], now: datetime) -> list[Assignment]:
    """What cs-svc does."""
    return assign(waiting, candidates, now, RULES)


class RoundRobin:
    """The first that came goes to the next agent in turn who is able."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, waiting: Sequence[Waiting], candidates: Sequence[Candidate], now: datetime) -> list[Assignment]:
        loads, found = {each.id: each.load for each in candidates}, []
        for each in sorted(waiting, key=lambda each: (each.waiting_since, each.id)):
            able = sorted(_able(each, candidates, loads, now), key=lambda agent: agent.id)
            if able:
                chosen = next((agent for agent in able if agent.id > self._last), able[0])
                self._last = chosen.id
                loads[chosen.id] += each.weight
                found.append(Assignment(each.id, chosen.id))
        return found


def longest_idle(waiting: Sequence[Waiting], candidates: Sequence[Candidate], now: datetime) -> list[Assignment]:
    """The first that came goes to the able agent who has had nothing new for longest."""
    loads = {each.id: each.load for each in candidates}
    taken = {each.id: each.taken_at or datetime.min.replace(tzinfo=now.tzinfo) for each in candidates}
    found = []
    for each in sorted(waiting, key=lambda each: (each.waiting_since, each.id)):
        able = _able(each, candidates, loads, now)
        if able:
            chosen = min(able, key=lambda agent: (taken[agent.id], agent.id))
            loads[chosen.id] += each.weight
            taken[chosen.id] = now
            found.append(Assignment(each.id, chosen.id))
    return found


def _able(waiting: Waiting, candidates: Sequence[Candidate], loads: dict[str, int], now: datetime) -> list[Candidate]:
    """Who may be chosen: the same as cs-svc permits, so that the strategies differ in their choice alone."""
    wanted = {skill for skill in waiting.skills if any(skill in each.skills for each in candidates)}
    free = [each for each in candidates if loads[each.id] + waiting.weight <= each.capacity]
    skilled = [each for each in free if wanted <= each.skills.keys()]
    if not skilled and (now - waiting.waiting_since).total_seconds() >= RULES.relax_seconds:
        return free
    return skilled


STRATEGIES: dict[str, Callable[[], Strategy]] = {
    "cs-svc": lambda: routed,
    "round-robin": RoundRobin,
    "longest idle": lambda: longest_idle,
}
