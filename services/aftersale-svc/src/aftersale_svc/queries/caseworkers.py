"""The roster of caseworkers."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.caseworkers.model import CaseworkerRole, Workload
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.caseworkers import ROSTERS, TO_GIVE


async def roster(read: Reader[Settings], role: CaseworkerRole, limit: int, cursor: str | None) -> Page[Workload]:
    """A page of the people of this role, with what each of them has."""
    return await read.page(ROSTERS[role], limit=limit, cursor=cursor)


async def to_give(read: Reader[Settings], most: int) -> list[tuple[CaseworkerRole, str]]:
    """The reviews and disputes that nobody has, or somebody who is away, and for which there is somebody: who decides them, and their ids."""
    return [(CaseworkerRole(row["role"]), row["id"]) for row in await read.all(TO_GIVE, most=most)]
