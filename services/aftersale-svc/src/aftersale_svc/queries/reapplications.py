"""How often the buyer may ask again about the units of a rejected case."""

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.money.reapplications import reapplications_left
from aftersale_svc.settings import Settings
from aftersale_svc.tables.holds import HOLDS_OF_ORDER


async def left(read: Reader[Settings], full: FullCase) -> int | None:
    """How often; None where the case is not rejected."""
    if full.case.state is not CaseState.REJECTED:
        return None
    return reapplications_left(full, await read.all(HOLDS_OF_ORDER, order_id=full.case.order_id))
