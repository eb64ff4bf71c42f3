"""What becomes of a hold on money whose case ends otherwise than by a claim."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import Event
from aftercare_events.catalogue.fast_exchanges import HoldReleased

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.settings import Settings


def released(tx: Transaction[Settings], after: FullCase) -> tuple[FullCase, Sequence[Event]]:
    """The case without an open hold where it ends, its money goes back or it is of another type now, and the event of that."""
    hold = after.money_hold
    if hold is None or not hold.is_open:
        return after, ()
    if TYPES[after.case.type].replacement_first and after.case.state not in (*ENDED, CaseState.REFUNDING):
        return after, ()
    event = HoldReleased(**case_fields(tx, after.case), amount_minor=hold.amount_minor, currency=after.case.currency)
    return after.keeping(replace(hold, released_at=tx.now)), (event,)
