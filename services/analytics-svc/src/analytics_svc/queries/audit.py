"""What administrators did."""

from datetime import datetime

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from analytics_svc.domain.audit import AuditEvent
from analytics_svc.tables.audit import AUDIT_LIST


async def audit_events(
    reader: Reader, limit: int, cursor: str | None, begin: datetime | None, end: datetime | None, **filters: str | None
) -> Page[AuditEvent]:
    """The events of audited commands from `begin` until before `end`, newest first. Raises: CursorInvalid."""
    return await reader.page(AUDIT_LIST, limit=limit, cursor=cursor, begin=begin, end=end, **filters)
