"""Ranking: BM25 over stored term counts, and the terms that candidates are looked up by."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import log

from aftercare_language.analyser import is_selective, terms

K1 = 1.2  # the saturation of term counts in BM25
B = 0.75  # the influence of the length in BM25
TITLE_WEIGHT = 3  # a term in the title counts as three in the body
RAREST = 8  # terms that candidates are looked up by: the recall of all terms for a thirtieth of the time


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """The number of indexed articles and the sum of their lengths."""

    documents: int
    length: int

    @property
    def average_length(self) -> float:
        return self.length / self.documents if self.documents else 1.0


def document_terms(title: str, of_text: Counter[str]) -> dict[str, int]:
    """The term counts stored for an article: those of its plain text and, weighted, those of its title."""
    counts = dict(of_text)
    for term, count in terms(title).items():
        counts[term] = counts.get(term, 0) + TITLE_WEIGHT * count
    return counts


def rarest(frequencies: Mapping[str, int]) -> list[str]:
    """The terms to look candidates up by: the rarest selective ones; single characters only where there are no others."""
    usable = [term for term, documents in frequencies.items() if documents > 0]
    selective = [term for term in usable if is_selective(term)] or usable
    return sorted(selective, key=lambda term: (frequencies[term], term))[:RAREST]


def inverse_document_frequency(documents_with_term: int, corpus: Corpus) -> float:
    """The inverse document frequency of BM25, never negative."""
    rest = max(corpus.documents - documents_with_term, 0)
    return log(1 + (rest + 0.5) / (documents_with_term + 0.5))


def bm25(counts: Mapping[str, int], length: int, weights: Mapping[str, float], corpus: Corpus) -> float:
    """The score of one article: `counts` are its counts of the query's terms, `length` is the sum of all its counts."""
    norm = K1 * (1 - B + B * length / corpus.average_length)
    return sum(weights[term] * count * (K1 + 1) / (count + norm) for term, count in counts.items() if term in weights)


def top(scores: Mapping[str, float], limit: int) -> Collection[tuple[str, float]]:
    """The best `limit` articles with their scores, best first; equal scores in the order of their ids."""
    return sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))[:limit]
