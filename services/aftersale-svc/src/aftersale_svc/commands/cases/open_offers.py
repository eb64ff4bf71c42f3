"""What becomes of an offer that waits for an answer when its case goes on without one."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.records import replace
from aftercare_events import Event, OfferLapsed

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.offers.lifecycle import OFFER
from aftersale_svc.domain.cases.offers.model import Offer, OfferAction
from aftersale_svc.settings import Settings

_NEGOTIATED = frozenset(
    {
        CaseState.OFFER_PENDING,
        CaseState.PENDING_REVIEW,
        CaseState.MANUAL_REVIEW,
        CaseState.AWAIT_SUPPLEMENT,
        CaseState.DISPUTED,
    }
)
"""Where an offer may wait for an answer."""


def ended(tx: Transaction[Settings], offer: Offer, action: OfferAction) -> Offer:
    """The offer after the action that its case has led to."""
    return replace(OFFER.apply(offer, action, SystemContext.of(tx)), ended_at=tx.now)


def lapsed(tx: Transaction[Settings], after: FullCase) -> tuple[FullCase, Sequence[Event]]:
    """The case without an open offer where it has been decided in another way, and the event of that."""
    offer = after.open_offer
    if offer is None or after.case.state in _NEGOTIATED:
        return after, ()
    event = OfferLapsed(**case_fields(tx, after.case), number=offer.number)
    return after.keeping(ended(tx, offer, OfferAction.LAPSE)), (event,)
