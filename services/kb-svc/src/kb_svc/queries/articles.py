"""Articles as a reader may see them: editors see drafts, everybody sees editions."""

from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.lifecycle import Allowed
from aftercare_chassis.refusals import Forbidden, NotFound

from kb_svc.domain.articles import ARTICLE, EDITORS, Article, ArticleKind, ArticleState, Draft, Edition, Language
from kb_svc.domain.errors import VersionOrTime
from kb_svc.domain.versions import Approval, VersionState
from kb_svc.settings import Settings
from kb_svc.tables.articles import (
    ARTICLE_LIST,
    ARTICLES,
    DRAFTS,
    EDITION_BEGUN_AT,
    EDITIONS,
    EDITIONS_OF_ARTICLE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """An article with the text of one edition, or of a draft that was never published (`number` 0)."""

    article: Article
    number: int
    title: str
    body: str
    body_hash: str | None
    published_at: datetime | None
    version_state: VersionState
    effective_from: datetime | None
    effective_until: datetime | None
    questions: list[str]
    allowed_actions: list[Allowed]


async def show(reader: Reader, article_id: str, number: int | None = None, at: datetime | None = None) -> ArticleView:
    """The article with this edition, with the one in force at a time, or with the one in force now.

    Where none is in force now, with the last one that was, or the newest that is published; for an editor with the draft where
    nothing is published yet.

    Raises:
        NotFound: there is no such article or edition, none was in force then, or the reader may not see it.
        VersionOrTime: both were named.
    """
    if number is not None and at is not None:
        raise VersionOrTime(pointer="/at")
    article = await reader.get(ARTICLES, article_id)
    if at is not None:
        return view(reader, article, await _in_force_at(reader, article_id, at))
    number = number or article.published or article.newest
    if not number:
        return view(reader, article, await _draft(reader, article_id))
    edition = await reader.get(EDITIONS, article_id, number)
    return view(reader, article, edition)


async def _in_force_at(reader: Reader, article_id: str, at: datetime) -> Edition:
    begun = await reader.one(EDITION_BEGUN_AT, article_id=article_id, at=at)
    if begun is None or not begun.is_in_force_at(at):
        raise NotFound(what=EDITIONS.name)
    return begun


async def draft(reader: Reader, article_id: str) -> tuple[Article, Draft]:
    """The article and its draft. Raises: NotFound, also where the reader is not an editor."""
    return await reader.get(ARTICLES, article_id), await _draft(reader, article_id)


async def editions(reader: Reader, article_id: str) -> list[Edition]:
    """The editions of an article, newest first. Raises: NotFound where there are none."""
    found = await reader.all(EDITIONS_OF_ARTICLE, article_id=article_id)
    if not found:
        raise NotFound(what="article_versions")
    return found


async def articles(
    reader: Reader,
    *,
    state: ArticleState | None,
    kind: ArticleKind | None,
    language: Language | None,
    slug: str | None,
    limit: int,
    cursor: str | None,
) -> Page[Article]:
    """A page of articles, newest first; readers who are not editors see the published ones.

    Raises:
        Forbidden: such a reader asks for another state.
    """
    if not is_editor(reader):
        if state not in (None, ArticleState.PUBLISHED):
            raise Forbidden(pointer="/state")
        state = ArticleState.PUBLISHED
    filters = {"state": state, "kind": kind, "language": language, "slug": slug}
    return await reader.page(ARTICLE_LIST, limit=limit, cursor=cursor, **filters)


def view(reader: Reader, article: Article, text: Draft | Edition) -> ArticleView:
    """The article with this text and what the reader may do."""
    edition = text if isinstance(text, Edition) else None
    return ArticleView(
        article=article,
        number=edition.number if edition else 0,
        title=text.title,
        body=text.body,
        body_hash=edition.body_hash if edition else None,
        published_at=edition.published_at if edition else None,
        version_state=text.state,
        effective_from=edition.effective_from if edition else None,
        effective_until=edition.effective_until if edition else None,
        questions=text.questions,
        allowed_actions=ARTICLE.allowed(article, reader.actor),
    )


def approval(reader: Reader[Settings], article: Article) -> Approval:
    """By what the reader's actions on a draft of this article are decided."""
    return Approval(reader.actor.id, required=article.kind.value in reader.settings.approval_required)


def is_editor(reader: Reader) -> bool:
    """Whether the reader may see drafts."""
    return reader.actor.role in EDITORS.roles


async def _draft(reader: Reader, article_id: str) -> Draft:
    if not is_editor(reader):
        raise NotFound(what=ARTICLES.name)
    return await reader.get(DRAFTS, article_id)
