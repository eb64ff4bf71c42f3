"""Where the terms of a query are in an article, without analysing its text again.

A term of a script without spaces is found as it is written in the text. The positions of the others are stored with the
article, as JSON that is searched as a text: an article has hundreds of terms, and a query asks for a few of them.
"""

import json
from collections.abc import Collection, Iterator

from aftercare_language.analyser import Analysis, Token, is_unspaced


def stored(analysis: Analysis) -> str:
    """The positions of an analysis as they are stored: the rewritten characters, then a JSON object."""
    return analysis.rewritten + json.dumps(analysis.positions, ensure_ascii=False, separators=(",", ":"))


def find(text: str, positions: str, terms: Collection[str]) -> list[Token]:
    """The tokens of the text that have one of the terms, in their order in the text. `positions` are the stored ones."""
    rewritten = set(positions[: positions.index("{")])
    found = [
        token
        for term in terms
        for token in (
            _written(text, term) if is_unspaced(term) and rewritten.isdisjoint(term) else _stored(positions, term)
        )
    ]
    return sorted(found, key=lambda token: (token.start, token.end))


def _written(text: str, term: str) -> Iterator[Token]:
    at = text.find(term)
    while at >= 0:
        yield Token(term, at, at + len(term))
        at = text.find(term, at + 1)


def _stored(positions: str, term: str) -> Iterator[Token]:
    key = f'"{term}":['  # no term has a quotation mark
    at = positions.find(key)
    if at < 0:
        return
    offsets = map(int, positions[at + len(key) : positions.index("]", at)].split(","))
    for start, end in zip(offsets, offsets, strict=True):
        yield Token(term, start, end)
