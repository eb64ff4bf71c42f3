"""What a push of any courier becomes, and what an adapter has to offer."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from order_svc.domain.tracking import TERMINAL, ParcelStatus, Scan
from order_svc.integrations.pushes import PushAdapter

_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


class DeliveredTo(StrEnum):
    """What kind of receiver took the parcel, never who: it decides when the buyer's window opens."""

    PERSON = "person"
    PROXY = "proxy"
    LOCKER = "locker"
    STATION = "station"


class Meaning(NamedTuple):
    """What a partner's code means, as a row of its table."""

    status: ParcelStatus
    delivered_to: DeliveredTo | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One scan of one parcel.

    `carrier` is None where the partner names the waybill only, `former_carrier` the code that it has corrected. A partner that
    does not name the waybill, or names one of several of a shipment, gives the `reference` under which the parcel was
    registered with it; then `waybill_no` may be empty. `next_waybill_no` is the number under which the parcel goes on.
    `undated` scans happened when their push arrived. `unlisted` is what of the partner's the adapter has no meaning for: its code, or
    its name for the state where it gives no code.
    """

    carrier: str | None
    waybill_no: str
    scan: Scan
    former_carrier: str | None = None
    reference: str | None = None
    next_waybill_no: str | None = None
    undated: bool = False
    unlisted: str | None = None

    @property
    def known(self) -> bool:
        """Whether the adapter has a meaning for all that states the status."""
        return self.unlisted is None

    @property
    def text(self) -> str:
        """The partner's own sentence without names and numbers."""
        return self.scan.text


class Reports(list[Report]):
    """The scans of a push. `notes` are what else it states, and which of its entries could not be read and why."""

    def __init__(self, reports: Iterable[Report] = (), notes: Sequence[str] = ()) -> None:
        super().__init__(reports)
        self.notes = tuple(notes)


def report(
    partner: str,
    *,
    carrier: str | None,
    waybill_no: str,
    meaning: Meaning | None,
    occurred_at: datetime | None,
    raw_code: str | None,
    text: str,
    event_id: str | None = None,
    former_carrier: str | None = None,
    reference: str | None = None,
    next_waybill_no: str | None = None,
    unlisted: str | None = None,
) -> Report:
    """A report whose key is the same for the same scan, however often and in whatever envelope it is pushed.

    `meaning` is None where the code is not known; then the code is `unlisted`, if nothing else is. The key is made of the partner's id of the scan, where it gives one, else
    of the content.
    """
    time = "" if occurred_at is None else occurred_at.isoformat()
    identity = (time, raw_code or "", text) if event_id is None else (event_id,)
    content = (partner, former_carrier or carrier or "", waybill_no or reference or "", *identity)
    status, delivered_to, reason = meaning or Meaning(ParcelStatus.UNKNOWN)
    scan = Scan(
        key="scan_" + hashlib.sha256("\x1f".join(content).encode()).hexdigest()[:40],
        status=status,
        occurred_at=occurred_at or _UNDATED,
        reason=reason,
        terminal=status in TERMINAL,
        delivered_to=delivered_to,
        raw_code=raw_code,
        text=text,
        partner=partner,
    )
    return Report(
        carrier=carrier,
        waybill_no=waybill_no,
        scan=scan,
        former_carrier=former_carrier,
        reference=reference,
        next_waybill_no=next_waybill_no,
        undated=occurred_at is None,
        unlisted=unlisted or (raw_code if meaning is None else None),
    )


class Courier(PushAdapter[Reports], Protocol):
    """One courier. `parse` returns the scans of a push, an empty list where it is about something else."""

    @property
    def partner(self) -> str:
        """The name in paths and rows."""

    @property
    def signs(self) -> bool:
        """Whether a push proves its content; else its address alone does, which whoever registers it knows."""

    @property
    def carrier(self) -> str | None:
        """The carrier of whose parcels it reports; None where it names one with each."""

    def new_secret(self) -> str:
        """A new random secret for the partner's signature scheme."""

    def is_valid_secret(self, secret: str) -> bool:
        """Whether this secret can be used in the partner's signature scheme."""

    def address_query(self, secret: str) -> str:
        """What is added to the address at which the partner posts: empty, or `?` and a query that proves its pushes."""
