"""Which places of an explored graph lead to no end."""

from collections.abc import Iterable, Mapping

from case_walk import Graph, Place
from memory_transaction import Snapshot


def leading_to(graph: Graph, ends: Iterable[Place]) -> set[Place]:
    """The places from which some steps lead to one of these."""
    found, before = set(ends), -1
    while len(found) > before:
        before = len(found)
        found |= {place for place, on in graph.items() if any(each.facts in found for each in on.values())}
    return found


def stuck(graph: Graph, places: Mapping[Place, Snapshot]) -> list[str]:
    """The places from which no end can be reached."""
    ends = [place for place, snapshot in places.items() if snapshot.is_over]
    return sorted(str(place) for place in places.keys() - leading_to(graph, ends))
