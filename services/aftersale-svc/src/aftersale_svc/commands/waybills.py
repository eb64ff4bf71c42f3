"""The waybills of parcels that people name."""

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.waybills import REUSED_AFTER, check_waybill
from aftersale_svc.settings import Settings
from aftersale_svc.tables.waybills import LOCK_WAYBILL, PARCELS_UNDER_WAYBILL


async def check(tx: Transaction[Settings], case: Case, carrier: str, waybill_no: str, *, to_buyer: bool) -> None:
    """Check that a parcel of a locked case can have this waybill, which is locked until the end of the transaction.

    Raises:
        WaybillInUse: see `check_waybill`.
    """
    await tx.one(LOCK_WAYBILL, waybill=f"waybill {carrier} {waybill_no}")
    since = tx.now - REUSED_AFTER
    known = await tx.all(PARCELS_UNDER_WAYBILL, carrier=carrier, waybill_no=waybill_no, since=since)
    check_waybill(case, known, to_buyer=to_buyer)
