"""The ids of the clauses of a new version, and of those that are stored."""

from collections.abc import Mapping

from aftercare_chassis.database.transaction import Transaction
from aftercare_events.catalogue.articles import Clause as EventClause

from kb_svc.domain.articles import Article, ArticleKind, Edition
from kb_svc.domain.clause_matching import first_ids, next_ids, sections, stored_ids
from kb_svc.domain.clauses import clauses
from kb_svc.settings import Settings
from kb_svc.tables.articles import EDITIONS, IDS_OF_CLAUSES


def first(body: str) -> list[str]:
    """The ids of the clauses of a first version, in their order."""
    return list(first_ids(sections(body)).values())


async def identified(tx: Transaction[Settings], article: Article, body: str) -> list[str]:
    """The ids of the clauses of the next version of a locked article, in their order."""
    if not article.last_number:
        return first(body)
    found = sections(body)
    before = await tx.get(EDITIONS, article.id, article.last_number)
    old = sections(before.body)
    ids = next_ids(old, stored_ids(old, before.clause_ids), found, await _greatest(tx, article.id))
    return [ids[each.place] for each in found]


async def _greatest(tx: Transaction[Settings], article_id: str) -> int:
    """The greatest id that a clause of the article has ever had."""
    rows = await tx.all(IDS_OF_CLAUSES, article_id=article_id)
    known = [id for row in rows for id in row["clause_ids"] or ()]
    counted = [each.place for row in rows if row["clause_ids"] is None for each in sections(row["body"])]
    return max((*map(int, known), *counted), default=0)


def ids_of(edition: Edition) -> Mapping[int, str]:
    """The ids of the clauses of a version, by their places in its text."""
    return stored_ids(sections(edition.body), edition.clause_ids)


def of_event(article: Article, edition: Edition) -> tuple[EventClause, ...]:
    """The clauses of a policy; what only explains is not cited."""
    if article.kind is not ArticleKind.POLICY:
        return ()
    ids = ids_of(edition)
    return tuple(
        EventClause(id=ids.get(int(each.id), each.id), hash=each.hash, **(each.terms or {}))
        for each in clauses(edition.body)
    )
