"""The few lines of an article that answer the question, taken out of its Markdown, with the places of the hits."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from .analyser import Token, is_pair, tokens

WIDTH = 120  # characters of a snippet; a Chinese one says about twice as much as an English one
_LEAD = 30  # how far before the first hit the window may begin

# Every repetition is bounded or unambiguous: a text of nothing but brackets must not take quadratic time.
_FENCE = re.compile(r"^[ \t]{0,8}(?:```|~~~).*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,500}\)")
_TAG = re.compile(r"<[^<>\n]{1,200}>")
_LINE_MARK = re.compile(
    r"^[ \t]{0,8}(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+|\d{1,3}[.)][ \t]+|[-=*_|: \t]{3,500}$)", re.MULTILINE
)
_INLINE_MARK = re.compile(r"\*\*|__|`|\||\\(?=[!-/:-@\[-`{-~])")
_BLANK = re.compile(r"\s+")
_SENTENCE_END = "。！？；.!?;"


@dataclass(frozen=True, slots=True)
class Snippet:
    """Plain text (never HTML: whoever shows it escapes it) and the `(start, end)` of each hit, counted in code points."""

    text: str
    highlights: tuple[tuple[int, int], ...] = ()


def plain(markdown: str) -> str:
    """The words of a Markdown text without its marks, on one line."""
    text = _TAG.sub(" ", _LINK.sub(r"\1", _FENCE.sub(" ", markdown)))
    return _BLANK.sub(" ", _INLINE_MARK.sub("", _LINE_MARK.sub("", text))).strip()


def snippet(markdown: str, rarities: Mapping[str, float]) -> Snippet:
    """The window of the text that says most about the terms asked for; its beginning when none stands in it.

    Single characters count only when nothing else was asked: marking every 退 of a text tells nobody anything.
    """
    text = plain(markdown)
    telling = {term for term in rarities if is_pair(term)} or set(rarities)
    hits = [token for token in tokens(text) if token.term in telling]
    start = _start(text, _best(hits, rarities))
    end = min(start + WIDTH, len(text))
    lead, tail = "…" if start else "", "…" if end < len(text) else ""
    shift = len(lead) - start
    marks = _merge([(hit.start + shift, hit.end + shift) for hit in hits if start <= hit.start and hit.end <= end])
    return Snippet(f"{lead}{text[start:end]}{tail}", marks)


def _best(hits: list[Token], rarities: Mapping[str, float]) -> int:
    """Where the window begins that holds the rarest and most different terms: one pass, since a text may be nothing but hits."""
    inside: Counter[str] = Counter()
    best, at, said, first = 0.0, 0, 0.0, 0
    for hit in hits:
        inside[hit.term] += 1
        said += rarities[hit.term] if inside[hit.term] == 1 else 0.0
        while hit.end - hits[first].start > WIDTH - _LEAD:
            gone = hits[first].term
            inside[gone] -= 1
            said -= rarities[gone] if not inside[gone] else 0.0
            first += 1
        if said > best + 1e-9:
            best, at = said, hits[first].start
    return at


def _start(text: str, hit: int) -> int:
    """A good place to begin shortly before `hit`: after the end of a sentence, else at a space, else just before."""
    earliest = min(hit - _LEAD, len(text) - WIDTH)
    if earliest <= 0:
        return 0
    lead = text[earliest:hit]
    for marks in (_SENTENCE_END, "，、：,: "):
        cut = max(lead.rfind(mark) for mark in marks)
        if cut >= 0:
            return hit - len(lead[cut + 1 :].lstrip())
    return earliest


def _merge(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
