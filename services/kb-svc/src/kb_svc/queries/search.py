"""The search: candidates by the rarest terms, BM25 over their stored counts, a snippet of each article found."""

from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.characters import shows
from aftercare_chassis.database.transaction import Reader
from aftercare_language import ranking
from aftercare_language.analyser import query_terms
from asyncpg import Record

from kb_svc.domain.articles import ArticleKind, Language
from kb_svc.domain.errors import QueryWithoutWords
from kb_svc.domain.snippets import Snippet, snippet
from kb_svc.tables.search_index import CANDIDATES, CORPUS, FREQUENCIES, HITS

MOST_CANDIDATES = 100  # articles that are scored in full


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


async def search(
    reader: Reader, query: str, *, limit: int, kind: ArticleKind | None = None, language: Language | None = None
) -> list[Hit]:
    """The published articles that answer the query best, best first.

    Raises:
        QueryWithoutWords: the query has no terms, or only invisible ones.
    """
    asked = query_terms(query)
    if not asked or not shows(query):
        raise QueryWithoutWords(pointer="/q")
    corpus = await reader.one(CORPUS)
    found = await reader.all(FREQUENCIES, terms=sorted(asked))
    frequencies = {row["term"]: row["documents"] for row in found if row["documents"]}
    rarest = ranking.rarest(frequencies)
    if corpus is None or not rarest:
        return []
    weights = {
        term: ranking.inverse_document_frequency(documents, corpus) * asked[term]
        for term, documents in frequencies.items()
    }
    candidates = await reader.all(
        CANDIDATES,
        rarest=rarest,
        weights=[weights[term] for term in rarest],
        terms=list(weights),
        kind=kind,
        language=language,
        candidates=MOST_CANDIDATES,
    )
    return await _hits(reader, dict(ranking.top(_scores(candidates, weights, corpus), limit)), weights)


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
            snippet=snippet(row["text"], row["positions"], weights),
            score=round(score, 4),
            published_at=row["published_at"],
        )
        for article_id, score in scores.items()
        if (row := found.get(article_id)) is not None
    ]
