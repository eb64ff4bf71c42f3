"""What articles are looked up by: the rare terms of a question one by one, its common ones together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

MOST_READ = 2_000
"""Articles that are read for one probe. A term that more of them have is common: alone it would read tens of thousands."""
ENOUGH = 100
"""Where the rare terms are in so many articles, common ones are not looked up alone."""
_TOGETHER, _ALONE = 3, 2


@dataclass(frozen=True, slots=True)
class Probe:
    """Articles with all of these terms are looked up. Terms have no spaces, so that they are joined by some."""

    terms: str
    weight: float


def probes(rarest: Sequence[str], frequencies: Mapping[str, int], weights: Mapping[str, float]) -> list[Probe]:
    """The probes of a question with these rarest terms: each term that is in few articles; of the others the three rarest in pairs and
    all together, which an index finds without reading the articles of each. Where all of that is little, the two rarest of them alone."""
    ordered = sorted(rarest, key=lambda term: (frequencies[term], term))
    rare = [term for term in ordered if frequencies[term] <= MOST_READ]
    common = ordered[len(rare) :]
    groups: list[tuple[str, ...]] = [(term,) for term in rare]
    for size in range(min(_TOGETHER, len(common)), 1, -1):
        groups += combinations(common[:_TOGETHER], size)
    if sum(frequencies[term] for term in rare) < ENOUGH:
        groups += [(term,) for term in common[:_ALONE]]
    return [Probe(" ".join(group), sum(weights[term] for term in group)) for group in groups]
