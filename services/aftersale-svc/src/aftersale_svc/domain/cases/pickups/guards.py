"""What bars the steps of a pickup besides the state of the case and the role of the actor."""

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.pickups.errors import NoPickupWaybill, PickupDestinationUnknown, PickupsUsedUp

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


DESTINATION_UNKNOWN = Guard(PickupDestinationUnknown.code, _destination_unknown)
USED_UP = Guard(PickupsUsedUp.code, _used_up)
NO_WAYBILL = Guard(NoPickupWaybill.code, _no_waybill)
