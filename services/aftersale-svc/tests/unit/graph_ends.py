"""Which places of an explored graph lead to no end."""

from collections.abc import Iterable, Mapping

from case_graph import Graph, Place
from memory_transaction import Snapshot


def leading_to(graph: Graph, ends: Iterable[Place]) -> set[Place]:
    """The places from which some steps lead to one of these."""
    before: dict[Place, list[Place]] = {}
    for place, on in graph.items():
        for each in on.values():
            before.setdefault(each.facts, []).append(place)
    found = set(ends)
    waiting = list(found)
    while waiting:
        new = [place for place in before.get(waiting.pop(), ()) if place not in found]
        found.update(new)
        waiting += new
    return found


def stuck(graph: Graph, places: Mapping[Place, Snapshot]) -> list[str]:
    """The places from which no end can be reached."""
    ends = [place for place, snapshot in places.items() if snapshot.is_over]
    return sorted(str(place) for place in places.keys() - leading_to(graph, ends))
