"""How well an article answers a question: BM25 over stored term counts, and which terms are worth looking candidates up by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import log

from .analyser import is_pair, terms

K1 = 1.2  # how soon more of the same word stops counting
B = 0.75  # how much a long text has to say it more often
TITLE_WEIGHT = 3  # a word in the title counts as three in the body
RAREST = 8  # candidates come from so many of the rarest terms: the recall of all of them for a thirtieth of the work


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What ranking has to know of all published articles together."""

    documents: int
    length: int

    @property
    def average_length(self) -> float:
        return self.length / self.documents if self.documents else 1.0


def weigh(title: str, text: str) -> dict[str, int]:
    """The term counts stored for an article: those of its plain text and of its title, the title's weighted."""
    counted = terms(text)
    for term, count in terms(title).items():
        counted[term] += TITLE_WEIGHT * count
    return dict(counted)


def rarest(frequencies: Mapping[str, int]) -> list[str]:
    """The terms to look candidates up by: the rarest pairs and words; single characters only where there is nothing else."""
    usable = [term for term, documents in frequencies.items() if documents > 0]
    telling = [term for term in usable if is_pair(term)] or usable
    return sorted(telling, key=lambda term: (frequencies[term], term))[:RAREST]


def rarity(documents_with_term: int, corpus: Corpus) -> float:
    """The inverse document frequency of BM25, never below zero."""
    rest = max(corpus.documents - documents_with_term, 0)
    return log(1 + (rest + 0.5) / (documents_with_term + 0.5))


def bm25(counts: Mapping[str, int], length: int, rarities: Mapping[str, float], corpus: Corpus) -> float:
    """The score of one article: `counts` are its counts of the terms asked for, `length` the sum of all its counts."""
    norm = K1 * (1 - B + B * length / corpus.average_length)
    return sum(rarities[term] * count * (K1 + 1) / (count + norm) for term, count in counts.items() if term in rarities)


def top(scores: Mapping[str, float], limit: int) -> Collection[tuple[str, float]]:
    """The best `limit` articles with their scores, best first; equal scores in the order of their ids, so that a page is stable."""
    return sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))[:limit]
