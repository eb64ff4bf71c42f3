"""What is recorded of an agent who acts for a buyer who has called."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import Event

from aftersale_svc.domain.cases.lifecycle import caller
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.settings import Settings


def acting_for(
    tx: Transaction[Settings], before: Case, action: str | None, events: tuple[Event, ...]
) -> tuple[str | None, tuple[Event, ...]]:
    """The buyer for whom who acts takes the action, and the events, which state that; None where nobody acts for another."""
    buyer_id = caller(before, action, tx.actor)
    if buyer_id is None:
        return None, events
    return buyer_id, tuple(each.model_copy(update={"on_behalf_of": buyer_id}) for each in events)
