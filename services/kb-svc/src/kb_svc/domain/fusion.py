"""One order of articles from two: by words (BM25) and by meaning (similarity of vectors)."""

from collections.abc import Mapping
from dataclasses import dataclass

SPREAD = 0.08  # below the best similarity by so much, an article has nothing to do with the question
FOREIGN = 0.3  # what an article in another language than that of the question counts by its words
MEANING_WEIGHT = 1.0
ENOUGH = 0.84  # of a similarity, for an article that shares no word with the question
NEAR_SECTION, NEAR_QUESTION = 0.86, 0.89
"""From such a similarity on, a passage answers a question, and a question of editors is the same one: two questions about different matters
are more alike than a question and a text."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """The highest similarity of a passage of an article to the question, from -1 to 1. `is_answer`: a passage of it is near enough."""

    similarity: float
    is_foreign: bool
    is_answer: bool = False


def by_words(scores: Mapping[str, float], foreign: frozenset[str]) -> dict[str, float]:
    """The scores of BM25, less for articles in another language than the question."""
    return {id: score * (FOREIGN if id in foreign else 1) for id, score in scores.items()}


def fused(words: Mapping[str, float], likenesses: Mapping[str, Likeness]) -> dict[str, float]:
    """The score of each article: its part of the best score by words, and where its similarity is between the best and `SPREAD` below.

    Ranks alone would lose how far apart the articles are: reciprocal rank fusion was worse, see ADR 86.
    """
    best = max(words.values(), default=0)
    scores = {id: score / best for id, score in words.items()} if best else {}
    highest = max((each.similarity for each in likenesses.values()), default=0)
    for id, each in likenesses.items():
        if id not in words and each.similarity < ENOUGH:
            continue
        closeness = max(0.0, (each.similarity - highest + SPREAD) / SPREAD)
        penalty = FOREIGN if each.is_foreign else 0
        scores[id] = scores.get(id, 0) + max(0.0, MEANING_WEIGHT * closeness - penalty)
    return {id: score for id, score in scores.items() if score > 0}
