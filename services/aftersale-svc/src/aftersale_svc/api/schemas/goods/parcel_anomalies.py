"""What went wrong with the parcels of a case, as it is shown."""

from typing import Self
from zoneinfo import ZoneInfo

from aftercare_chassis.http.schemas import Out, Time

from aftersale_svc.api.schemas.texts import BilingualOut
from aftersale_svc.domain.cases.parcel_anomalies import ParcelAnomaly
from aftersale_svc.domain.wording.anomalies import anomaly_text


class ParcelAnomalyOut(Out):
    """Something that is or was wrong with a parcel: of the case, or to the buyer with its goods."""

    id: str
    """The anomaly, as order-svc shows it."""
    parcel_id: str
    """The parcel, as order-svc shows it."""
    leg: str
    """Which way the parcel goes: `outbound`, `return`, `exchange` or `refused_goods`."""
    carrier: str
    """The code of the courier, such as `zto`."""
    waybill_no: str
    """The courier's number of the parcel."""
    kind: str
    """What is wrong, such as `lost` or `stuck_in_transit`; more codes may come."""
    since: Time
    """When it began: of silence, the last sign of the parcel."""
    raised_at: Time
    """When it was found."""
    ended_at: Time | None
    """When it was over; null while it is open."""
    ended_as: str | None
    """How it ended, such as `scanned` or `resolved`; null while it is open."""
    resolution: str | None
    """How people have resolved it; null where they have not."""
    text: BilingualOut
    """The same as people read it."""

    @classmethod
    def of(cls, anomaly: ParcelAnomaly, zone: ZoneInfo) -> Self:
        """The anomaly, with times in this zone in its text."""
        return cls.of_row(anomaly, text=BilingualOut.of(anomaly_text(anomaly, zone)))


class AnomalyScanOut(Out):
    """One of the scans that show an anomaly, in codes."""

    status: str
    """What the scan reports, normalised."""
    reason: str | None = None
    """Why, as a code; null where the courier gives none."""
    raw_code: str | None = None
    """The courier's own code; null where there is none."""
    partner: str | None = None
    """Who reported it, such as `zto` or `kuaidi100`; null where that is not known."""
    occurred_at: Time
    """By the courier's clock."""


class FiledAnomalyOut(ParcelAnomalyOut):
    """An anomaly with the scans that show it."""

    silent: bool
    """Whether it follows from silence and not from a scan."""
    loss: str | None
    """What may be claimed from the courier: `lost` or `damaged`; null where nothing may."""
    scans: list[AnomalyScanOut]
    """The last scans of the parcel when it was raised, oldest first, at most ten."""
