"""The fields that every event of an anomaly of a parcel carries."""

from datetime import datetime

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.record import ParcelFields, parcel_fields
from order_svc.domain.anomalies.model import Anomaly
from order_svc.domain.tracking import Parcel
from order_svc.settings import Settings


class AnomalyFields(ParcelFields):
    """The fields of every event of an anomaly of a parcel."""

    anomaly_id: str
    kind: str
    since: datetime
    loss: str | None


def anomaly_fields(tx: Transaction[Settings], parcel: Parcel, anomaly: Anomaly) -> AnomalyFields:
    """The fields of an event of this anomaly; `result` is its state."""
    fields = parcel_fields(tx, parcel)
    fields["result"] = anomaly.state
    return AnomalyFields(**fields, anomaly_id=anomaly.id, kind=anomaly.kind, since=anomaly.since, loss=anomaly.loss)
