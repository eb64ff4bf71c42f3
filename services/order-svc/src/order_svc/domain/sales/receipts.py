"""Since when the time to confirm the receipt of a delivered order runs, and how it is extended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aftercare_chassis.records import replace

from order_svc.domain.model import Order, OrderState
from order_svc.domain.sales.errors import ReceiptExtensionTooLong, ReceiptPeriodOver
from order_svc.domain.tracking import AT_STATION, Parcel, ParcelStatus


@dataclass(frozen=True, slots=True)
class Arrival:
    """What has arrived of an order: its parcels that did, and when virtual goods were delivered."""

    parcels: tuple[Parcel, ...]
    virtual_at: datetime | None

    @classmethod
    def of(cls, parcels: Iterable[Parcel], virtual_at: datetime | None) -> "Arrival":
        """Of the order's outbound parcels."""
        return cls(tuple(each for each in parcels if each.status is ParcelStatus.DELIVERED), virtual_at)

    def collected_at(self) -> datetime | None:
        """When the buyer had everything in person; None while a station or locker has any of it."""
        times = [personal_at(parcel) for parcel in self.parcels] + ([self.virtual_at] if self.virtual_at else [])
        known = [at for at in times if at is not None]
        return max(known, default=None) if len(known) == len(times) else None


def personal_at(parcel: Parcel) -> datetime | None:
    """When the receiver took a delivered parcel in person, or somebody for them; None while a station or locker has it."""
    if parcel.collected_at is not None:
        return parcel.collected_at
    return None if parcel.delivered_to in AT_STATION else parcel.status_at


def with_receipt_from(order: Order, arrival: Arrival, collection: timedelta, now: datetime) -> Order:
    """The delivered order with the start of the time to confirm: when the buyer had everything in person, never before the delivery of
    the order nor in the future; while a station or locker has any of it, `collection` after the delivery."""
    delivered_at = order.delivered_at or now
    collected = arrival.collected_at()
    if collected is None:
        return replace(order, receipt_from_at=delivered_at + collection)
    return replace(order, receipt_from_at=min(max(collected, delivered_at), now))


def signed_at(order: Order, received_at: datetime) -> datetime:
    """When the buyer had everything of an order in person: at its receipt at the latest, since that confirms it."""
    return min(order.receipt_from_at or order.delivered_at or received_at, received_at)


def with_notice(order: Order, due_at: datetime, notice: timedelta, now: datetime) -> Order:
    """The order that was delivered elsewhere and whose time to confirm ends then: extended by as many whole days as it takes for `notice`, or
    for the whole of a shorter time, to be left, so that the buyer can be reminded before the receipt counts as confirmed."""
    whole = due_at - (order.receipt_since or now)
    missing = now + min(notice, whole) - due_at
    return order if missing <= timedelta(0) else replace(order, receipt_extended_days=-(-missing // timedelta(days=1)))


def with_window(order: Order, window: timedelta, least: timedelta) -> Order:
    """The order, if it was received, with the end of its after-sale window. It begins with the personal signature, and lasts for `least`
    after the receipt at least. An end that is set is kept."""
    if order.received_at is None or order.window_ends_at is not None:
        return order
    ends = max(order.received_at + least, signed_at(order, order.received_at) + window)
    return replace(order, window_ends_at=ends)


def extended(order: Order, days: int, most: int, now: datetime) -> Order:
    """The order with the time to confirm extended by `days`.

    Raises:
        ReceiptExtensionTooLong: more than `most` days at once.
        ReceiptPeriodOver: the time to confirm has passed.
    """
    if days > most:
        raise ReceiptExtensionTooLong(pointer="/days", most=most)
    if order.deadline_at is not None and order.deadline_at <= now:
        raise ReceiptPeriodOver
    left = (order.receipt_extensions_left or 0) - 1
    total = (order.receipt_extended_days or 0) + days
    return replace(order, receipt_extended_days=total, receipt_extensions_left=left)


def with_reminder(order: Order, before: timedelta, now: datetime) -> Order:
    """The order with the time of the reminder: `before` its receipt counts as confirmed, and None where that has passed, or nothing waits
    for the receipt. It is computed with each change of the order, so that the reminder follows the deadline and comes once for each."""
    due_at = order.deadline_at if order.state is OrderState.DELIVERED else None
    at = None if due_at is None or due_at - before <= now else due_at - before
    return order if at == order.receipt_reminds_at else replace(order, receipt_reminds_at=at)
