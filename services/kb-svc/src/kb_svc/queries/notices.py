"""What is announced: published versions that have still to take effect."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from kb_svc.domain.articles import Notice
from kb_svc.tables.notices import NOTICES


async def notices(reader: Reader, limit: int, cursor: str | None, **filters: str | None) -> Page[Notice]:
    """A page of them, the next one to take effect first."""
    return await reader.page(NOTICES, limit=limit, cursor=cursor, **filters)
