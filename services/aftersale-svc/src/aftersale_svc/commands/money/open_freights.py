"""When the freight of a return becomes owed."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import Event
from aftercare_events.catalogue.returns import ReturnFreightOwed

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.return_freights.policy import owed
from aftersale_svc.settings import Settings


def due(tx: Transaction[Settings], after: FullCase) -> tuple[FullCase, Sequence[Event]]:
    """The case with what the merchant owes for the freight from now on, and the event of that."""
    freight = owed(after, tx.now)
    if freight is None:
        return after, ()
    event = ReturnFreightOwed(
        **case_fields(tx, after.case),
        stated_minor=freight.stated_minor,
        accepted_minor=freight.accepted_minor or 0,
        insured_minor=freight.insured_minor,
        owed_minor=freight.rest_minor,
        currency=after.case.currency,
    )
    return after.keeping(freight), (event,)
