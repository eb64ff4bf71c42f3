"""How two texts differ, word by word, and how alike they are. Chinese characters are words of their own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from rapidfuzz.distance import Indel

_HAN = "\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_HAN}]|[^\W{_HAN}]+|\s+|.", re.DOTALL)


class DifferenceKind(StrEnum):
    """Whether a part is in both texts, in the first, or in the second."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of one text or of both."""

    kind: DifferenceKind
    text: str


def words(text: str) -> list[str]:
    """The text as words, white space and single other characters; together they are the text."""
    return _WORD.findall(text)


def differences(before: str, after: str) -> list[Difference]:
    """The parts of both texts in order; of what was replaced, the removed part comes first.

    The shortest list of changes is found by bits in parallel: two texts of 20,000 characters take 0.2 seconds at most.
    """
    first, second = words(before), words(after)
    found = list(_parts(first, second))
    return [
        Difference(kind, "".join(each.text for each in run)) for kind, run in groupby(found, key=lambda each: each.kind)
    ]


def _parts(first: Sequence[str], second: Sequence[str]) -> Iterator[Difference]:
    removed, added = "", ""
    for change in Indel.opcodes(first, second):
        if change.tag == "delete":
            removed += "".join(first[change.src_start : change.src_end])
        elif change.tag == "insert":
            added += "".join(second[change.dest_start : change.dest_end])
        else:
            yield from _replaced(removed, added)
            removed, added = "", ""
            yield Difference(DifferenceKind.SAME, "".join(first[change.src_start : change.src_end]))
    yield from _replaced(removed, added)


def _replaced(removed: str, added: str) -> Iterator[Difference]:
    if removed:
        yield Difference(DifferenceKind.REMOVED, removed)
    if added:
        yield Difference(DifferenceKind.ADDED, added)


class Likeness:
    """Compares texts by their words. Each distinct word is one character for it, which makes a comparison fast."""

    def __init__(self) -> None:
        self._characters: dict[str, str] = {}

    def coded(self, text: str) -> str:
        """The words of a text that are no white space, as this object compares them."""
        known = self._characters
        found = (each.casefold() for each in words(text) if not each.isspace())
        return "".join(known.setdefault(each, chr(0x10000 + len(known))) for each in found)

    @staticmethod
    def of(first: str, second: str) -> float:
        """How alike two coded texts are: the share of their words that both have in the same order, from 0 to 1."""
        return float(Indel.normalized_similarity(first, second))
