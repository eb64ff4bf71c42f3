"""The search: candidates by the rarest terms, BM25 over their stored counts, a snippet out of each article found."""

from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.characters import shows
from aftercare_chassis.database.transaction import Reader

from kb_svc import tables
from kb_svc.domain import ranking
from kb_svc.domain.analyser import asked
from kb_svc.domain.errors import NothingAsked
from kb_svc.domain.model import Kind, Language
from kb_svc.domain.snippet import Snippet, snippet

CANDIDATES = 100  # so many articles are scored in full; the rest of a common word's thousands cannot come first anyway


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A published version that answers the question, and how well (higher is better; only comparable within one search)."""

    id: str
    number: int
    kind: Kind
    slug: str
    language: Language
    title: str
    snippet: Snippet
    score: float
    published_at: datetime


async def search(
    reader: Reader, question: str, *, limit: int, kind: Kind | None = None, language: Language | None = None
) -> list[Hit]:
    """The best published articles for `question`, best first; NothingAsked where it has no words, or none that are seen."""
    weights = asked(question)
    if not weights or not shows(question):
        raise NothingAsked(pointer="/q")
    corpus = await reader.one(tables.CORPUS)
    if corpus is None:
        return []
    frequencies = {row["term"]: row["documents"] for row in await reader.all(tables.FREQUENCIES, terms=sorted(weights))}
    rarities = {term: ranking.rarity(documents, corpus) * weights[term] for term, documents in frequencies.items()}
    rarest = ranking.rarest(frequencies)
    if not rarest:
        return []
    candidates = await reader.all(
        tables.CANDIDATES,
        rarest=rarest,
        rarities=[rarities[term] for term in rarest],
        terms=list(rarities),
        kind=kind,
        language=language,
        candidates=CANDIDATES,
    )
    scores = {
        row["article_id"]: ranking.bm25(
            dict(zip(row["terms"], row["times"], strict=True)), row["length"], rarities, corpus
        )
        for row in candidates
    }
    return await _hits(reader, dict(ranking.top(scores, limit)), rarities)


async def _hits(reader: Reader, scores: dict[str, float], rarities: dict[str, float]) -> list[Hit]:
    """The articles behind the scores, in their order. One retired in this instant is left out."""
    found = {row["id"]: row for row in await reader.all(tables.FOUND, ids=list(scores))}
    return [
        Hit(
            id=article_id,
            number=row["number"],
            kind=Kind(row["kind"]),
            slug=row["slug"],
            language=Language(row["language"]),
            title=row["title"],
            snippet=snippet(row["text"], rarities),
            score=round(score, 4),
            published_at=row["published_at"],
        )
        for article_id, score in scores.items()
        if (row := found.get(article_id)) is not None
    ]
