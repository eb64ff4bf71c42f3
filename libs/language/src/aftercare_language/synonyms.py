"""Synonyms: what people say in place of the words of policies. The table is `synonyms.toml`."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from aftercare_language.analyser import query_terms, stem
from aftercare_language.normalization import normalize

CHINESE = "zh-CN"


@dataclass(frozen=True, slots=True)
class Synonym:
    """A question with `typed` is also asked with `meant`; both are normalized."""

    language: str
    typed: str
    meant: str


def shipped() -> tuple[Synonym, ...]:
    """The synonyms of this build."""
    text = (files("aftercare_language") / "synonyms.toml").read_text(encoding="utf-8")
    return tuple(
        Synonym(language, normalize(typed), normalize(meant))
        for language, meanings in tomllib.loads(text).items()
        for meant, words in meanings.items()
        for typed in words
    )


class Synonyms:
    """A table of synonyms, prepared for questions."""

    def __init__(self, synonyms: Iterable[Synonym]) -> None:
        self._chinese: dict[str, list[str]] = {}
        self._other: dict[tuple[str, ...], list[str]] = {}
        for each in synonyms:
            if each.language == CHINESE:
                self._chinese.setdefault(each.typed, []).append(each.meant)
            else:
                self._other.setdefault(_stems(each.typed), []).append(each.meant)
        self._longest = max(map(len, self._other), default=0)
        self.stems = frozenset(each for typed in self._other for each in typed)
        """The stems of the words of languages with spaces: no misspelt ones."""

    def meanings(self, question: str) -> list[str]:
        """What the words of a normalized question mean, in the words of policies; those that it already has are left out."""
        found = [*self._found_in_chinese(question), *self._found_in_words(question)]
        return [meant for meant in dict.fromkeys(found) if meant not in question]

    def _found_in_chinese(self, question: str) -> Iterator[str]:
        typed = [word for word in self._chinese if word in question]
        for word in typed:
            # 票 in 发票 and 修 in 维修 say nothing more than the longer word.
            meanings = [
                meant
                for meant in self._chinese[word]
                if not any(word in part and part in question for part in meant.split())
            ]
            yield from meanings

    def _found_in_words(self, question: str) -> Iterator[str]:
        stems = _stems(question)
        for length in range(min(self._longest, len(stems)), 0, -1):
            for start in range(len(stems) - length + 1):
                yield from self._other.get(stems[start : start + length], ())


def _stems(text: str) -> tuple[str, ...]:
    cleaned = "".join(each if each.isalnum() or each.isspace() else "" if each in "'’" else " " for each in text)
    return tuple(stem(word) for word in cleaned.split())


def expanded(question: str, synonyms: Synonyms, weight: float) -> Mapping[str, float]:
    """The terms of what the words of a normalized question mean, each with the weight at most once."""
    found: dict[str, float] = {}
    for meant in synonyms.meanings(question):
        for term, of_term in query_terms(meant).items():
            found[term] = max(found.get(term, 0), weight * of_term)
    return found


@cache
def default() -> Synonyms:
    """The table of this build."""
    return Synonyms(shipped())
