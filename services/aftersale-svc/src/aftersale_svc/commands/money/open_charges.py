"""What becomes of a charge that the buyer has paid, where what it was paid for does not come."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import Event
from aftercare_events.catalogue.exchanges import ChargeOwedBack, OwedBackCause

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.charges.policy import is_undone
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.settings import Settings


def owed_back(
    tx: Transaction[Settings], after: FullCase, cause: OwedBackCause | None = None
) -> tuple[FullCase, Sequence[Event]]:
    """The case with what the merchant has to give back from now on, and the event of that. What is owed back stays so.

    `cause`: why only now, where what it was paid for was given up before.
    """
    if not is_undone(after):
        return after, ()
    nothing = replace(after, case=replace(after.case, difference_minor=None))  # is paid for any more
    owed, events = owed_anyway(tx, nothing, cause)
    return (owed, events) if events else (after, ())


def owed_anyway(
    tx: Transaction[Settings], after: FullCase, cause: OwedBackCause | None
) -> tuple[FullCase, Sequence[Event]]:
    """The same where the buyer has had what was paid for."""
    case, charge = after.case, after.charge
    if charge is None or charge.paid_at is None or charge.owed_back_at is not None:
        return after, ()
    event = ChargeOwedBack(
        **case_fields(tx, case),
        amount_minor=charge.amount_minor,
        currency=case.currency,
        paid_at=charge.paid_at,
        cause=cause,
    )
    much = charge.amount_minor > tx.settings.second_person_limit(case.currency)
    owed = replace(charge, owed_back_at=tx.now, return_by_merchant=much)
    return after.keeping(owed), (event,)
