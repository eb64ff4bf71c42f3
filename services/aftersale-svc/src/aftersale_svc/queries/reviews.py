"""The cases that merchants review."""

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.case_rules import IN_REVIEW_CITING


async def citing(read: Reader[Settings], order_id: str, sha256: str) -> list[str]:
    """The ids of those about this order that cite a file with this hash."""
    return [row["id"] for row in await read.all(IN_REVIEW_CITING, order_id=order_id, sha256=sha256)]
