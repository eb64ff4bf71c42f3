"""What is shown of the complaints of authorities."""

from datetime import timedelta

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from cs_svc.domain.regulator_complaints import RegulatorComplaint
from cs_svc.tables.regulator_complaints import (
    REGULATOR_COMPLAINT_LIST,
    REGULATOR_COMPLAINTS,
    REGULATOR_COMPLAINTS_DUE,
)


async def regulator_complaint(reader: Reader, regulator_complaint_id: str) -> RegulatorComplaint:
    """One of them. Raises: NotFound."""
    return await reader.get(REGULATOR_COMPLAINTS, regulator_complaint_id)


async def regulator_complaints(
    reader: Reader, limit: int, cursor: str | None, *, within_days: int | None, **filters: str | None
) -> Page[RegulatorComplaint]:
    """A page of them, newest first; with `within_days` those of which a step is due by then, the earliest first."""
    if within_days is None:
        return await reader.page(REGULATOR_COMPLAINT_LIST, limit=limit, cursor=cursor, **filters)
    until = reader.now + timedelta(days=within_days)
    return await reader.page(REGULATOR_COMPLAINTS_DUE, limit=limit, cursor=cursor, until=until, **filters)
