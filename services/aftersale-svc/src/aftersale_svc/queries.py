"""SELECTs that answer; they never lock and never write."""

from collections import defaultdict

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.model import Case, CaseLine, Dispute, Entry
from aftersale_svc.tables.cases import CASE_LIST, CASES, LINES_OF, LINES_OF_MANY, TIMELINE
from aftersale_svc.tables.disputes import DISPUTE_LIST, DISPUTES


async def case(read: Reader, case_id: str) -> Case:
    """The case, where this actor may see it."""
    return await read.get(CASES, case_id)


async def lines(read: Reader, case_id: str) -> list[CaseLine]:
    """The lines of a case."""
    return await read.all(LINES_OF, case_id=case_id)


async def cases(read: Reader, limit: int, cursor: str | None, **filters: str | None) -> Page[Case]:
    """A page of the cases that this actor may see, newest first."""
    return await read.page(CASE_LIST, limit=limit, cursor=cursor, **filters)


async def lines_by_case(read: Reader, found: list[Case]) -> dict[str, list[CaseLine]]:
    """The lines of many cases in one statement."""
    by_case: dict[str, list[CaseLine]] = defaultdict(list)
    for line in await read.all(LINES_OF_MANY, case_ids=[each.id for each in found]):
        by_case[line.case_id].append(line)
    return by_case


async def timeline(read: Reader, case_id: str) -> list[Entry]:
    """Every step of the case and of its disputes, oldest first."""
    await read.get(CASES, case_id)
    return await read.all(TIMELINE, case_id=case_id)


async def dispute(read: Reader, dispute_id: str) -> Dispute:
    """The dispute, where this actor may see it."""
    return await read.get(DISPUTES, dispute_id)


async def disputes(read: Reader, limit: int, cursor: str | None, **filters: str | None) -> Page[Dispute]:
    """A page of the disputes that this actor may see, newest first."""
    return await read.page(DISPUTE_LIST, limit=limit, cursor=cursor, **filters)
