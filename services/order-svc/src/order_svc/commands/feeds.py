"""When couriers last reported anything, so that our own silence is not taken for that of parcels.

A parcel without a scan is an anomaly only where its scans would have reached us. It is looked at later

- while pushes of couriers wait here to be processed for more than `_BACKLOG`;
- after a time in which this service did not run, or in which nothing came of its carrier, for as long as that lasted, at most a day:
  partners repeat what they could not deliver;
- while nothing at all comes of its carrier for `parcel_feed_silent_hours`, though at least `parcel_feed_least_parcels` of its parcels
  are under way. Of fewer, nothing may come for days.
"""

from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.anomalies.model import Feed
from order_svc.domain.tracking import Parcel
from order_svc.settings import Settings
from order_svc.tables.anomalies import FEEDS, NOTE_REPORT, OLDEST_UNPROCESSED, WATCHED_OF_CARRIER

SERVICE = "this service"
"""The feed that is this service itself; codes of carriers have no blanks."""
_BACKLOG, _AFTER_BACKLOG = timedelta(minutes=5), timedelta(minutes=15)
_OUTAGE, _LONGEST_GRACE, _AFTER_SILENCE = timedelta(minutes=15), timedelta(days=1), timedelta(hours=1)


async def beat(tx: Transaction[Settings]) -> None:
    """Note that this service runs."""
    await _note(tx, SERVICE, _OUTAGE)


async def report(tx: Transaction[Settings], carrier: str) -> None:
    """Note that reports about parcels of this carrier arrive."""
    await _note(tx, carrier, timedelta(hours=tx.settings.parcel_feed_silent_hours))


async def held_back(tx: Transaction[Settings], parcel: Parcel) -> datetime | None:
    """When to look at a parcel again that may be silent because nothing reaches us; None where its silence counts."""
    waiting = await tx.one(OLDEST_UNPROCESSED)
    if waiting is not None and waiting["due_at"] < tx.now - _BACKLOG:
        return tx.now + _AFTER_BACKLOG
    own, carrier = await tx.find(FEEDS, SERVICE), await tx.find(FEEDS, parcel.carrier)
    if own is not None and own.reported_at < tx.now - _OUTAGE:
        return tx.now + _AFTER_BACKLOG
    graces = [feed.grace_until for feed in (own, carrier) if feed is not None]
    until = max((grace for grace in graces if grace is not None), default=tx.now)
    if until > tx.now:
        return until
    return tx.now + _AFTER_SILENCE if await _is_silent(tx, parcel.carrier, carrier) else None


async def _is_silent(tx: Transaction[Settings], carrier: str, feed: Feed | None) -> bool:
    """Whether so many of the carrier's parcels are under way that something would come if its feed worked."""
    settings = tx.settings
    if feed is not None and feed.reported_at > tx.now - timedelta(hours=settings.parcel_feed_silent_hours):
        return False
    found = await tx.one(WATCHED_OF_CARRIER, carrier=carrier, most=settings.parcel_feed_least_parcels)
    return found is not None and found["number"] >= settings.parcel_feed_least_parcels


async def _note(tx: Transaction[Settings], name: str, least: timedelta) -> None:
    await tx.execute(NOTE_REPORT, name=name, now=tx.now, least=least, longest=_LONGEST_GRACE)
