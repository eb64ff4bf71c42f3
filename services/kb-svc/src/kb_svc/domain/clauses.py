"""The clauses of a text in Markdown, by which decisions cite it: one for each section."""

from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from markdown_it import MarkdownIt

MOST_CLAUSES = 200
_PARSER = MarkdownIt("commonmark")


@dataclass(frozen=True, slots=True)
class Clause:
    """One section: its number in the text, and the digest of its Markdown."""

    id: str
    hash: str


def clauses(markdown: str) -> tuple[Clause, ...]:
    """The sections of a text, at most the first 200 of them.

    What stands before the first heading is clause `0`; the sections are numbered from `1` in their order, whatever the level of
    their headings. A section ends with its trailing white space removed, so that blank lines change nothing.
    """
    lines = markdown.splitlines()
    starts = [token.map[0] for token in _PARSER.parse(markdown) if token.type == "heading_open" and token.map]
    bounds = [0, *starts, len(lines)]
    sections = ["\n".join(lines[begin:end]).strip() for begin, end in pairwise(bounds)]
    found = [Clause(str(number), _digest(text)) for number, text in enumerate(sections) if text]
    return tuple(found[:MOST_CLAUSES])


def _digest(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"
