"""How often the buyer may ask again about the units of a case."""

from aftercare_chassis.database.transaction import Reader

from aftersale_svc import queries
from aftersale_svc.domain.money.reapplications import reapplications_left
from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER


async def left(read: Reader[Settings], case_id: str) -> int:
    """How often, once the case is closed where it is rejected. Raises: NotFound."""
    full = await queries.case(read, case_id)
    return reapplications_left(full, await read.all(HOLDS_OF_ORDER, order_id=full.case.order_id))
