"""When the freight of a return becomes owed."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import Event
from aftercare_events.catalogue.returns import ReturnFreightOwed

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.return_freights.model import ReturnFreight
from aftersale_svc.domain.cases.return_freights.policy import owed
from aftersale_svc.settings import Settings


def due(tx: Transaction[Settings], after: FullCase) -> tuple[FullCase, Sequence[Event]]:
    """The case with what the merchant owes for the freight from now on, and the event of that."""
    freight = owed(after, tx.now)
    if freight is None:
        return after, ()
    return after.keeping(freight), (event(tx, after, freight),)


def event(tx: Transaction[Settings], full: FullCase, freight: ReturnFreight) -> ReturnFreightOwed:
    """The event of what the merchant has to pay of this freight."""
    return ReturnFreightOwed(
        **case_fields(tx, full.case),
        stated_minor=freight.stated_minor,
        accepted_minor=freight.accepted_minor or 0,
        insured_minor=freight.insured_minor,
        owed_minor=freight.to_pay_minor,
        currency=full.case.currency,
    )
