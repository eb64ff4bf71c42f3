"""SELECTs of anomalies of parcels."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain.anomalies.model import Anomaly, AnomalyCount
from order_svc.tables.anomalies import ANOMALIES, ANOMALY_COUNTS, ANOMALY_LIST


async def parcel_anomaly(reader: Reader, anomaly_id: str) -> Anomaly:
    """One anomaly of a parcel that the reader may see."""
    return await reader.get(ANOMALIES, anomaly_id)


async def parcel_anomalies(reader: Reader, limit: int, cursor: str | None, **filters: str | None) -> Page[Anomaly]:
    """A page of anomalies of parcels."""
    return await reader.page(ANOMALY_LIST, limit=limit, cursor=cursor, **filters)


async def parcel_anomaly_counts(reader: Reader) -> list[AnomalyCount]:
    """How many anomalies the reader sees that have not been resolved."""
    return await reader.all(ANOMALY_COUNTS)
