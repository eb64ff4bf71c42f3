"""Feedback 文章反馈 about articles: given by every reader, read by editors."""

from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from fastapi import APIRouter, Path, Query

from kb_svc.api.feedback_schemas import (
    FeedbackIn,
    FeedbackOut,
    HelpfulnessOfArticleOut,
    HelpfulnessOfVersionsOut,
    HelpfulnessOut,
)
from kb_svc.commands import feedback as commands
from kb_svc.domain.articles import ArticleKind, Language
from kb_svc.queries import feedback as queries
from kb_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["article-feedback"], route_class=ApiRoute)
ArticleId = Annotated[Id, Path(description="The id of the article.")]
EDITORS = require_role("agent", "admin")


@router.post("/articles/{article_id}/feedback", operation_id="giveArticleFeedback")
async def give_feedback(article_id: ArticleId, body: FeedbackIn, tx: Tx[Settings]) -> FeedbackOut:
    """State whether a version of the article helped. A later statement about the same version takes the place of the one before."""
    given = await commands.give(tx, article_id, number=body.version, helped=body.helped, comment=body.comment)
    return FeedbackOut.of_row(given)


@router.get("/articles/{article_id}/feedback", operation_id="listArticleFeedback", dependencies=[EDITORS])
async def list_feedback(
    article_id: ArticleId,
    reader: Read[Settings],
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Only about this version.")] = None,
    helped: Annotated[bool | None, Query(description="Only of readers whom it helped, or did not.")] = None,
    commented: Annotated[bool | None, Query(description="Only with a comment, or only without.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[FeedbackOut]:
    """What readers found of the article, newest first, without who they are."""
    page = await queries.of_article(
        reader, article_id, number=version, helped=helped, commented=commented, limit=limit, cursor=cursor
    )
    return PageOut[FeedbackOut].of(page, FeedbackOut.of_row)


@router.get("/articles/{article_id}/helpfulness", operation_id="getArticleHelpfulness", dependencies=[EDITORS])
async def get_helpfulness(article_id: ArticleId, reader: Read[Settings]) -> HelpfulnessOfVersionsOut:
    """How many readers each version has helped, and how many it has not."""
    counts = await queries.counts(reader, article_id)
    return HelpfulnessOfVersionsOut(data=[HelpfulnessOut.of_row(each) for each in counts])


@router.get("/article-helpfulness", operation_id="listLeastHelpfulArticles", dependencies=[EDITORS])
async def list_least_helpful(
    reader: Read[Settings],
    kind: Annotated[ArticleKind | None, Query(description="Only policies, or only articles that explain.")] = None,
    language: Annotated[Language | None, Query(description="Only articles in this language.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[HelpfulnessOfArticleOut]:
    """Published articles that readers have given feedback about, those whose newest version helps least first."""
    page = await queries.least_helpful(reader, kind=kind, language=language, limit=limit, cursor=cursor)
    return PageOut[HelpfulnessOfArticleOut].of(page, HelpfulnessOfArticleOut.of_row)
