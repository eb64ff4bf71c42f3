"""The queue of manual review."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.legs import full_cases
from aftersale_svc.tables.cases.manual_reviews import REVIEW_QUEUE

_TURN = "agent"


async def review_queue(read: Reader[Settings], limit: int, cursor: str | None, **filters: object) -> Page[FullCase]:
    """A page of the cases that agents have to decide about, the earliest deadline first."""
    page = await read.page(REVIEW_QUEUE, limit=limit, cursor=cursor, whose_turn=_TURN, **filters)
    found = await full_cases(read, page.data)
    return Page(found, page.has_more, page.next_cursor)
