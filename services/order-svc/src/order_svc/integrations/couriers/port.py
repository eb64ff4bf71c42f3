"""What a push of any courier becomes, and what an adapter has to offer."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from order_svc.domain.tracking import TERMINAL, ParcelStatus, Scan
from order_svc.integrations.pushes import PushAdapter


class DeliveredTo(StrEnum):
    """What kind of receiver took the parcel, never who: it decides when the buyer's window opens."""

    PERSON = "person"
    PROXY = "proxy"
    LOCKER = "locker"
    STATION = "station"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One scan of one parcel. `carrier` is None where the partner names the waybill only; `text` is the partner's own
    sentence without names and numbers."""

    carrier: str | None
    waybill_no: str
    text: str
    scan: Scan


def report(
    partner: str,
    *,
    carrier: str | None,
    waybill_no: str,
    status: ParcelStatus,
    occurred_at: datetime,
    raw_code: str,
    text: str,
    reason: str | None = None,
    delivered_to: DeliveredTo | None = None,
) -> Report:
    """A report whose key is the same for the same scan, however often and in whatever envelope it is pushed."""
    content = (partner, carrier or "", waybill_no, occurred_at.isoformat(), raw_code, text)
    scan = Scan(
        key="scan_" + hashlib.sha256("\x1f".join(content).encode()).hexdigest()[:40],
        status=status,
        occurred_at=occurred_at,
        reason=reason,
        terminal=status in TERMINAL,
        delivered_to=delivered_to,
        raw_code=raw_code,
    )
    return Report(carrier=carrier, waybill_no=waybill_no, text=text, scan=scan)


class Courier(PushAdapter[list[Report]], Protocol):
    """One courier. `parse` returns the scans of a push, an empty list where it is about something else."""

    @property
    def partner(self) -> str:
        """The name in paths and rows."""

    def new_secret(self) -> str:
        """A new random secret for the partner's signature scheme."""

    def is_valid_secret(self, secret: str) -> bool:
        """Whether this secret can be used in the partner's signature scheme."""
