"""The roster of caseworkers."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.caseworkers.model import CaseworkerRole, Workload
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.caseworkers import ROSTERS


async def roster(read: Reader[Settings], role: CaseworkerRole, limit: int, cursor: str | None) -> Page[Workload]:
    """A page of the people of this role, with what each of them has."""
    return await read.page(ROSTERS[role], limit=limit, cursor=cursor)
