"""Arrivals, agents and handling times of the simulation: made from a seed, with the shape of recorded days."""

import math
from dataclasses import dataclass
from random import Random

DAY = 86_400.0
HOURLY = (8, 5, 3, 2, 2, 3, 8, 20, 45, 75, 95, 100, 80, 78, 90, 96, 92, 85, 80, 92, 100, 84, 50, 22)
"""The arrivals of each hour of the day in percent of the busiest one: little at night, peaks before noon and in the evening."""
REASONS = {
    "quality_defect": 0.28,
    "not_as_described": 0.18,
    "missing_parts": 0.14,
    "no_longer_wanted": 0.22,
    "arrived_late": 0.12,
    "counterfeit": 0.06,
}
LANGUAGES = {"zh": 0.85, "en": 0.15}
HANDLING_SECONDS, HANDLING_SIGMA = 330.0, 0.7
"""The median of the lognormal time that a conversation takes an agent of middle skill, and its sigma."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A conversation: when it comes, what it needs, how long it takes, and the luck that decides whether it is solved."""

    number: int
    at: float
    language: str
    reason: str
    rank: int
    is_hard: bool
    seconds: float
    luck: float
    buyer: int

    @property
    def skills(self) -> frozenset[str]:
        """What an agent has to be able to do."""
        return frozenset({f"language:{self.language}", f"reason:{self.reason}"})


@dataclass(frozen=True, slots=True)
class Person:
    """An agent: levels by skill, chances to solve by reason, capacity, and the hours of the day in which they work."""

    id: str
    skills: dict[str, int]
    chances: dict[str, float]
    capacity: int
    shifts: tuple[tuple[float, float], ...]

    def works(self, at: float) -> bool:
        """Whether they work at this time."""
        hour = at % DAY / 3600
        return any(opens <= hour < closes for opens, closes in self.shifts)


SHIFTS = (
    ((0.0, 8.0),),
    ((8.0, 12.0), (13.0, 17.0)),
    ((9.0, 12.5), (13.5, 18.0)),
    ((12.0, 16.0), (17.0, 21.0)),
    ((15.0, 19.0), (20.0, 24.0)),
    ((10.0, 14.0), (18.0, 22.0)),
)


def people(random: Random, number: int) -> list[Person]:
    """So many agents: two thirds know two or three reasons, one third knows five; some speak both languages."""
    found = []
    for each in range(number):
        known = random.sample(list(REASONS), 5 if each % 3 == 0 else random.choice((2, 3)))
        languages = ("zh", "en") if each % 4 == 0 else ("en",) if each % 11 == 5 else ("zh",)
        levels = {f"reason:{name}": random.randint(2, 5) for name in known}
        levels |= {f"language:{name}": random.randint(3, 5) for name in languages}
        chances = {
            name: min(0.95, 0.45 + 0.1 * levels.get(f"reason:{name}", 0) + random.uniform(-0.08, 0.08))
            for name in REASONS
        }
        shift = SHIFTS[0] if each % 8 == 7 else SHIFTS[1 + each % 5]
        found.append(Person(f"agent-{each:02d}", levels, chances, random.choice((20, 30, 30)), shift))
    return found


def arrivals(random: Random, days: int, busiest: float) -> list[Arrival]:
    """The conversations of so many days; `busiest` arrive in the busiest hour, four times as many in three bursts of a day."""
    found: list[Arrival] = []
    for day in range(days):
        bursts = [(random.uniform(8, 22) * 3600, random.uniform(600, 1800)) for _ in range(3)]
        at = 0.0
        most = 4 * busiest / 3600
        while (at := at + random.expovariate(most)) < DAY:
            rate = HOURLY[int(at // 3600)] / 100 * busiest / 3600
            if any(begin <= at < begin + length for begin, length in bursts):
                rate *= 2.5
            if random.random() < rate / most:
                found.append(_arrival(random, len(found), day * DAY + at))
    return found


def _arrival(random: Random, number: int, at: float) -> Arrival:
    reason = random.choices(list(REASONS), list(REASONS.values()))[0]
    language = random.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    return Arrival(
        number=number,
        at=at,
        language=language,
        reason=reason,
        rank=random.choices((0, 1, 2, 3), (0.1, 0.7, 0.15, 0.05))[0],
        is_hard=random.random() < 0.12,
        seconds=HANDLING_SECONDS * math.exp(random.gauss(0, HANDLING_SIGMA)),
        luck=random.random(),
        buyer=random.randrange(2_000),
    )
