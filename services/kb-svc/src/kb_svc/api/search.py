"""Search 检索 in published articles, in Chinese and English."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read
from fastapi import APIRouter, Query

from kb_svc.api.schemas import HitOut, HitsOut
from kb_svc.domain.articles import ArticleKind, Language
from kb_svc.domain.errors import QueryWithoutWords
from kb_svc.queries.search import search

router = APIRouter(prefix="/v1/search", tags=["search"], route_class=ApiRoute)

Question = Annotated[
    str, Query(min_length=1, max_length=200, description="A question or a few words.", examples=["退货运费谁承担"])
]
OfKind = Annotated[ArticleKind | None, Query(description="Only policies, or only articles that explain.")]
InLanguage = Annotated[Language | None, Query(description="Only articles in this language.")]
Best = Annotated[int, Query(ge=1, le=20, description="How many articles at most.")]


@router.get("", operation_id="search", responses=refusals(QueryWithoutWords))
async def search_articles(
    reader: Read, q: Question, limit: Best = 5, kind: OfKind = None, language: InLanguage = None
) -> HitsOut:
    """The published articles that match the query best. Words may be in any order, and not all of them have to match."""
    hits = await search(reader, q, limit=limit, kind=kind, language=language)
    return HitsOut(data=[HitOut.of(hit) for hit in hits])
