"""What buyers have paid in cases."""

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.charges_to_check import PERHAPS_OWED_BACK


async def perhaps_owed_back(read: Reader[Settings], after: str, most: int) -> list[str]:
    """The next ids, after this one, of ended cases in which a payment may be owed back that is not."""
    return [row["case_id"] for row in await read.all(PERHAPS_OWED_BACK, after=after, most=most)]
