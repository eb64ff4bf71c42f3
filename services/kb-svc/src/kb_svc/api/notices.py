"""Public notices 公示: versions of articles that are published and have still to take effect."""

from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read
from aftercare_chassis.http.schemas import Cursor, Limit, Out, PageOut, Time
from fastapi import APIRouter, Query

from kb_svc.api.schemas import Maybe, Number, Slug
from kb_svc.domain.articles import ArticleKind, Language
from kb_svc.queries import notices as queries

router = APIRouter(prefix="/v1/notices", tags=["articles"], route_class=ApiRoute)


class NoticeOut(Out):
    """A version that has still to take effect."""

    article_id: str
    """The article, which has the text of this version at `?version=`."""
    number: Number
    in_force: int
    """The version in force; `GET /v1/articles/{id}/versions/{in_force}/diff/{version}` compares them. 0: none is."""
    kind: ArticleKind
    """A policy is binding; an article explains."""
    slug: str
    """The name in URLs."""
    language: Language
    """The language of the text."""
    title: str
    """The title of this version."""
    notice_days: int
    """The least number of days for which versions of the article are announced."""
    published_at: Time
    """Since when it is announced."""
    effective_from: Time
    """When it takes effect."""
    effective_until: Time | None = Maybe
    """Until when it is in force at most."""


@router.get("", operation_id="listNotices")
async def list_notices(
    reader: Read,
    kind: Annotated[ArticleKind | None, Query(description="Only policies, or only articles that explain.")] = None,
    language: Annotated[Language | None, Query(description="Only articles in this language.")] = None,
    slug: Annotated[Slug | None, Query(description="Only articles with this name.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[NoticeOut]:
    """The versions that are announced, the next one to take effect first. Who withdraws one takes it out of the list."""
    page = await queries.notices(reader, limit, cursor, kind=kind, language=language, slug=slug)
    return PageOut[NoticeOut].of(page, NoticeOut.of_row)
