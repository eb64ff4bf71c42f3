"""How much waits for people of the platform."""

from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.tables.cases.waiting_cases import WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Cases that agents review, how many of them are late and since when the first one is, and disputes in which the platform has to act."""

    reviews: int
    late_reviews: int
    late_since: datetime | None
    hearings: int


async def waiting(reader: Reader) -> Waiting:
    """What waits, up to 10,000 of each."""
    [found] = await reader.all(WAITING)
    return Waiting(**dict(found))
