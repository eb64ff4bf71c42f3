"""Who is offered which waiting conversation: a pure function of those who wait, those who work, and the time.

Conversations are looked at in the order of their urgency, which grows with the time that they wait, so that none waits for ever behind
more urgent ones. Each is offered to the best of the agents who are able: of its team, with room for it, and with the skills that are wanted.
What nobody can do by skill is given to anybody of the team after a while.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

IDLE_SECONDS = 900.0
"""Who has had nothing new for so long is idle to the full."""
STICKY, EXPERT, HARD_EXPERT, LEVEL, FREE, IDLE, FLEXIBLE = 1.5, 0.5, 2.0, 0.3, 1.0, 0.8, 0.6
"""What counts for how much: the agent who had the conversation before, outcomes in like cases, levels of the skills wanted, room, idle
time, and against an agent each skill that is not wanted here, since others may need it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A conversation that waits. `skills` are those that it needs, `topic` is what outcomes are measured by. `refused_at` is when the last of
    `refused_by` did not take it."""

    id: str
    team_id: str
    rank: int
    weight: int
    waiting_since: datetime
    skills: frozenset[str] = frozenset()
    topic: str = ""
    is_hard: bool = False
    last_agent_id: str | None = None
    refused_by: frozenset[str] = frozenset()
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent who works now: levels by skill, what they have of their capacity, and the share of solved cases by topic."""

    id: str
    teams: frozenset[str]
    skills: Mapping[str, int]
    capacity: int
    load: int
    taken_at: datetime | None = None
    outcomes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """After `aging_seconds` a conversation is as urgent as one of the next rank, after `relax_seconds` it needs no skills that nobody free
    has. Who did not take it is asked again after `again_seconds`, where nobody else can."""

    aging_seconds: float
    relax_seconds: float
    again_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is offered what."""

    waiting_id: str
    agent_id: str


def urgency(waiting: Waiting, now: datetime, rules: Rules) -> float:
    """The rank, plus one for each `aging_seconds` of waiting."""
    return waiting.rank + (now - waiting.waiting_since).total_seconds() / rules.aging_seconds


def in_order(waiting: Sequence[Waiting], now: datetime, rules: Rules) -> list[Waiting]:
    """Those who wait, the most urgent first; of equal ones the first that came."""
    return sorted(waiting, key=lambda each: (-urgency(each, now, rules), each.waiting_since, each.id))


def assign(
    waiting: Sequence[Waiting], candidates: Sequence[Candidate], now: datetime, rules: Rules
) -> list[Assignment]:
    """What is to be offered now, the most urgent first: each conversation to one agent, and to none beyond their capacity."""
    loads = {each.id: each.load for each in candidates}
    taken_at = {each.id: each.taken_at for each in candidates}
    found: list[Assignment] = []
    for each in in_order(waiting, now, rules):
        able = _able(each, candidates, loads, now, rules)
        if not able:
            continue
        best = max(able, key=lambda agent: (_score(each, agent, loads[agent.id], taken_at[agent.id], now), agent.id))
        loads[best.id] += each.weight
        taken_at[best.id] = now
        found.append(Assignment(each.id, best.id))
    return found


def _able(
    waiting: Waiting, candidates: Sequence[Candidate], loads: Mapping[str, int], now: datetime, rules: Rules
) -> list[Candidate]:
    """Who can take it; those who did not only where nobody else can, and after a while."""
    team = [each for each in candidates if waiting.team_id in each.teams]
    # What nobody of the team who works can do is not worth waiting for.
    wanted = {skill for skill in waiting.skills if any(skill in each.skills for each in team)}
    free = [each for each in team if loads[each.id] + waiting.weight <= max(each.capacity, waiting.weight)]
    skilled = [each for each in free if wanted <= each.skills.keys()]
    if not skilled and (now - waiting.waiting_since).total_seconds() >= rules.relax_seconds:
        skilled = free
    willing = [each for each in skilled if each.id not in waiting.refused_by]
    rests = waiting.refused_at is not None and (now - waiting.refused_at).total_seconds() < rules.again_seconds
    return willing if willing or rests else skilled


def _score(waiting: Waiting, agent: Candidate, load: int, taken_at: datetime | None, now: datetime) -> float:
    idle = 1.0 if taken_at is None else min(1.0, (now - taken_at).total_seconds() / IDLE_SECONDS)
    expert = HARD_EXPERT if waiting.is_hard else EXPERT
    level = (
        sum(agent.skills.get(each, 0) for each in waiting.skills) / (5 * len(waiting.skills)) if waiting.skills else 0.0
    )
    spare = len(agent.skills.keys() - waiting.skills)
    return (
        STICKY * (agent.id == waiting.last_agent_id)
        + expert * agent.outcomes.get(waiting.topic, 0.5)
        + LEVEL * level
        + FREE * (1 - load / max(1, agent.capacity))
        + IDLE * idle
        - FLEXIBLE * spare / (1 + spare)
    )


def solved_share(solved: int, handled: int) -> float:
    """The share of solved cases of a kind, drawn towards one half where there are few: as if two more had been tried, and one solved."""
    return (solved + 1) / (handled + 2)
