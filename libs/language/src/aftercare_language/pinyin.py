"""Pinyin without tones: the terms by which Chinese words are found that are typed in Latin letters, or with another character of the
same sound (订金 for 定金)."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise

MARK = "~"
"""What a term of pinyin begins with, so that it is no English word: `~tuihuo`."""
_LONGEST_SYLLABLE = 6
_RUN = re.compile("[\u4e00-\u9fff]+|[a-z]+")
_CHINESE = re.compile("[\u4e00-\u9fff]{2,}")


@cache
def _readings() -> dict[str, str]:
    lines = (files("aftercare_language") / "pinyin.txt").read_text(encoding="utf-8").splitlines()
    entries = (line.split() for line in lines if not line.startswith("#"))
    return {character: syllable for syllable, characters in entries for character in characters}


@cache
def _syllables() -> frozenset[str]:
    return frozenset(_readings().values()) | {"lv", "lue", "nv", "nue"}


def counts(normalized: str) -> Counter[str]:
    """How often each pair of characters of a normalized text sounds: `~tuihuo` for 退货."""
    readings = _readings()
    found: Counter[str] = Counter()
    for run in _CHINESE.findall(normalized):
        sounds = [readings.get(character) for character in run]
        found.update(MARK + one + other for one, other in pairwise(sounds) if one and other)
    return found


def pairs(normalized: str) -> Iterator[tuple[str, str]]:
    """The pairs of characters of a normalized text with their terms: (退货, `~tuihuo`)."""
    readings = _readings()
    for run in _CHINESE.findall(normalized):
        for one, other in pairwise(run):
            if (first := readings.get(one)) and (second := readings.get(other)):
                yield one + other, MARK + first + second


def query_terms(normalized: str) -> dict[str, bool]:
    """The terms of a normalized question, and whether a part of each was typed in Latin letters: tuihuo, tui huo, 保xiu."""
    found: dict[str, bool] = {}
    sounds: list[tuple[str, bool]] = []
    end = 0
    for run in _RUN.finditer(normalized):
        if normalized[end : run.start()].strip():
            _add(found, sounds)
            sounds = []
        end = run.end()
        sounds += _sounds(run.group())
        if not sounds or not sounds[-1][0]:
            _add(found, sounds)
            sounds = []
    _add(found, sounds)
    return found


def _sounds(run: str) -> list[tuple[str, bool]]:
    if run.isascii():
        return [(syllable, True) for syllable in split(run) or [""]]
    return [(_readings().get(character, ""), False) for character in run]


def _add(found: dict[str, bool], sounds: list[tuple[str, bool]]) -> None:
    for (one, latin), (other, also_latin) in pairwise(sounds):
        if one and other:
            found[MARK + one + other] = found.get(MARK + one + other, False) or latin or also_latin


def split(word: str) -> list[str] | None:
    """The word in as few syllables as possible, None where it is no pinyin: tuihuo → tui, huo."""
    best: list[list[str] | None] = [[], *([None] * len(word))]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            before = best[start]
            current = best[end]
            if (
                before is not None
                and word[start:end] in _syllables()
                and (not current or len(before) + 1 < len(current))
            ):
                best[end] = [*before, word[start:end]]
    return best[-1] or None
