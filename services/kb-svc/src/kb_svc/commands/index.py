"""The search index follows the newest published version, in the transaction that publishes it. Callers hold TURN."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from kb_svc import tables
from kb_svc.domain import analyser, ranking
from kb_svc.domain.markdown import plain
from kb_svc.domain.model import Article, Edition, Indexed

ARTICLES_AT_ONCE = 10  # in one transaction: publishing waits for it
IDLE_SECONDS = 60.0


async def replace_with(tx: Transaction, article: Article, edition: Edition) -> None:
    """Index this version and forget the one before."""
    await _store(tx, article, edition)
    await tx.execute(tables.SUM_UP)


async def remove(tx: Transaction, article_id: str) -> None:
    """Forget an article that is no longer in force."""
    await _forget(tx, article_id)
    await tx.execute(tables.SUM_UP)


async def reindex(runtime: Runtime) -> None:
    """Index anew every article whose terms an older analyser made; searches go on meanwhile. Running it again changes nothing."""
    while await _reindex_some(runtime):
        pass


async def _reindex_some(runtime: Runtime) -> bool:
    async with runtime.transaction(SYSTEM) as tx:
        await tx.one(tables.TURN)
        stale = await tx.all(tables.STALE, analyser=analyser.VERSION, articles=ARTICLES_AT_ONCE)
        for each in stale:
            article = await tx.get(tables.ARTICLES, each.article_id)
            await _store(tx, article, await tx.get(tables.EDITIONS, each.article_id, each.number))
        if stale:
            await tx.execute(tables.SUM_UP)
    return len(stale) == ARTICLES_AT_ONCE


async def _store(tx: Transaction, article: Article, edition: Edition) -> None:
    text = plain(edition.body)
    counts = ranking.weigh(edition.title, text)
    await _forget(tx, article.id)
    await tx.insert(
        tables.INDEXED,
        Indexed(
            article_id=article.id,
            number=edition.number,
            kind=article.kind,
            language=article.language,
            length=sum(counts.values()),
            text=text,
            analyser=analyser.VERSION,
        ),
    )
    await tx.execute(tables.ADD_POSTINGS, article_id=article.id, terms=list(counts), times=list(counts.values()))
    await tx.execute(tables.COUNT_UP, terms=list(counts))


async def _forget(tx: Transaction, article_id: str) -> None:
    await tx.execute(tables.COUNT_DOWN, article_id=article_id)
    await tx.execute(tables.DROP_POSTINGS, article_id=article_id)
    await tx.execute(tables.DROP_INDEXED, article_id=article_id)


# `migrate` indexes everything anew; this finds what a process of an older build published after that, during a rollout.
WORKERS = (Worker("search-index", _reindex_some, idle=IDLE_SECONDS),)
