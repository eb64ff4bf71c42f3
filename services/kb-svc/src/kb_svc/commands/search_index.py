"""The search index: put the newest edition of an article in, take a retired article out."""

from aftercare_chassis.database.transaction import Transaction

from kb_svc.domain import analyser, ranking
from kb_svc.domain.articles import Article, Edition, IndexedArticle
from kb_svc.domain.markdown import plain
from kb_svc.tables.articles import ARTICLES, EDITIONS, LOCK_WRITERS
from kb_svc.tables.search_index import (
    COUNT_DOWN,
    COUNT_UP,
    DELETE_DOCUMENT,
    DELETE_POSTINGS,
    DOCUMENTS,
    INSERT_POSTINGS,
    OUTDATED_DOCUMENTS,
    UPDATE_CORPUS,
)


async def put(tx: Transaction, article: Article, edition: Edition) -> None:
    """Index this edition in the place of the one before. The caller holds LOCK_WRITERS."""
    await _replace(tx, article, edition)
    await tx.execute(UPDATE_CORPUS)


async def remove(tx: Transaction, article_id: str) -> None:
    """Take an article out of the index. The caller holds LOCK_WRITERS."""
    await _delete(tx, article_id)
    await tx.execute(UPDATE_CORPUS)


async def put_outdated(tx: Transaction, most: int) -> int:
    """Index at most `most` articles again whose terms an older analyser made; returns how many there were."""
    await tx.one(LOCK_WRITERS)
    outdated = await tx.all(OUTDATED_DOCUMENTS, analyser=analyser.VERSION, articles=most)
    for document in outdated:
        article = await tx.get(ARTICLES, document.article_id)
        await _replace(tx, article, await tx.get(EDITIONS, document.article_id, document.number))
    if outdated:
        await tx.execute(UPDATE_CORPUS)
    return len(outdated)


async def _replace(tx: Transaction, article: Article, edition: Edition) -> None:
    text = plain(edition.body)
    counts = ranking.document_terms(edition.title, text)
    await _delete(tx, article.id)
    document = IndexedArticle(
        article_id=article.id,
        number=edition.number,
        kind=article.kind,
        language=article.language,
        length=sum(counts.values()),
        text=text,
        analyser=analyser.VERSION,
    )
    await tx.insert(DOCUMENTS, document)
    await tx.execute(INSERT_POSTINGS, article_id=article.id, terms=list(counts), times=list(counts.values()))
    await tx.execute(COUNT_UP, terms=list(counts))


async def _delete(tx: Transaction, article_id: str) -> None:
    await tx.execute(COUNT_DOWN, article_id=article_id)
    await tx.execute(DELETE_POSTINGS, article_id=article_id)
    await tx.execute(DELETE_DOCUMENT, article_id=article_id)
