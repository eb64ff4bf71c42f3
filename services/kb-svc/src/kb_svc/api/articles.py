"""Articles and policies 文档: drafted and published by editors, read by everybody."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, Time
from aftercare_chassis.lifecycle import IllegalTransition
from aftercare_chassis.refusals import Forbidden
from fastapi import APIRouter, Path, Query

from kb_svc.api.schemas import ArticleIn, ArticleOut, ArticlePatch, ArticleSummaryOut, Slug
from kb_svc.api.version_schemas import DraftOut, HistoryOut, PublishIn
from kb_svc.commands import articles as commands
from kb_svc.domain.articles import ARTICLE, ArticleAction, ArticleKind, ArticleState, Language
from kb_svc.domain.errors import (
    ApprovalRequired,
    ClauseTermsInvalid,
    EffectiveTimesInvalid,
    NothingToPublish,
    NoticeShortened,
    NoticeTooShort,
    SlugTaken,
    VersionOrTime,
)
from kb_svc.domain.versions import VERSION, VersionAction
from kb_svc.queries import articles as queries
from kb_svc.settings import Settings

router = APIRouter(prefix="/v1/articles", tags=["articles"], route_class=ApiRoute)
ArticleId = Annotated[Id, Path(description="The id of the article.")]
Version = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="A published version; the one in force where it is left out.")
]
At = Annotated[
    Time | None, Query(description="A time: the version that was in force then, or will be by what is published.")
]
_AT_ONCE = PublishIn()


@router.post(
    "",
    operation_id="draftArticle",
    status_code=201,
    responses=refusals(SlugTaken, ClauseTermsInvalid),
    dependencies=[require_role("agent", "admin")],
)
async def draft_article(body: ArticleIn, tx: Tx[Settings]) -> ArticleOut:
    """Create an article as a draft. Only editors see it before it is published."""
    article, draft = await commands.draft(
        tx,
        kind=body.kind,
        slug=body.slug,
        language=body.language,
        title=body.title,
        body=body.body,
        notice_days=body.notice_days,
        questions=body.questions,
    )
    return ArticleOut.with_text(queries.view(tx, article, draft))


@router.get("", operation_id="listArticles", responses=refusals(Forbidden))
async def list_articles(
    reader: Read,
    state: Annotated[
        ArticleState | None,
        Query(description="Only articles in this state; readers who are not editors see published ones only."),
    ] = None,
    kind: Annotated[ArticleKind | None, Query(description="Only policies, or only articles that explain.")] = None,
    language: Annotated[Language | None, Query(description="Only articles in this language.")] = None,
    slug: Annotated[Slug | None, Query(description="Only articles with this name, in any language.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ArticleSummaryOut]:
    """Articles, newest first: published ones; editors also see drafts and retired ones."""
    page = await queries.articles(
        reader, state=state, kind=kind, language=language, slug=slug, limit=limit, cursor=cursor
    )
    return PageOut[ArticleSummaryOut].of(page, ArticleSummaryOut.of)


@router.get("/{article_id}", operation_id="getArticle", responses=refusals(VersionOrTime))
async def get_article(article_id: ArticleId, reader: Read, version: Version = None, at: At = None) -> ArticleOut:
    """The article in the version in force, in the one that a decision cites, or in the one that was in force at a time."""
    return ArticleOut.with_text(await queries.show(reader, article_id, version, at))


@router.patch(
    "/{article_id}",
    operation_id="editArticle",
    responses=refusals(IllegalTransition, NoticeShortened, ClauseTermsInvalid),
    dependencies=[require_action(ARTICLE, ArticleAction.EDIT), require_action(VERSION, VersionAction.EDIT)],
)
async def edit_article(article_id: ArticleId, body: ArticlePatch, tx: Tx[Settings]) -> DraftOut:
    """Change the draft of the next version. Published versions stay as they are."""
    article, draft = await commands.edit(
        tx,
        article_id,
        title=body.title,
        body=body.body,
        notice_days=body.notice_days,
        questions=body.questions,
    )
    return DraftOut.of(article, draft, tx.actor, queries.approval(tx, article))


@router.get("/{article_id}/draft", operation_id="getDraft", dependencies=[require_role("agent", "admin")])
async def get_draft(article_id: ArticleId, reader: Read[Settings]) -> DraftOut:
    """The draft of the next version."""
    article, draft = await queries.draft(reader, article_id)
    return DraftOut.of(article, draft, reader.actor, queries.approval(reader, article))


@router.get("/{article_id}/versions", operation_id="listVersions")
async def list_versions(article_id: ArticleId, reader: Read) -> HistoryOut:
    """Every published version, newest first, with the hash that decisions cite."""
    return HistoryOut.of(await queries.editions(reader, article_id))


@router.post(
    "/{article_id}/publish",
    operation_id="publishArticle",
    responses=refusals(
        IllegalTransition, NothingToPublish, ApprovalRequired, NoticeTooShort, EffectiveTimesInvalid, ClauseTermsInvalid
    ),
    dependencies=[require_action(ARTICLE, ArticleAction.PUBLISH), require_action(VERSION, VersionAction.PUBLISH)],
)
async def publish_article(article_id: ArticleId, tx: Tx[Settings], body: PublishIn = _AT_ONCE) -> ArticleOut:
    """Publish the draft as version 1, 2, …: its text never changes again. It is in force, and found, at once or from a time."""
    times = {"effective_from": body.effective_from, "effective_until": body.effective_until}
    return ArticleOut.with_text(queries.view(tx, *await commands.publish(tx, article_id, **times)))


@router.post(
    "/{article_id}/retire",
    operation_id="retireArticle",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(ARTICLE, ArticleAction.RETIRE)],
)
async def retire_article(article_id: ArticleId, tx: Tx[Settings]) -> ArticleSummaryOut:
    """Retire the article, which is final: the search does not find it any more; its versions stay readable by id."""
    return ArticleSummaryOut.of(await commands.retire(tx, article_id))
