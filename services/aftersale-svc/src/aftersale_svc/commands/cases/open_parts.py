"""What becomes of what is open in a case that goes on or ends without it: an offer, a hold, a pickup, a charge that was paid."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import Event

from aftersale_svc.commands.cases import open_offers
from aftersale_svc.commands.goods import open_pickups
from aftersale_svc.commands.money import open_charges, open_freights, open_holds
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.settings import Settings

ENDED_BY = (open_offers.lapsed, open_holds.released, open_pickups.given_up, open_charges.owed_back, open_freights.due)


def ended(tx: Transaction[Settings], after: FullCase) -> tuple[FullCase, Sequence[Event]]:
    """The case without what does not wait any more, and the events of that."""
    events: list[Event] = []
    for end in ENDED_BY:
        after, more = end(tx, after)
        events += more
    return after, events
