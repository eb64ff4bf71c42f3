"""The few lines of an article that answer the question, with the places of the hits."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

from .analyser import Token, is_pair, tokens
from .folding import continues

WIDTH = 120  # characters of a snippet; a Chinese one says about twice as much as an English one
_LEAD = 30  # how far before the first hit the window may begin
_LONGEST_LETTER = 8  # characters; longer ones (a letter under a hundred accents) may be cut

_SENTENCE_END = "。！？；.!?;"


@dataclass(frozen=True, slots=True)
class Snippet:
    """Plain text (never HTML: whoever shows it escapes it) and the `(start, end)` of each hit, counted in code points."""

    text: str
    highlights: tuple[tuple[int, int], ...] = ()


def snippet(text: str, rarities: Mapping[str, float]) -> Snippet:
    """The window of a plain text that says most about the terms asked for; its beginning when none stands in it.

    Single characters count only when nothing else was asked: marking every 退 of a text tells nobody anything.
    """
    telling = {term for term in rarities if is_pair(term)} or set(rarities)
    hits = sorted((token for token in tokens(text) if token.term in telling), key=attrgetter("start"))
    start = _whole(text, _start(text, _best(hits, rarities)))
    end = _whole(text, min(start + WIDTH, len(text)))
    lead, tail = "…" if start else "", "…" if end < len(text) else ""
    shift = len(lead) - start
    marks = _merge([(hit.start + shift, min(hit.end, end) + shift) for hit in hits if start <= hit.start < end])
    return Snippet(f"{lead}{text[start:end]}{tail}", marks)


def _best(hits: list[Token], rarities: Mapping[str, float]) -> int:
    """Where the window begins that holds the rarest and most different terms: one pass, since a text may be nothing but hits."""
    inside: Counter[str] = Counter()
    best, at, said, first = 0.0, 0, 0.0, 0
    for last, hit in enumerate(hits):
        inside[hit.term] += 1
        said += rarities[hit.term] if inside[hit.term] == 1 else 0.0
        while first < last and hit.end - hits[first].start > WIDTH - _LEAD:
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


def _whole(text: str, place: int) -> int:
    """`place`, or a little before it where it would part a letter from its accents and joiners."""
    for at in range(place, max(place - _LONGEST_LETTER, 0), -1):
        if at == len(text) or not continues(text[at]):
            return at
    return place


def _merge(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
