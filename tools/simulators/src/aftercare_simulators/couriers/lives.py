"""What may happen to a parcel, from its registration to its end."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from aftercare_simulators.couriers.wire import Partner, Scan

_UNDER_WAY = ("picked_up", "in_transit", "in_transit", "out_for_delivery")
LIVES: Mapping[str, tuple[str, ...]] = {
    "delivered": (*_UNDER_WAY, "delivered"),
    "second_attempt": (*_UNDER_WAY, "attempt_failed", "out_for_delivery", "delivered"),
    "station": (*_UNDER_WAY, "ready_for_pickup", "delivered"),
    "refused": (*_UNDER_WAY, "exception", "returning", "returned"),
    "returned": (*_UNDER_WAY, "returning", "in_transit", "returned"),
    "held_up": ("picked_up", "in_transit", "exception", "in_transit", "out_for_delivery", "delivered"),
    "abroad": ("picked_up", "in_transit", "customs", "in_transit", "out_for_delivery", "delivered"),
    "lost": ("picked_up", "in_transit", "lost"),
    "silent": ("picked_up", "in_transit"),
    "cancelled": ("pending", "cancelled"),
}
"""The statuses of each life, in the order in which they happen."""


def statuses_of(partner: Partner, name: str) -> tuple[str, ...]:
    """The statuses of a life for which the partner has codes; its couriers do not report the others."""
    return tuple(status for status in LIVES[name] if status in partner.codes)


def life(
    partner: Partner,
    name: str,
    *,
    waybill_no: str,
    since: datetime,
    carrier: str | None = None,
    reference: str | None = None,
    delivered_to: str | None = None,
    pause: timedelta = timedelta(hours=3),
) -> Sequence[Scan]:
    """The scans of one parcel that lives so, in the order in which they happen: the true history."""
    return [
        Scan(
            waybill_no=waybill_no,
            status=status,
            at=(since + (place + 1) * pause).replace(microsecond=0),
            carrier=carrier,
            reference=reference,
            delivered_to=delivered_to if status == "delivered" else None,
        )
        for place, status in enumerate(statuses_of(partner, name))
    ]
