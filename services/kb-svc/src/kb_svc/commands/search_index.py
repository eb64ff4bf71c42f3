"""The search index: index the newest edition of an article, remove a retired article."""

from collections import Counter
from collections.abc import Iterable

from aftercare_chassis.database.transaction import Transaction
from aftercare_language import analyser, pinyin, ranking
from aftercare_language.normalization import normalize

from kb_svc.domain import positions
from kb_svc.domain.articles import Article, Edition, IndexedArticle
from kb_svc.domain.markdown import plain
from kb_svc.tables.articles import ARTICLES, EDITIONS
from kb_svc.tables.former_search_index import DELETE_POSTINGS
from kb_svc.tables.passages import DELETE_PASSAGES
from kb_svc.tables.search_index import DELETE_DOCUMENT, DOCUMENTS, INDEXED_EDITION, OUTDATED_EDITION

EMBEDDING = "search-embeddings"
"""The worker that makes the vectors of what was published."""


async def index(tx: Transaction, article: Article, edition: Edition) -> None:
    """Index this edition in the place of the one before. The caller holds the lock of the article."""
    await tx.upsert(DOCUMENTS, document(article, edition))
    tx.wake(EMBEDDING)


async def index_new(tx: Transaction, article: Article, edition: Edition) -> None:
    """Index the first edition of an article that this transaction creates."""
    await tx.insert(DOCUMENTS, document(article, edition))
    tx.wake(EMBEDDING)


def document(article: Article, edition: Edition) -> IndexedArticle:
    """The row of this edition in the index."""
    text = plain(edition.body)
    analysis = analyser.analyse(text)
    words = ranking.document_terms(edition.title, analysis.counts)
    # Sounds are not part of the length: they would make every Chinese article twice as long.
    counts = Counter({**words, **_sounds(edition.title, text)})
    counts.update(_asked(edition.questions))
    return IndexedArticle(
        article_id=article.id,
        number=edition.number,
        kind=article.kind,
        language=article.language,
        length=sum(words.values()),
        terms=list(counts),
        counts=dict(counts),
        text=text,
        positions=positions.stored(analysis),
        analyser=analyser.VERSION,
    )


def _asked(questions: Iterable[str]) -> Counter[str]:
    """In how many of the questions each term is, its sounds included. They add to the counts of the text and not to its length:
    an article is not the worse for being asked for in many ways."""
    found = Counter[str]()
    for each in questions:
        found.update({*analyser.terms(each), *pinyin.counts(normalize(each))})
    return found


def _sounds(title: str, text: str) -> dict[str, int]:
    """The terms of pinyin: those of the title count as its words do."""
    of_title = pinyin.counts(normalize(title))
    found = pinyin.counts(normalize(text))
    for term, count in of_title.items():
        found[term] += ranking.TITLE_WEIGHT * count
    return found


async def remove(tx: Transaction, article_id: str) -> None:
    """Take an article out of the index. The caller holds the lock of the article."""
    await tx.execute(DELETE_POSTINGS, article_id=article_id)
    await tx.execute(DELETE_DOCUMENT, article_id=article_id)
    await tx.execute(DELETE_PASSAGES, article_id=article_id)


async def index_outdated(tx: Transaction) -> bool:
    """Index one article again that an older analyser indexed; whether there was one."""
    outdated = await tx.one(OUTDATED_EDITION, analyser=analyser.VERSION)
    if outdated is None:
        return False
    article = await tx.lock(ARTICLES, outdated["article_id"])
    # An editor may have published or retired the article while this waited for the lock.
    if await tx.one(INDEXED_EDITION, article_id=article.id) == outdated:
        await index(tx, article, await tx.get(EDITIONS, article.id, outdated["number"]))
    return True
