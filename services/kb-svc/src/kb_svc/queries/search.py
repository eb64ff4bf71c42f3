"""The search: by words (candidates by the rarest terms, BM25 over their stored counts) and by meaning (vectors of passages)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.characters import shows
from aftercare_chassis.database.transaction import Reader
from aftercare_language import pinyin, ranking
from aftercare_language.normalization import normalize
from aftercare_language.questions import Question, corrected, is_pinyin, language, question
from aftercare_language.synonyms import Synonyms
from aftercare_language.vectors import Vector
from asyncpg import Record

from kb_svc.domain import unanswered
from kb_svc.domain.articles import ArticleKind, Language
from kb_svc.domain.errors import QueryWithoutWords
from kb_svc.domain.fusion import by_words, fused
from kb_svc.domain.probes import MOST_READ, probes
from kb_svc.domain.snippets import Snippet, snippet
from kb_svc.queries.likenesses import likenesses
from kb_svc.queries.spellings import known_words, suggestion
from kb_svc.queries.statistics import Statistics
from kb_svc.tables.search_index import CANDIDATES, HITS

MOST_CANDIDATES = 100  # articles that are scored in full


class SearchMode(StrEnum):
    """How the articles were found."""

    LEXICAL = "lexical"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An edition that answers the query. Scores are comparable within one search only; higher is better."""

    id: str
    number: int
    kind: ArticleKind
    slug: str
    language: Language
    title: str
    snippet: Snippet
    score: float
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The hits, best first, how they were found, and the query as it was probably meant where words of it are misspelt.

    `language` is that of the query. `is_answered`: a hit has enough of its words, or is near enough by its meaning.
    """

    hits: list[Hit]
    mode: SearchMode
    language: Language
    is_answered: bool
    did_you_mean: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query, its vector where there is one, and what is searched in."""

    query: str
    vector: Vector | None
    model: str
    limit: int
    kind: ArticleKind | None = None
    language: Language | None = None


async def search(reader: Reader, asked: Asked, synonyms: Synonyms, statistics: Statistics | None = None) -> Found:
    """The published articles that answer the query best, best first. Without a vector they are found by words alone.

    Raises:
        QueryWithoutWords: the query has no terms, or only invisible ones.
    """
    meant = question(asked.query, synonyms)
    if not meant.own or not shows(asked.query):
        raise QueryWithoutWords(pointer="/q")
    numbers = statistics or Statistics()
    corpus = await numbers.corpus(reader)
    frequencies = await numbers.frequencies(reader, meant.terms)
    corrections = corrected(
        meant.normalized,
        await known_words(reader, meant, frequencies, numbers),
        lambda stem: stem in frequencies or stem in synonyms.stems,
    )
    if corrections:
        meant = question(_replaced(asked.query, corrections), synonyms)
        frequencies = await numbers.frequencies(reader, meant.terms)
    weights = _weights(meant, frequencies, corpus)
    found = await _by_words(reader, asked, meant, frequencies, weights, corpus)
    asked_in = asked.language or Language(language(meant, frequencies.__contains__))
    words = by_words(found.scores, frozenset(id for id, each in found.languages.items() if each != asked_in))
    near = await likenesses(reader, asked.vector, asked.model, asked_in, kind=asked.kind, language=asked.language)
    scores = fused(words, near) if near else words
    hits = await _hits(reader, dict(ranking.top(scores, asked.limit)), weights)
    mode = SearchMode.HYBRID if near else SearchMode.LEXICAL
    is_near = any(each.is_answer for each in near.values())
    return Found(
        hits=hits,
        mode=mode,
        language=asked_in,
        is_answered=bool(hits) and (is_near or found.coverage >= unanswered.ENOUGH),
        did_you_mean=suggestion(asked.query, corrections),
    )


def _replaced(query: str, corrections: Mapping[str, str]) -> str:
    return " ".join(corrections.get(word, word) for word in normalize(query).split())


def _weights(meant: Question, frequencies: Mapping[str, int], corpus: ranking.Corpus | None) -> dict[str, float]:
    asked = meant.terms
    return {
        term: ranking.inverse_document_frequency(documents, corpus) * asked[term]
        for term, documents in frequencies.items()
        if corpus is not None
    }


@dataclass(frozen=True, slots=True)
class _Words:
    """What is found by words: scores and languages of articles, and the highest coverage of the question by one of them."""

    scores: dict[str, float]
    languages: dict[str, str]
    coverage: float


async def _by_words(
    reader: Reader,
    asked: Asked,
    meant: Question,
    frequencies: Mapping[str, int],
    weights: dict[str, float],
    corpus: ranking.Corpus | None,
) -> _Words:
    """The candidates by their words: they have rare terms of the query, or of what it means."""
    rarest = _rarest(frequencies, meant.own) + _rarest(frequencies, meant.added)
    if corpus is None or not rarest:
        return _Words({}, {}, 0.0)
    wanted = probes(rarest, frequencies, weights)
    candidates = await reader.all(
        CANDIDATES,
        probes=[each.terms for each in wanted],
        weights=[each.weight for each in wanted],
        most_read=MOST_READ,
        terms=list(weights),
        kind=asked.kind,
        language=asked.language,
        candidates=MOST_CANDIDATES,
    )
    languages = {row["article_id"]: row["language"] for row in candidates}
    return _Words(_scores(candidates, weights, corpus), languages, _coverage(meant, candidates, weights, corpus))


def _coverage(meant: Question, candidates: list[Record], weights: dict[str, float], corpus: ranking.Corpus) -> float:
    """How much of the question the candidate has that has most of it. Words that are in no article weigh most."""
    if is_pinyin(meant, weights.__contains__):  # its syllables are no words of articles
        return 1.0 if candidates else 0.0
    unknown = ranking.inverse_document_frequency(0, corpus)
    asked = {term: weights.get(term, unknown * weight) for term, weight in meant.own.items()}
    found = ([term for term, times in zip(weights, row["times"], strict=True) if times] for row in candidates)
    return max((unanswered.coverage(asked, weights, terms) for terms in found), default=0.0)


def _rarest(frequencies: Mapping[str, int], terms: Iterable[str]) -> list[str]:
    return ranking.rarest({term: frequencies[term] for term in terms if term in frequencies})


def _scores(candidates: list[Record], weights: dict[str, float], corpus: ranking.Corpus) -> dict[str, float]:
    return {
        row["article_id"]: ranking.bm25(
            {term: times for term, times in zip(weights, row["times"], strict=True) if times},
            row["length"],
            weights,
            corpus,
        )
        for row in candidates
    }


async def _hits(reader: Reader, scores: dict[str, float], weights: dict[str, float]) -> list[Hit]:
    """The articles with these scores, in the same order. One that was retired in the meantime is left out."""
    found = {row["id"]: row for row in await reader.all(HITS, ids=list(scores))}
    return [
        Hit(
            id=article_id,
            number=row["number"],
            kind=ArticleKind(row["kind"]),
            slug=row["slug"],
            language=Language(row["language"]),
            title=row["title"],
            snippet=snippet(row["text"], row["positions"], _written(row["text"], weights)),
            score=round(score, 4),
            published_at=row["published_at"],
        )
        for article_id, score in scores.items()
        if (row := found.get(article_id)) is not None
    ]


def _written(text: str, weights: dict[str, float]) -> dict[str, float]:
    """The weights, those of sounds as those of the pairs that have them in the text: what was asked as `tuihuo` is marked in 退货."""
    sounds = {term for term in weights if term.startswith(pinyin.MARK)}
    written = {term: weight for term, weight in weights.items() if term not in sounds}
    if sounds:
        for pair, term in pinyin.pairs(text):
            if term in sounds:
                written.setdefault(pair, weights[term])
    return written or weights
