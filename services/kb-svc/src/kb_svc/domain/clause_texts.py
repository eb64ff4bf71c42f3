"""The words of the clauses of a version, as events carry them: without markup, and in parts that fit into an event."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from kb_svc.domain.clauses import MOST_CLAUSES
from kb_svc.domain.markdown import blocks, plain

LONGEST_TEXT, LONGEST_HEADING = 10_000, 500
INLINE_BYTES, PART_BYTES = 8_000, 48_000
"""So many bytes of JSON the event of a publication has of the words, beside the digests and terms of 200 clauses; and a part."""


@dataclass(frozen=True, slots=True)
class ClauseText:
    """The words of a clause, or a piece of them: its number in the text, its heading, and what stands below."""

    id: str
    heading: str | None
    text: str

    @property
    def size(self) -> int:
        """Its bytes in JSON."""
        return len(json.dumps([self.id, self.heading, self.text], ensure_ascii=False).encode()) + 40


def clause_texts(markdown: str) -> tuple[ClauseText, ...]:
    """The words of the clauses of a text, numbered as by `clauses`; one that is longer than `LONGEST_TEXT` has several pieces."""
    lines = markdown.splitlines()
    headings = {token.map[0]: token.map[1] for token in blocks(markdown) if token.type == "heading_open" and token.map}
    found: list[ClauseText] = []
    for number, (begin, end) in enumerate(pairwise([0, *headings, len(lines)])):
        if number >= MOST_CLAUSES:
            break
        below = headings.get(begin, begin) if number else begin
        heading = plain("\n".join(lines[begin:below]))[:LONGEST_HEADING] or None
        text = plain("\n".join(lines[below:end]))
        if heading or text:
            found.extend(_pieces(str(number), heading, text))
    return tuple(found)


def _pieces(number: str, heading: str | None, text: str) -> Iterator[ClauseText]:
    for begin in range(0, max(1, len(text)), LONGEST_TEXT):
        yield ClauseText(number, heading, text[begin : begin + LONGEST_TEXT])


def fits_inline(texts: Iterable[ClauseText]) -> bool:
    """Whether the event of the publication has room for these words."""
    return sum(each.size for each in texts) <= INLINE_BYTES


def parts(texts: Iterable[ClauseText]) -> list[list[ClauseText]]:
    """The words divided into parts of an event each, in order; at least one part, which may be empty."""
    found, size = list[list[ClauseText]]([[]]), 0
    for each in texts:
        if found[-1] and size + each.size > PART_BYTES:
            found.append([])
            size = 0
        found[-1].append(each)
        size += each.size
    return found
