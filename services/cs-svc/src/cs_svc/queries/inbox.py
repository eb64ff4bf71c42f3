"""What came in over channels, without its content."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from cs_svc.domain.inbound import ListedInbound
from cs_svc.queries import Filter
from cs_svc.tables.inbound import INBOX_LIST


async def inbox(reader: Reader, limit: int, cursor: str | None, **filters: Filter) -> Page[ListedInbound]:
    """A page of what came in, newest first."""
    return await reader.page(INBOX_LIST, limit=limit, cursor=cursor, **filters)
