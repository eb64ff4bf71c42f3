"""The ids of clauses: a clause keeps its id in the next version where it is alike, and how the clauses of two versions differ."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from aftercare_language.differences import Difference, Likeness, differences

from kb_svc.domain.clauses import MOST_CLAUSES, digest_of
from kb_svc.domain.markdown import blocks, plain

PREAMBLE = "0"
"""The id of what stands before the first heading, in each version."""
LEAST_ALIKE = 0.6
"""From this share of common words on, a clause under another heading is the same one."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a text at its place: `0` before the first heading, then `1`, 2, … Its Markdown includes the heading."""

    place: int
    heading: str
    markdown: str

    @property
    def hash(self) -> str:
        """The digest by which decisions cite it."""
        return digest_of(self.markdown)


def sections(markdown: str) -> list[Section]:
    """The sections that have clauses, as `clauses` numbers them."""
    lines = markdown.splitlines()
    headings = {token.map[0]: token.map[1] for token in blocks(markdown) if token.type == "heading_open" and token.map}
    found = []
    for place, (begin, end) in enumerate(pairwise([0, *headings, len(lines)])):
        text = "\n".join(lines[begin:end]).strip()
        if text:
            heading = plain("\n".join(lines[begin : headings.get(begin, begin)])) if place else ""
            found.append(Section(place, heading, text))
    return found[:MOST_CLAUSES]


def first_ids(of: Sequence[Section]) -> dict[int, str]:
    """The ids of the clauses of a first version, by their places: the places."""
    return {each.place: str(each.place) for each in of}


def stored_ids(of: Sequence[Section], ids: Sequence[str] | None) -> dict[int, str]:
    """The ids of the clauses of a stored version, by their places."""
    return first_ids(of) if ids is None else {each.place: id for each, id in zip(of, ids, strict=False)}


def next_ids(before: Sequence[Section], ids: Mapping[int, str], after: Sequence[Section], used: int) -> dict[int, str]:
    """The ids of the clauses of the next version, by their places. `used` is the greatest id that the article has ever had.

    A clause keeps its id where its text is the same, else where its heading is, else where its words are alike. All others get new
    ids, so that an id is of one clause in all versions.
    """
    found = {place: ids[old] for place, old in matched(before, after).items()}
    for each in after:
        if each.place not in found:
            used = used if each.place == 0 else used + 1
            found[each.place] = PREAMBLE if each.place == 0 else str(used)
    return found


def matched(before: Sequence[Section], after: Sequence[Section]) -> dict[int, int]:
    """The places of sections before, by those of the same sections after."""
    found = {0: 0} if any(not each.place for each in before) and any(not each.place for each in after) else {}
    old = {each.place: each for each in before if each.place}
    new = {each.place: each for each in after if each.place}
    for section in list(new.values()):
        same = next((each for each in old.values() if each.hash == section.hash), None)
        if same is not None:
            found[section.place] = same.place
            del old[same.place], new[section.place]
    likeness = Likeness()
    coded = {each.markdown: likeness.coded(each.markdown) for each in (*old.values(), *new.values())}
    pairs = [
        (score, abs(first.place - second.place), first.place, second.place)
        for first in old.values()
        for second in new.values()
        if (score := _score(first, second, likeness.of(coded[first.markdown], coded[second.markdown])))
    ]
    for _, _, first_place, second_place in sorted(pairs, key=lambda each: (-each[0], *each[1:])):
        if first_place in old and second_place in new:
            found[second_place] = first_place
            del old[first_place], new[second_place]
    return found


def _score(first: Section, second: Section, likeness: float) -> float:
    """How surely two sections are one clause: the same heading comes before alike words. 0: they are not."""
    if first.heading == second.heading:
        return 1 + likeness
    return likeness if likeness >= LEAST_ALIKE else 0.0


class ClauseChange(StrEnum):
    """What became of a clause from one version to another."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseDifference:
    """A clause in two versions. `moved`: it stands before or behind others than it did."""

    clause_id: str
    change: ClauseChange
    moved: bool
    heading: str
    before: Section | None
    after: Section | None
    words: list[Difference]


def compared(
    before: Sequence[Section], old_ids: Mapping[int, str], after: Sequence[Section], new_ids: Mapping[int, str]
) -> list[ClauseDifference]:
    """The clauses of two versions by their ids: in the order of the second, then those that it does not have."""
    old = {old_ids[each.place]: each for each in before}
    new = {new_ids[each.place]: each for each in after}
    staying = _in_order([(old[id].place, id) for id in new if id in old])
    found = [_difference(id, old.get(id), section, id in old and id not in staying) for id, section in new.items()]
    return found + [_difference(id, section, None, False) for id, section in old.items() if id not in new]


def _in_order(places: Sequence[tuple[int, str]]) -> set[str]:
    """The ids of the longest run whose places rise: what is not in it has moved."""
    tails: list[tuple[int, str]] = []
    before: dict[str, str | None] = {}
    for place, id in places:
        position = bisect_left(tails, (place, ""))
        before[id] = tails[position - 1][1] if position else None
        tails[position : position + 1] = [(place, id)]
    run: set[str] = set()
    last = tails[-1][1] if tails else None
    while last is not None:
        run.add(last)
        last = before[last]
    return run


def _difference(id: str, before: Section | None, after: Section | None, moved: bool) -> ClauseDifference:
    shown = after or before
    assert shown is not None, "a clause is in one of the versions"
    change = (
        ClauseChange.ADDED
        if before is None
        else ClauseChange.REMOVED
        if after is None
        else ClauseChange.SAME
        if before.hash == after.hash
        else ClauseChange.CHANGED
    )
    return ClauseDifference(
        clause_id=id,
        change=change,
        moved=moved,
        heading=shown.heading,
        before=before,
        after=after,
        words=differences(before.markdown, after.markdown)
        if before and after and change is ClauseChange.CHANGED
        else [],
    )
