"""Numbers about the index that a process keeps for a while: those that are estimated, and the words of articles.

In a large base, a question of common words took most of its time to count them again. What is counted exactly, in a small base or of a rare
term, is always read.
"""

from collections.abc import Callable, Iterable
from time import monotonic

from aftercare_chassis.database.transaction import Reader
from aftercare_language.ranking import Corpus

from kb_svc.tables.search_index import CORPUS, ENOUGH, FREQUENCIES, KNOWN_WORDS, SAMPLED

ESTIMATED = ENOUGH * SAMPLED
"""From so many articles on, a number is estimated by a sample."""
KEPT_SECONDS = 60.0
MOST_TERMS = 20_000
SOURCES = 500
"""Articles whose words are compared with a misspelt one: policies first, then the newest."""


class Statistics:
    """The numbers of one process. Without articles that are many, nothing is kept."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._until = clock, 0.0
        self._frequencies: dict[str, int] = {}
        self._corpus: Corpus | None = None
        self._words: dict[str, int] | None = None

    async def corpus(self, reader: Reader) -> Corpus | None:
        """The number of articles, and the sum of their lengths."""
        self._forget()
        if self._corpus is None:
            found = await reader.one(CORPUS)
            if found is None or found.documents < ESTIMATED:
                return found
            self._corpus = found
        return self._corpus

    async def frequencies(self, reader: Reader, terms: Iterable[str]) -> dict[str, int]:
        """How many articles have each of the terms; those that none has are left out."""
        self._forget()
        wanted = sorted(terms)
        found = {term: self._frequencies[term] for term in wanted if term in self._frequencies}
        unknown = [term for term in wanted if term not in found]
        read = await reader.all(FREQUENCIES, terms=unknown) if unknown else []
        found |= {row["term"]: row["documents"] for row in read if row["documents"]}
        common = {term: number for term, number in found.items() if number >= ESTIMATED}
        if len(self._frequencies) < MOST_TERMS:
            self._frequencies |= common
        return found

    async def words(self, reader: Reader) -> dict[str, int]:
        """The stems of English words in some articles, with the number of these that have each."""
        self._forget()
        if self._words is not None:
            return self._words
        found = {row["term"]: row["documents"] for row in await reader.all(KNOWN_WORDS, sources=SOURCES)}
        if self._corpus is not None:
            self._words = found
        return found

    def _forget(self) -> None:
        if self._clock() >= self._until:
            self._until = self._clock() + KEPT_SECONDS
            self._frequencies, self._corpus, self._words = {}, None, None
