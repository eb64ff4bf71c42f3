"""The clauses of published versions, and how two versions differ."""

from dataclasses import dataclass

from aftercare_chassis.database.transaction import Reader

from kb_svc.domain.articles import Edition
from kb_svc.domain.clause_matching import ClauseDifference, Section, compared, sections, stored_ids
from kb_svc.tables.articles import EDITIONS


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of an article, clause by clause."""

    before: Edition
    after: Edition
    clauses: list[ClauseDifference]


async def clauses(reader: Reader, article_id: str, number: int) -> list[tuple[str, Section]]:
    """The ids and sections of a version, in their order. Raises: NotFound."""
    edition = await reader.get(EDITIONS, article_id, number)
    found = sections(edition.body)
    ids = stored_ids(found, edition.clause_ids)
    return [(ids[each.place], each) for each in found]


async def compare(reader: Reader, article_id: str, before: int, after: int) -> Comparison:
    """How the second version differs from the first. Raises: NotFound."""
    first, second = await reader.get(EDITIONS, article_id, before), await reader.get(EDITIONS, article_id, after)
    old, new = sections(first.body), sections(second.body)
    found = compared(old, stored_ids(old, first.clause_ids), new, stored_ids(new, second.clause_ids))
    return Comparison(first, second, found)
