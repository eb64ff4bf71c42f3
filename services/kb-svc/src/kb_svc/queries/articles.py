"""Articles as a reader may see them: editors see drafts, everybody sees editions."""

from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.lifecycle import Allowed
from aftercare_chassis.refusals import Forbidden, NotFound

from kb_svc.domain.articles import ARTICLE, EDITORS, Article, ArticleKind, ArticleState, Draft, Edition, Language
from kb_svc.tables.articles import ARTICLE_LIST, ARTICLES, DRAFTS, EDITIONS, EDITIONS_OF_ARTICLE


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """An article with the text of one edition, or of a draft that was never published (`number` 0)."""

    article: Article
    number: int
    title: str
    body: str
    body_hash: str | None
    published_at: datetime | None
    allowed_actions: list[Allowed]


async def show(reader: Reader, article_id: str, number: int | None = None) -> ArticleView:
    """The article with this edition, or the newest; for an editor with the draft where nothing is published yet.

    Raises:
        NotFound: there is no such article or edition, or the reader may not see it.
    """
    article = await reader.get(ARTICLES, article_id)
    if number is None and not article.published:
        return view(reader, article, await _draft(reader, article_id))
    edition = await reader.get(EDITIONS, article_id, number or article.published)
    return view(reader, article, edition)


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
        allowed_actions=ARTICLE.allowed(article, reader.actor),
    )


def is_editor(reader: Reader) -> bool:
    """Whether the reader may see drafts."""
    return reader.actor.role in EDITORS.roles


async def _draft(reader: Reader, article_id: str) -> Draft:
    if not is_editor(reader):
        raise NotFound(what=ARTICLES.name)
    return await reader.get(DRAFTS, article_id)
