"""What every courier's push becomes, and what an adapter can do; whatever the partner calls it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from order_svc.domain.tracking import TERMINAL, ParcelStatus, Scan


class DeliveredTo(StrEnum):
    """What kind of receiver took the parcel, never who: it decides when the buyer's window opens."""

    PERSON = "person"
    PROXY = "proxy"
    LOCKER = "locker"
    STATION = "station"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One scan of one parcel. `carrier` is None where the partner tells only the waybill; `text` is the partner's own
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
    said = (partner, carrier or "", waybill_no, occurred_at.isoformat(), raw_code, text)
    scan = Scan(
        key="scan_" + hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:40],
        status=status,
        occurred_at=occurred_at,
        reason=reason,
        terminal=status in TERMINAL,
        delivered_to=delivered_to,
        raw_code=raw_code,
    )
    return Report(carrier=carrier, waybill_no=waybill_no, text=text, scan=scan)


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
        """What makes two deliveries of a verified push the same one: the partner's message id, where it has one, and a hash of
        all that `parse` reads. The id alone does not: a sender may correct the body of a message and send it again."""

    def parse(self, raw: bytes) -> list[Report]:
        """The scans of a push; empty when it is about something else; ValueError when it cannot be read."""

    def accepted(self) -> Answer:
        """The partner's word for: we have it, do not send it again."""

    def refused(self, why: Refused) -> Answer:
        """The partner's word for: we do not have it."""
