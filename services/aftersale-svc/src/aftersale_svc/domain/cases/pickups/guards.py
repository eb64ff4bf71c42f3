"""What bars the steps of a pickup besides the state of the case and the role of the actor."""

from datetime import datetime

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.pickups.errors import (
    NoPickupWaybill,
    PickupBegun,
    PickupDayNotBegun,
    PickupDestinationUnknown,
    PickupNotBegun,
    PickupsUsedUp,
)
from aftersale_svc.domain.cases.pickups.model import MOST_EARLY
from aftersale_svc.domain.permissions import MERCHANT_OR_AGENT

MOST_MISSED = 2
"""How often the buyer may miss a pickup of one case."""
MOST_BOOKINGS = 6
"""How often a pickup of one case may be booked or moved, whoever missed the ones before."""


def _used_up(_: Case, facts: CaseFacts | None) -> Refusal | None:
    pickup = None if facts is None else facts.full.pickup
    if pickup is None or (pickup.missed_by_buyer < MOST_MISSED and pickup.bookings < MOST_BOOKINGS):
        return None
    return PickupsUsedUp(missed=pickup.missed_by_buyer, bookings=pickup.bookings)


def _destination_unknown(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return PickupDestinationUnknown() if facts is not None and facts.full.return_.address is None else None


def _no_waybill(_: Case, facts: CaseFacts | None) -> Refusal | None:
    pickup = None if facts is None else facts.full.pickup
    return NoPickupWaybill() if pickup is None or pickup.waybill_no is None else None


def _times(facts: CaseFacts | None) -> tuple[datetime, datetime] | None:
    """When the booked time begins, and what time it is; None where either is not known."""
    pickup = None if facts is None else facts.full.pickup
    return None if facts is None or pickup is None or facts.now is None else (pickup.begins_at, facts.now)


def _begun(_: Case, facts: CaseFacts | None) -> Refusal | None:
    times = _times(facts)
    return PickupBegun(begins_at=times[0]) if times is not None and times[0] <= times[1] else None


def _not_begun(_: Case, facts: CaseFacts | None) -> Refusal | None:
    times = _times(facts)
    return PickupNotBegun(begins_at=times[0]) if times is not None and times[1] < times[0] else None


def _day_not_begun(_: Case, facts: CaseFacts | None) -> Refusal | None:
    times = _times(facts)
    early = times is not None and times[1] < times[0] - MOST_EARLY
    return PickupDayNotBegun(possible_from=times[0] - MOST_EARLY) if times is not None and early else None


DESTINATION_UNKNOWN = Guard(PickupDestinationUnknown.code, _destination_unknown)
USED_UP = Guard(PickupsUsedUp.code, _used_up)
NO_WAYBILL = Guard(NoPickupWaybill.code, _no_waybill)
BEGUN = Guard(PickupBegun.code, _begun)
NOT_BEGUN = Guard(PickupNotBegun.code, _not_begun)
DAY_NOT_BEGUN = Guard(PickupDayNotBegun.code, _day_not_begun, roles=MERCHANT_OR_AGENT.roles)
"""What the courier scans was collected, whenever that was."""
