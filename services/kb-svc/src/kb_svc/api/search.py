"""Search 检索 over what is published, in Chinese and English."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read
from fastapi import APIRouter, Query

from kb_svc.api.schemas import HitOut, HitsOut
from kb_svc.domain.errors import NothingAsked
from kb_svc.domain.model import Kind, Language
from kb_svc.queries.search import search

router = APIRouter(prefix="/v1/search", tags=["search"], route_class=ApiRoute)

Question = Annotated[
    str, Query(min_length=1, max_length=200, description="A question or a few words.", examples=["退货运费谁承担"])
]
Best = Annotated[int, Query(ge=1, le=20, description="How many hits at most.")]


@router.get("", operation_id="search", responses=refusals(NothingAsked))
async def search_articles(
    reader: Read, q: Question, limit: Best = 5, kind: Kind | None = None, language: Language | None = None
) -> HitsOut:
    """The published articles that answer the question best. Words may stand in any order; not all of them have to be there."""
    hits = await search(reader, q, limit=limit, kind=kind, language=language)
    return HitsOut(data=[HitOut.of(hit) for hit in hits])
