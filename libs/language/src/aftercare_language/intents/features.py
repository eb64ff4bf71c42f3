"""The features of a text for telling intents apart: hashed words, pairs and triples of them, also with words between, and the characters within."""

import re
from collections.abc import Iterator
from zlib import crc32

from aftercare_language.normalization import normalize

BUCKETS = 1 << 16
"""Features are numbers below this: a hash of each, which needs no dictionary and is the same in every process."""
LONGEST = 500
"""Characters of a text that count: a question that is longer has its matter at its beginning."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uac00-\ud7af\u3040-\u30ff]")
_PIECES = (3, 4, 5)
_FARTHEST = 9
"""So many words apart two of them still are a pair, in their order: "cancel … order" with whatever is between."""


def features(text: str) -> list[int]:
    """The hashed features of a text, ascending and each once."""
    return sorted({crc32(name.encode("utf-8", "replace")) % BUCKETS for name in _names(text[:LONGEST])})


def words(text: str) -> list[str]:
    """The words of a text in their order, in the form in which spellings do not matter; each character of Chinese is one."""
    return [word for run in _WORD.findall(normalize(text)) for word in _divided(run)]


def _divided(run: str) -> Iterator[str]:
    at = 0
    for found in _UNSPACED.finditer(run):
        if run[at : found.start()]:
            yield run[at : found.start()]
        yield found.group()
        at = found.end()
    if run[at:]:
        yield run[at:]


def _names(text: str) -> Iterator[str]:
    found = words(text)
    for at, word in enumerate(found):
        yield f"1 {word}"
        if at > 0:
            yield f"2 {found[at - 1]} {word}"
        if at > 1:
            yield f"3 {found[at - 2]} {found[at - 1]} {word}"
        for before in found[max(0, at - _FARTHEST) : max(0, at - 1)]:
            yield f"s {before} {word}"
        padded = f"<{word}>"
        for length in _PIECES:
            for begin in range(len(padded) - length + 1):
                yield f"c {padded[begin : begin + length]}"
