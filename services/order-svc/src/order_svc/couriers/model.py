"""What every courier's push becomes: a scan, in our words, whatever the partner calls it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Status(StrEnum):
    """Where a parcel is, in the words of this house."""

    PENDING = "pending"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    CUSTOMS = "customs"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    ATTEMPT_FAILED = "attempt_failed"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


TERMINAL = frozenset({Status.DELIVERED, Status.RETURNED, Status.LOST, Status.CANCELLED})


class DeliveredTo(StrEnum):
    """What kind of receiver took the parcel, never who: it decides when the buyer's window opens."""

    PERSON = "person"
    PROXY = "proxy"
    LOCKER = "locker"
    STATION = "station"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One thing that happened to a parcel. `text` has been masked: no name and no phone number is in it.

    `event_id` is the same for the same scan however often and in whatever envelope it is pushed.
    """

    partner: str
    carrier: str | None
    waybill_no: str
    status: Status
    occurred_at: datetime
    raw_code: str
    text: str = ""
    reason: str | None = None
    delivered_to: DeliveredTo | None = None

    @property
    def event_id(self) -> str:
        """Hash of what the partner said; snapshots and repeats lead to the same one."""
        said = (
            self.partner,
            self.carrier or "",
            self.waybill_no,
            self.occurred_at.isoformat(),
            self.raw_code,
            self.text,
        )
        return "scan_" + hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a push was not believed or not understood. `stranger`: nothing in it came from any partner."""

    code: str
    detail: str
    stranger: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the partner, to the letter; never a problem document, never a redirect."""

    status: int
    body: bytes
    media_type: str


class Courier(Protocol):
    """One partner: how its pushes are proved, read and acknowledged. Pure: no clock, no network, no database."""

    @property
    def partner(self) -> str:
        """The name in paths and rows."""

    def new_secret(self) -> str:
        """A secret as this partner's scheme wants it."""

    def fits(self, secret: str) -> bool:
        """Whether this is a usable secret for the partner's scheme."""

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Refused | None:
        """None when one of the secrets proves the push; `headers` have lower-case names."""

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """What makes two deliveries of a verified push the same one."""

    def parse(self, raw: bytes) -> list[Scan]:
        """The scans of a push; empty when it is about something else; ValueError when it cannot be read."""

    def accepted(self) -> Answer:
        """The partner's word for: we have it, do not send it again."""

    def refused(self, why: Refused) -> Answer:
        """The partner's word for: we do not have it."""
