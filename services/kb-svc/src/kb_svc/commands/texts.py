"""The words of published versions in events: in that of the publication where they fit, else in events of their own."""

from collections.abc import Iterable
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ArticleTextPublished
from aftercare_events.catalogue.articles import ClauseText as EventText

from kb_svc.commands.clauses import ids_of
from kb_svc.commands.record import article_fields
from kb_svc.domain.articles import Article, Edition
from kb_svc.domain.clause_texts import ClauseText, clause_texts, parts
from kb_svc.tables.articles import ARTICLES, EDITIONS
from kb_svc.tables.published_texts import PUBLISHED_TEXTS, UNPUBLISHED_TEXT, PublishedText


def words_of(edition: Edition) -> tuple[ClauseText, ...]:
    """The words of the clauses of a version, with the ids of its clauses."""
    ids = ids_of(edition)
    return tuple(replace(each, id=ids.get(int(each.id), each.id)) for each in clause_texts(edition.body))


def of_event(words: Iterable[ClauseText]) -> tuple[EventText, ...]:
    """These words as an event has them."""
    return tuple(EventText(id=each.id, heading=each.heading, words=each.text) for each in words)


def events(tx: Transaction, article: Article, edition: Edition) -> list[ArticleTextPublished]:
    """The events with the words of this edition."""
    divided = parts(words_of(edition))
    return [
        ArticleTextPublished(
            **article_fields(tx, article, article.state),
            article_version=edition.number,
            article_title=edition.title,
            part=part,
            parts=len(divided),
            effective_at=edition.effective_from,
            effective_until=edition.effective_until,
            texts=of_event(words),
        )
        for part, words in enumerate(divided, start=1)
    ]


async def mark(tx: Transaction, edition: Edition) -> None:
    """Note that the words of this edition are in events."""
    await tx.upsert(PUBLISHED_TEXTS, PublishedText(article_id=edition.article_id, number=edition.number))


async def mark_new(tx: Transaction, edition: Edition) -> None:
    """The same for the first edition of an article that this transaction creates."""
    await tx.insert(PUBLISHED_TEXTS, PublishedText(article_id=edition.article_id, number=edition.number))


async def publish_missing(tx: Transaction) -> bool:
    """Publish the words of one article whose newest edition an older build has published; whether there was one."""
    found = await tx.one(UNPUBLISHED_TEXT)
    if found is None:
        return False
    article = await tx.lock(ARTICLES, found["id"])
    # An editor may have published or retired the article while this waited for the lock.
    if await tx.one(UNPUBLISHED_TEXT) == found:
        edition = await tx.get(EDITIONS, article.id, article.published)
        await mark(tx, edition)
        await tx.save(ARTICLES, article, *events(tx, article, edition))
    return True
