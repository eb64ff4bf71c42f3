"""Articles as a reader may see them: drafts are for editors, what was published is for everybody."""

from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.lifecycle import Allowed
from aftercare_chassis.refusals import Forbidden, NotFound

from kb_svc import tables
from kb_svc.domain.lifecycle import ARTICLE, EDITORS
from kb_svc.domain.model import Article, Draft, Edition, Kind, Language, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An article with the text of one version: `number` 0 is a draft that was never published."""

    article: Article
    number: int
    title: str
    body: str
    body_hash: str | None
    published_at: datetime | None
    allowed_actions: list[Allowed]


async def show(reader: Reader, article_id: str, number: int | None = None) -> Shown:
    """This version, or the newest published one; an editor sees the first draft where nothing is published yet."""
    article = await reader.get(tables.ARTICLES, article_id)
    if number is None and not article.published:
        return shown(reader, article, await _written(reader, article_id))
    edition = await reader.get(tables.EDITIONS, article_id, number or article.published)
    return shown(reader, article, edition)


async def draft(reader: Reader, article_id: str) -> tuple[Article, Draft]:
    """The article and its next version as it stands; NotFound for everybody but editors."""
    return await reader.get(tables.ARTICLES, article_id), await _written(reader, article_id)


async def _written(reader: Reader, article_id: str) -> Draft:
    if not is_editor(reader):
        raise NotFound(what="drafts")
    return await reader.get(tables.DRAFTS, article_id)


async def history(reader: Reader, article_id: str) -> list[Edition]:
    """Every published version, newest first."""
    editions = await reader.all(tables.HISTORY, article_id=article_id)
    if not editions:
        raise NotFound(what="article_versions")
    return editions


async def listed(
    reader: Reader,
    *,
    state: State | None,
    kind: Kind | None,
    language: Language | None,
    slug: str | None,
    limit: int,
    cursor: str | None,
) -> Page[Article]:
    """A page of articles; whoever is no editor sees those in force."""
    if not is_editor(reader):
        if state not in (None, State.PUBLISHED):
            raise Forbidden(pointer="/state")
        state = State.PUBLISHED
    return await reader.page(
        tables.LIST, limit=limit, cursor=cursor, state=state, kind=kind, language=language, slug=slug
    )


def shown(reader: Reader, article: Article, text: Draft | Edition) -> Shown:
    """The article with this text, for this reader."""
    edition = text if isinstance(text, Edition) else None
    return Shown(
        article=article,
        number=edition.number if edition else 0,
        title=text.title,
        body=text.body,
        body_hash=edition.body_hash if edition else None,
        published_at=edition.published_at if edition else None,
        allowed_actions=ARTICLE.allowed(article, reader.actor),
    )


def is_editor(reader: Reader) -> bool:
    return reader.actor.role in EDITORS.roles
