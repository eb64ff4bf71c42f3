"""Articles: draft, edit, publish, retire."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ArticleDrafted, ArticleEvent, ArticlePublished, ArticleRetired, digest
from aftercare_events.catalogue.articles import Clause as EventClause

from kb_svc.commands import search_index, texts
from kb_svc.commands.record import article_fields
from kb_svc.domain.articles import (
    ARTICLE,
    Article,
    ArticleAction,
    ArticleKind,
    ArticleState,
    Draft,
    Edition,
    Language,
)
from kb_svc.domain.clause_texts import clause_texts, fits_inline
from kb_svc.domain.clauses import clauses
from kb_svc.domain.errors import NothingToPublish, SlugTaken
from kb_svc.tables.articles import ARTICLE_WITH_SLUG, ARTICLES, DELETE_DRAFT, DRAFTS, EDITIONS, TAKE_DRAFT


async def draft(
    tx: Transaction, *, kind: ArticleKind, slug: str, language: Language, title: str, body: str
) -> tuple[Article, Draft]:
    """Create an article with its first draft.

    A UniqueViolationError at the end of the transaction means that another one has created an article with this slug.

    Raises:
        SlugTaken: an article that is not retired has this slug in this language.
        ClauseTermsInvalid: see `clauses`.
    """
    _check_terms(kind, body)
    existing = await tx.one(ARTICLE_WITH_SLUG, slug=slug, language=language)
    if existing is not None:
        raise SlugTaken(pointer="/slug", slug=slug, article_id=existing.id)
    article = _new(tx, kind=kind, slug=slug, language=language, title=title)
    drafted = ARTICLE.start(article, tx)
    saved = await tx.create(ARTICLES, drafted, ArticleDrafted(**article_fields(tx, drafted, ArticleState.DRAFT)))
    first = _draft(tx, article.id, title, body)
    await tx.upsert(DRAFTS, first)
    return saved, first


def _new(tx: Transaction, *, kind: ArticleKind, slug: str, language: Language, title: str) -> Article:
    return Article(
        id=tx.new_id("art"),
        version=0,
        kind=kind,
        slug=slug,
        language=language,
        state=ArticleState.DRAFT,
        title=title,
        published=0,
        created_by=tx.actor.id,
        created_at=tx.now,
        published_at=None,
    )


async def edit(tx: Transaction, article_id: str, *, title: str | None, body: str | None) -> tuple[Article, Draft]:
    """Change the draft, which starts as a copy of the newest edition; the editions stay as they are.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ARTICLE.
        ClauseTermsInvalid: see `clauses`.
    """
    article = ARTICLE.apply(await tx.lock(ARTICLES, article_id), ArticleAction.EDIT, tx)
    _check_terms(article.kind, body or "")
    current: Draft | Edition | None = await tx.find(DRAFTS, article.id)
    if current is None:
        current = await tx.get(EDITIONS, article.id, article.published)
    edited = _draft(tx, article.id, title or current.title, body or current.body)
    await tx.upsert(DRAFTS, edited)
    shown = edited.title if article.state is ArticleState.DRAFT else article.title
    event = ArticleDrafted(**article_fields(tx, article, ArticleState.DRAFT))
    return await tx.save(ARTICLES, replace(article, title=shown), event), edited


async def publish(tx: Transaction, article_id: str) -> tuple[Article, Edition]:
    """Make the draft the newest edition, which never changes, and index it for the search.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ARTICLE.
        NothingToPublish: the article has no draft.
        ClauseTermsInvalid: a draft of an earlier build has such; see `clauses`.
    """
    article = ARTICLE.apply(await tx.lock(ARTICLES, article_id), ArticleAction.PUBLISH, tx)
    drafted = await tx.one(TAKE_DRAFT, article_id=article.id)
    if drafted is None:
        raise NothingToPublish()
    edition = _edition(tx, article.published + 1, drafted)
    await tx.insert(EDITIONS, edition)
    await search_index.index(tx, article, edition)
    published = _with_edition(article, edition)
    await texts.mark(tx, edition)
    return await tx.save(ARTICLES, published, *_publication(tx, published, edition)), edition


async def publish_new(
    tx: Transaction, *, kind: ArticleKind, slug: str, language: Language, title: str, body: str
) -> Article:
    """Create an article with its first edition, without a draft before it: in bulk, nothing is read.

    The caller has checked that no article has this slug in this language. A UniqueViolationError when the writes are sent
    means that another transaction has created one meanwhile.
    """
    new = ARTICLE.start(_new(tx, kind=kind, slug=slug, language=language, title=title), tx)
    edition = _edition(tx, 1, _draft(tx, new.id, title, body))
    published = _with_edition(ARTICLE.apply(new, ArticleAction.PUBLISH, tx), edition)
    created = await tx.create(ARTICLES, published, *_publication(tx, published, edition))
    await tx.insert(EDITIONS, edition)
    await search_index.index_new(tx, created, edition)
    await texts.mark_new(tx, edition)
    return created


def _with_edition(article: Article, edition: Edition) -> Article:
    return replace(article, title=edition.title, published=edition.number, published_at=edition.published_at)


def _publication(tx: Transaction, published: Article, edition: Edition) -> list[ArticleEvent]:
    """The events of this edition, with its words."""
    words = clause_texts(edition.body)
    inline = fits_inline(words)
    event = ArticlePublished(
        **article_fields(tx, published, published.state),
        article_version=edition.number,
        article_title=edition.title,
        texts=texts.of_event(words) if inline else None,
        title_hash=digest(edition.title),
        body_hash=edition.body_hash,
        clauses=_clauses(published, edition),
        effective_at=edition.published_at,
    )
    return [event, *(() if inline else texts.events(tx, published, edition))]


def _clauses(article: Article, edition: Edition) -> tuple[EventClause, ...]:
    """The clauses of a policy; what only explains is not cited."""
    if article.kind is not ArticleKind.POLICY:
        return ()
    return tuple(EventClause(id=each.id, hash=each.hash, **(each.terms or {})) for each in clauses(edition.body))


def _check_terms(kind: ArticleKind, body: str) -> None:
    """Refuse a policy with terms that are not in their form. Raises: ClauseTermsInvalid."""
    if kind is ArticleKind.POLICY:
        clauses(body)


async def retire(tx: Transaction, article_id: str) -> Article:
    """Retire the article: the search does not find it any more, its editions stay readable by id and number.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ARTICLE.
    """
    retired = ARTICLE.apply(await tx.lock(ARTICLES, article_id), ArticleAction.RETIRE, tx)
    await tx.execute(DELETE_DRAFT, article_id=retired.id)
    await search_index.remove(tx, retired.id)
    return await tx.save(ARTICLES, retired, ArticleRetired(**article_fields(tx, retired, retired.state)))


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
