"""Where a parcel is, judged from all its scans together: one scan alone can mislead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from order_svc.couriers.model import TERMINAL, DeliveredTo, Status


class Scanned(Protocol):
    """What is looked at of a scan; a stored one serves as well as one that just came in."""

    @property
    def status(self) -> Status: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def delivered_to(self) -> DeliveredTo | None: ...
    @property
    def raw_code(self) -> str: ...
    @property
    def event_id(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The parcel's status, and the scan that gave it."""

    status: Status
    occurred_at: datetime
    raw_code: str
    reason: str | None = None
    delivered_to: DeliveredTo | None = None

    @property
    def terminal(self) -> bool:
        """Whether the way ends here."""
        return self.status in TERMINAL


# Two scans within one second: the one further along the way is the later one.
_PROGRESS = {status: rank for rank, status in enumerate(Status)}


def position(scans: Iterable[Scanned]) -> Position | None:
    """The parcel's position, the same in whatever order and however often the scans came in; None without any.

    - "Signed" after a return scan means that the sender has it back: returned, not delivered.
    - Delivered stays delivered; only the way back can follow. Of several signatures the first counts.
    - On the way back ordinary scans do not turn the parcel round again.
    - A code nobody knows never moves a parcel.
    """
    found: Position | None = None
    for scan in sorted(scans, key=lambda s: (s.occurred_at, _PROGRESS[s.status], s.event_id)):
        status = _next(found.status if found else None, scan.status)
        if status is not None:
            found = Position(
                status=status,
                occurred_at=scan.occurred_at,
                raw_code=scan.raw_code,
                reason=scan.reason,
                delivered_to=None if status is Status.RETURNED else scan.delivered_to,
            )
    return found


def _next(current: Status | None, scanned: Status) -> Status | None:
    """The status after one more scan; None when it says nothing new."""
    if current is None:
        return scanned
    if scanned is Status.UNKNOWN or current is Status.RETURNED:
        return None
    if current is Status.RETURNING:
        return _on_the_way_back(scanned)
    if current is Status.DELIVERED and scanned not in (Status.RETURNING, Status.RETURNED):
        return None
    return scanned


def _on_the_way_back(scanned: Status) -> Status | None:
    if scanned in (Status.DELIVERED, Status.RETURNED):
        return Status.RETURNED
    return scanned if scanned is Status.LOST else None
