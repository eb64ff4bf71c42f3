"""How long a buyer will wait: an interval that covers nine of ten waits, learnt from recent ones (adaptive conformal prediction).

The estimate is the median of recent waits that began with about as many others ahead. How far true waits were from their estimates gives
the interval, whose two ends move a little after each wait: outwards after one that was not covered, inwards after one that was
(Gibbs and Candès 2021, https://arxiv.org/abs/2106.00170). So the coverage stays what was promised while queues change. Times are in seconds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

PROMISED, MISSED = 0.9, 0.05
"""How many waits may be shorter than the interval, and how many longer: five of a hundred each."""
STEP = 0.02
LEAST_KNOWN, MOST_KNOWN, ALIKE = 20, 300, 12
SOFTENED = 10.0
"""Added to waits before they are compared, so that three seconds in place of one are not three times as long."""
LOWEST, HIGHEST = -0.2, 0.3
GROUPS = (0, 1, 4, 16)
"""Waits with at least so many ahead, and fewer than the next number, have intervals of their own."""
AT_ONCE_SECONDS, LONGEST = 10, 86_400
AGING, GROWS = 0.02, 0.5
"""A wait that is ten waits older counts as if it had a fifth more ahead; a wait grows as the square root of how many are ahead, since they
are taken by several agents and most of a long queue came in the same burst."""
UNKNOWN = [-2.0, 2.0]
"""The errors while too few are known: from a seventh to seven times the estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A wait that has ended: how many were ahead at its begin, what was estimated then, and how long it was."""

    ahead: int
    estimate: float | None
    waited: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a buyer is shown: between `low` and `high` seconds."""

    estimate: float
    low: int
    high: int

    def covers(self, waited: float) -> bool:
        """Whether the true wait was in the interval."""
        return self.low <= waited <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """How many waits may be missed below and above: adapted, so that in the long run it is MISSED of them."""

    below: float = MISSED
    above: float = MISSED

    def after(self, forecast: Forecast, waited: float) -> "Levels":
        """The levels after a wait has ended."""
        return replace(
            self,
            below=_bounded(self.below + STEP * (MISSED - (waited < forecast.low))),
            above=_bounded(self.above + STEP * (MISSED - (waited > forecast.high))),
        )


def group(ahead: int) -> int:
    """Waits are alike within these: with nobody ahead, a few, some, and many."""
    return sum(ahead >= least for least in GROUPS[1:])


def ahead_in(group: int) -> str:
    """How many were ahead in a group of waits, for people: `0`, `1-3`, `4-15`, `16-`."""
    least, end = GROUPS[group], GROUPS[group + 1] if group + 1 < len(GROUPS) else None
    if end == least + 1:
        return str(least)
    return f"{least}-{'' if end is None else end - 1}"


def counts(waited: float) -> bool:
    """Whether a wait is one for which an interval is shown: who is offered to an agent at once does not wait."""
    return waited > AT_ONCE_SECONDS


def estimate(ahead: int, known: Sequence[Wait]) -> float | None:
    """The median of recent waits with about as many ahead; None where too few are known. `known`: the newest first."""
    if len(known) < LEAST_KNOWN:
        return None
    distances = ((abs(math.log((each.ahead + 1) / (ahead + 1))) + age * AGING, age) for age, each in enumerate(known))
    nearest = [known[age] for _, age in sorted(distances)[:ALIKE]]
    return float(median(each.waited * ((ahead + 1) / (each.ahead + 1)) ** GROWS for each in nearest))


def forecast(ahead: int, known: Sequence[Wait], levels: Levels) -> Forecast | None:
    """The interval for a wait that begins now with so many ahead; None where too few are known. `levels` are those of its group."""
    found = estimate(ahead, known)
    if found is None:
        return None
    errors = _errors([each for each in known if group(each.ahead) == group(ahead)])
    if len(errors) < LEAST_KNOWN:
        errors = _errors(known)
    if len(errors) < LEAST_KNOWN:
        errors = UNKNOWN
    low = (found + SOFTENED) * math.exp(_quantile(errors, levels.below)) - SOFTENED
    high = (found + SOFTENED) * math.exp(_quantile(errors, 1 - levels.above)) - SOFTENED
    return Forecast(estimate=found, low=max(0, math.floor(low)), high=min(LONGEST, max(1, math.ceil(high))))


def _errors(known: Sequence[Wait]) -> list[float]:
    """How far true waits were from their estimates, as logarithms of the ratio, the smallest first."""
    return sorted(
        math.log((each.waited + SOFTENED) / (each.estimate + SOFTENED)) for each in known if each.estimate is not None
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which this share is. A share below 0 or above 1 is as far outside as the values are wide."""
    lowest, highest = ordered[0], ordered[-1]
    if share < 0:
        return lowest + share * 5 * (highest - lowest)
    if share > 1:
        return highest + (share - 1) * 5 * (highest - lowest)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _bounded(level: float) -> float:
    return min(HIGHEST, max(LOWEST, level))


@dataclass(frozen=True, slots=True)
class Compared:
    """How many waits of a group, of all teams, were compared with the interval that was shown: `covered` were in it, `longer` took longer."""

    group: int
    counted: int
    covered: int
    longer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often the forecasts for a group of a team's waits were right: of `counted` ones, `covered` were, and `longer` took longer."""

    team_id: str
    group: int
    below: float = MISSED
    above: float = MISSED
    counted: int = 0
    covered: int = 0
    longer: int = 0

    @property
    def levels(self) -> Levels:
        """The levels of the next forecast."""
        return Levels(below=self.below, above=self.above)

    def after(self, shown: Forecast, waited: float) -> "Coverage":
        """With one more wait."""
        levels = self.levels.after(shown, waited)
        return replace(
            self,
            below=levels.below,
            above=levels.above,
            counted=self.counted + 1,
            covered=self.covered + shown.covers(waited),
            longer=self.longer + (waited > shown.high),
        )
