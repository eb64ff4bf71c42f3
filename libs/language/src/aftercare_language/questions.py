"""Questions as a search asks them: the words of people, what these mean in policies, and how they sound."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from aftercare_language import pinyin
from aftercare_language.analyser import query_terms, stem
from aftercare_language.normalization import normalize
from aftercare_language.synonyms import CHINESE, Synonyms, expanded

MEANT_WEIGHT = 0.8  # of a term that stands for another word of the question
SOUND_WEIGHT = 0.25  # of a pair of characters by its sound: a slip is rarer than another word of the same sound
ENGLISH = "en"
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[a-z]{4,}")
_LONG = 6  # letters of a word in which two may be wrong
_PINYIN_SYLLABLES = 2


@dataclass(frozen=True, slots=True)
class Question:
    """`own` are the terms of the question itself and `added` those of synonyms and sounds, with their weights."""

    normalized: str
    own: Mapping[str, float]
    added: Mapping[str, float]

    @property
    def terms(self) -> dict[str, float]:
        """All terms, each with its higher weight."""
        return {**self.added, **self.own}


def question(text: str, synonyms: Synonyms) -> Question:
    """The question with what its words mean and how they sound."""
    normalized = normalize(text)
    own = query_terms(text)
    added = dict(expanded(normalized, synonyms, MEANT_WEIGHT))
    for term, latin in pinyin.query_terms(normalized).items():
        added[term] = 1.0 if latin else SOUND_WEIGHT
    return Question(normalized, own, {term: weight for term, weight in added.items() if term not in own})


def language(asked: Question, is_known: Callable[[str], bool]) -> str:
    """The language that a question is in, as a BCP 47 tag: Chinese also where it is pinyin, of which a pair is known."""
    return CHINESE if _HAN.search(asked.normalized) or is_pinyin(asked, is_known) else ENGLISH


def is_pinyin(asked: Question, is_known: Callable[[str], bool]) -> bool:
    """Whether a question consists of syllables of pinyin, and articles have a pair of them (`is_known`)."""
    syllables = [pinyin.split(word) for word in asked.normalized.split()]
    if not all(syllables) or sum(len(each or ()) for each in syllables) < _PINYIN_SYLLABLES:
        return False
    return any(is_known(term) for term in asked.added if term.startswith(pinyin.MARK))


def corrected(normalized: str, known: Mapping[str, int], is_known: Callable[[str], bool]) -> dict[str, str]:
    """The English words of a question that nobody knows, and for each the stem that was probably meant.

    `known` are stems with the number of articles that have them: of equally near ones the most frequent is taken. One letter
    may be wrong, two in words of six letters or more, and two neighbours may be exchanged.
    """
    found = {}
    for word in dict.fromkeys(_WORD.findall(normalized)):
        stemmed = stem(word)
        if stemmed not in known and not is_known(stemmed) and (nearest := _nearest(stemmed, known)):
            found[word] = nearest
    return found


def _nearest(word: str, known: Mapping[str, int]) -> str | None:
    most = 2 if len(word) >= _LONG else 1
    near = process.extract(word, list(known), scorer=OSA.distance, score_cutoff=most, limit=20)
    ranked = sorted(near, key=lambda each: (each[1] + 0.5 * (each[0][0] != word[0]), -known[each[0]], each[0]))
    return str(ranked[0][0]) if ranked else None
