"""The waybills of parcels that people name."""

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.waybills import REUSED_AFTER, KnownParcel, Receiver, check_waybill
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.settings import Settings
from aftersale_svc.tables.goods.waybills import LOCK_WAYBILL, PARCELS_UNDER_WAYBILL


async def check(tx: Transaction[Settings], of: Case | Dispute, carrier: str, waybill_no: str, to: Receiver) -> None:
    """Check that a parcel of a locked case or dispute can have this waybill, which is locked until the end of the transaction.

    Raises:
        WaybillInUse: see `check_waybill`.
    """
    await tx.one(LOCK_WAYBILL, waybill=f"waybill {carrier} {waybill_no}")
    since = tx.now - REUSED_AFTER
    known = await tx.all(PARCELS_UNDER_WAYBILL, carrier=carrier, waybill_no=waybill_no, since=since)
    case_id = of.case_id if isinstance(of, Dispute) else of.id
    check_waybill(KnownParcel(of.order_id, case_id, of.buyer_id, of.merchant_id, to, delivered=False), known)
