"""Standstills: times in which no timer ran. What ended meanwhile, or soon after, is not held against anybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SPARED = frozenset({"buyer", "merchant", "parties"})
"""Whose deadlines a standstill moves. Agents, arbitrators and couriers lose nothing by theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """When the timers of any process last ran; written once a minute."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """No timer ran from `began_at` to `ended_at`. Deadlines of that time end at `grace_until`."""

    id: str
    began_at: datetime
    ended_at: datetime
    grace_until: datetime

    def spares(self, set_at: datetime, due_at: datetime) -> bool:
        """Whether a deadline ended during it, or ends within the grace after it and was set before that."""
        return self.began_at < due_at < self.grace_until and set_at < self.ended_at


def standstill(id: str, last: datetime, now: datetime, *, least: timedelta, most: timedelta) -> Standstill | None:
    """The standstill since the timers last ran; None where that was not longer than `least` ago.

    The grace is as long as the standstill, at most `most`, and begins when the timers run again.
    """
    length = now - last
    if length <= least:
        return None
    return Standstill(id=id, began_at=last, ended_at=now, grace_until=now + min(length, most))


def spared_until(standstills: Iterable[Standstill], set_at: datetime, due_at: datetime) -> datetime | None:
    """Until when a deadline lasts because of standstills; None where none concerns it."""
    return max((each.grace_until for each in standstills if each.spares(set_at, due_at)), default=None)
