"""Snippets: the part of an article that answers a query best, with the positions of the matches."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from aftercare_language.analyser import Token, is_selective
from aftercare_language.normalization import extends_previous

from kb_svc.domain import positions

WIDTH = 120  # code points of a snippet
_LEAD = 30  # code points before the first match at which the window may begin
_LONGEST_CLUSTER = 8  # code points; a longer cluster (a letter with a hundred accents) may be cut

_SENTENCE_END = "。！？；.!?;"


@dataclass(frozen=True, slots=True)
class Snippet:
    """Plain text, never HTML, and the `(start, end)` of each match in it, in code points."""

    text: str
    highlights: tuple[tuple[int, int], ...] = ()


def snippet(text: str, stored_positions: str, weights: Mapping[str, float]) -> Snippet:
    """The window of a plain text with the highest sum of weights of different terms; its beginning where none matches.

    `stored_positions` are those that `domain.positions` stored of the text. Single characters are matched only where the query has
    nothing else: marking every 退 of a text would help nobody.
    """
    selective = {term for term in weights if is_selective(term)} or set(weights)
    matches = positions.find(text, stored_positions, selective)
    start = _cluster_start(text, _start(text, _best(matches, weights)))
    end = _cluster_start(text, min(start + WIDTH, len(text)))
    lead, tail = "…" if start else "", "…" if end < len(text) else ""
    shift = len(lead) - start
    highlights = _merge([(m.start + shift, min(m.end, end) + shift) for m in matches if start <= m.start < end])
    return Snippet(f"{lead}{text[start:end]}{tail}", highlights)


def _best(matches: list[Token], weights: Mapping[str, float]) -> int:
    """The position of the first match in the best window. One pass: a text may consist of matches."""
    inside: Counter[str] = Counter()
    best, at, weight, first = 0.0, 0, 0.0, 0
    for last, match in enumerate(matches):
        inside[match.term] += 1
        weight += weights[match.term] if inside[match.term] == 1 else 0.0
        while first < last and match.end - matches[first].start > WIDTH - _LEAD:
            left = matches[first].term
            inside[left] -= 1
            weight -= weights[left] if not inside[left] else 0.0
            first += 1
        if weight > best + 1e-9:
            best, at = weight, matches[first].start
    return at


def _start(text: str, match: int) -> int:
    """The start of the window shortly before a match: after the end of a sentence, else after a separator."""
    earliest = min(match - _LEAD, len(text) - WIDTH)
    if earliest <= 0:
        return 0
    lead = text[earliest:match]
    for marks in (_SENTENCE_END, "，、：,: "):
        cut = max(lead.rfind(mark) for mark in marks)
        if cut >= 0:
            return match - len(lead[cut + 1 :].lstrip())
    return earliest


def _cluster_start(text: str, position: int) -> int:
    """The position, or the one a little before it that does not part a letter from its accents and joiners."""
    for at in range(position, max(position - _LONGEST_CLUSTER, 0), -1):
        if at == len(text) or not extends_previous(text[at]):
            return at
    return position


def _merge(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
