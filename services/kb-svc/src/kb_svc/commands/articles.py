"""What editors do to articles."""

from dataclasses import replace
from hashlib import sha256
from typing import TypedDict

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ArticleDrafted, ArticlePublished, ArticleRetired, TraceFields

from kb_svc import tables
from kb_svc.commands import index
from kb_svc.domain.errors import NothingToPublish, SlugTaken
from kb_svc.domain.lifecycle import ARTICLE, Action
from kb_svc.domain.model import Article, Draft, Edition, Kind, Language, State

EVERYBODY = "public"  # whom a change of a policy concerns


class About(TypedDict):
    """What every event of an article says of it."""

    article_id: str
    kind: str
    slug: str
    language: str


def about(article: Article) -> About:
    return About(article_id=article.id, kind=article.kind, slug=article.slug, language=article.language)


def answers(tx: Transaction, article: Article, result: State) -> TraceFields:
    return TraceFields(
        affected_party=EVERYBODY, applicant=article.created_by, handler=tx.actor.id, time=tx.now, result=result
    )


async def draft(
    tx: Transaction, *, kind: Kind, slug: str, language: Language, title: str, body: str
) -> tuple[Article, Draft]:
    """Begin an article; SlugTaken where one in force has this slug in this language."""
    await tx.one(tables.TURN)
    taken = await tx.one(tables.BY_SLUG, slug=slug, language=language)
    if taken is not None:
        raise SlugTaken(pointer="/slug", slug=slug, article_id=taken.id)
    article = Article(
        id=tx.new_id("art"),
        version=0,
        kind=kind,
        slug=slug,
        language=language,
        state=State.DRAFT,
        title=title,
        published=0,
        created_by=tx.actor.id,
        created_at=tx.now,
        published_at=None,
    )
    told = ArticleDrafted(**answers(tx, article, State.DRAFT), **about(article))
    saved, first = await tx.create(tables.ARTICLES, article, told), _draft(tx, article.id, title, body)
    await tx.upsert(tables.DRAFTS, first)
    return saved, first


async def edit(tx: Transaction, article_id: str, *, title: str | None, body: str | None) -> tuple[Article, Draft]:
    """Write on the draft of the next version, begun from the published one where there is none; that one stays as it is."""
    article = await tx.lock(tables.ARTICLES, article_id)
    ARTICLE.move(article.state, Action.EDIT, tx.actor)
    now: Draft | Edition | None = await tx.find(tables.DRAFTS, article.id)
    if now is None:
        now = await tx.get(tables.EDITIONS, article.id, article.published)
    next_ = _draft(tx, article.id, title or now.title, body or now.body)
    await tx.upsert(tables.DRAFTS, next_)
    shown = next_.title if article.state == State.DRAFT else article.title
    told = ArticleDrafted(**answers(tx, article, State.DRAFT), **about(article))
    return await tx.save(tables.ARTICLES, replace(article, title=shown), told), next_


async def publish(tx: Transaction, article_id: str) -> tuple[Article, Edition]:
    """Make the draft the newest version: numbered, unchangeable and found by the search from now on."""
    await tx.one(tables.TURN)
    article = await tx.lock(tables.ARTICLES, article_id)
    state = ARTICLE.move(article.state, Action.PUBLISH, tx.actor)
    written = await tx.find(tables.DRAFTS, article.id)
    if written is None:
        raise NothingToPublish()
    edition = _edition(tx, article.published + 1, written)
    await tx.insert(tables.EDITIONS, edition)
    await tx.execute(tables.DROP_DRAFT, article_id=article.id)
    await index.replace_with(tx, article, edition)
    changed = replace(
        article, state=state, title=edition.title, published=edition.number, published_at=edition.published_at
    )
    told = ArticlePublished(
        **answers(tx, article, state),
        **about(article),
        article_version=edition.number,
        title_hash=digest(edition.title),
        body_hash=edition.body_hash,
    )
    return await tx.save(tables.ARTICLES, changed, told), edition


async def retire(tx: Transaction, article_id: str) -> Article:
    """Take the article out of force: no longer found, still readable by those who hold its id and version."""
    await tx.one(tables.TURN)
    article = await tx.lock(tables.ARTICLES, article_id)
    state = ARTICLE.move(article.state, Action.RETIRE, tx.actor)
    await tx.execute(tables.DROP_DRAFT, article_id=article.id)
    await index.remove(tx, article.id)
    told = ArticleRetired(**answers(tx, article, state), **about(article))
    return await tx.save(tables.ARTICLES, replace(article, state=state), told)


def digest(text: str) -> str:
    """The content hash that decisions cite."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _draft(tx: Transaction, article_id: str, title: str, body: str) -> Draft:
    return Draft(article_id=article_id, title=title, body=body, edited_by=tx.actor.id, edited_at=tx.now)


def _edition(tx: Transaction, number: int, draft: Draft) -> Edition:
    return Edition(
        article_id=draft.article_id,
        number=number,
        title=draft.title,
        body=draft.body,
        body_hash=digest(draft.body),
        published_by=tx.actor.id,
        published_at=tx.now,
    )
