"""What people do only where goods are collected, for the graph of `case_walk`."""

from datetime import UTC, datetime

from aftersale_svc.commands.goods import pickups
from case_walk import ADDRESS, CASE, PARCEL, Command

TUESDAY = datetime(2026, 3, 3, 1, tzinfo=UTC)
PICKING_UP: dict[str, Command] = {
    "book a pickup": lambda tx: pickups.book(tx, CASE, begins_at=TUESDAY, address=ADDRESS),
    "cancel the pickup": lambda tx: pickups.cancel(tx, CASE),
    "collect the goods": lambda tx: pickups.collect(tx, CASE, **PARCEL),
}
