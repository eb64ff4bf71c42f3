"""Search 检索 in published articles, in Chinese and English."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read
from aftercare_language.embeddings import Embedder, EmbeddingsUnavailable, TextRole
from aftercare_language.vectors import Vector
from fastapi import APIRouter, Query

from kb_svc.api.schemas import HitsOut
from kb_svc.commands import unanswered
from kb_svc.domain.articles import ArticleKind, Language
from kb_svc.domain.errors import QueryWithoutWords
from kb_svc.queries.search import Asked, search
from kb_svc.queries.statistics import Statistics
from kb_svc.queries.synonyms import CurrentSynonyms
from kb_svc.settings import Settings

Question = Annotated[
    str, Query(min_length=1, max_length=200, description="A question or a few words.", examples=["退货运费谁承担"])
]
OfKind = Annotated[ArticleKind | None, Query(description="Only policies, or only articles that explain.")]
InLanguage = Annotated[Language | None, Query(description="Only articles in this language.")]
Best = Annotated[int, Query(ge=1, le=20, description="How many articles at most.")]


def router(embedder: Embedder, synonyms: CurrentSynonyms) -> APIRouter:
    """The route of the search, with what makes the vectors of questions."""
    statistics = Statistics()
    routes = APIRouter(prefix="/v1/search", tags=["search"], route_class=ApiRoute)

    @routes.get("", operation_id="search", responses=refusals(QueryWithoutWords))
    async def search_articles(
        reader: Read[Settings], q: Question, limit: Best = 5, kind: OfKind = None, language: InLanguage = None
    ) -> HitsOut:
        """The published articles that match the query best, by its words and their meaning. Not all words have to match.

        A query without a good match, of all articles, is counted for the editors by its words alone."""
        asked = Asked(
            query=q, vector=await _vector(embedder, q), model=embedder.model, limit=limit, kind=kind, language=language
        )
        found = await search(reader, asked, await synonyms.read(reader), statistics)
        if not found.is_answered and kind is None and language is None:
            await unanswered.note(reader, q, found.language)
        return HitsOut.of(found)

    return routes


async def _vector(embedder: Embedder, query: str) -> Vector | None:
    try:
        return (await embedder.embed([query], TextRole.QUERY))[0]
    except EmbeddingsUnavailable:
        return None
