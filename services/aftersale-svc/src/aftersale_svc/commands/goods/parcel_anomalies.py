"""What goes wrong with the parcels of cases, as steps of their timelines."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import ParcelAnomalyEnded, ParcelAnomalyRaised

from aftersale_svc.commands.record import step
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import STEPS
from aftersale_svc.tables.goods.parcel_anomalies import CASES_OF_PARCEL

RAISE, END = "raise_anomaly", "end_anomaly"
"""The steps in the timeline. They change nothing in the case, so no lifecycle table has them."""


async def show(tx: Transaction[Settings], event: ParcelAnomalyRaised | ParcelAnomalyEnded) -> None:
    """Show in the timeline of each case about goods in the parcel that has not ended what went wrong, or that it is over."""
    action = RAISE if isinstance(event, ParcelAnomalyRaised) else END
    details = {"anomaly": event.kind, "waybill_no": event.waybill_no}
    if isinstance(event, ParcelAnomalyEnded) and event.resolution is not None:
        details["resolution"] = event.resolution
    about = {"order_id": event.order_id, "parcel_id": event.parcel_id, "case_id": event.case_id}
    for case in await tx.all(CASES_OF_PARCEL, **about):
        await tx.insert(STEPS, replace(step(tx, case, action), at=event.time, details=details))
