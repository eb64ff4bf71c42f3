"""The search index follows the newest published version, in the transaction that publishes it. Callers hold TURN."""

from aftercare_chassis.transaction import Transaction

from kb_svc import tables
from kb_svc.domain import ranking
from kb_svc.domain.model import Article, Edition, Indexed


async def replace_with(tx: Transaction, article: Article, edition: Edition) -> None:
    """Index this version and forget the one before."""
    counts = ranking.weigh(edition.title, edition.body)
    await _forget(tx, article.id)
    await tx.add(
        tables.INDEXED,
        Indexed(
            article_id=article.id,
            number=edition.number,
            kind=article.kind,
            language=article.language,
            length=sum(counts.values()),
        ),
    )
    await tx.execute(tables.ADD_POSTINGS, article_id=article.id, terms=list(counts), times=list(counts.values()))
    await tx.execute(tables.COUNT_UP, terms=list(counts))
    await tx.execute(tables.SUM_UP)


async def remove(tx: Transaction, article_id: str) -> None:
    """Forget an article that is no longer in force."""
    await _forget(tx, article_id)
    await tx.execute(tables.SUM_UP)


async def _forget(tx: Transaction, article_id: str) -> None:
    await tx.execute(tables.COUNT_DOWN, article_id=article_id)
    await tx.execute(tables.DROP_POSTINGS, article_id=article_id)
    await tx.execute(tables.DROP_INDEXED, article_id=article_id)
