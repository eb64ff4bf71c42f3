"""Payments of buyers that are owed back, in cases that had ended before builds recorded that."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events.catalogue.exchanges import OwedBackCause

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.money import open_charges
from aftersale_svc.settings import Settings

STEP = "owe_back"
"""The step in the timeline. It leaves the state as it is, so no lifecycle table has it."""


async def owe_back(tx: Transaction[Settings], case_id: str) -> None:
    """Open what is owed back in a case that has ended; nothing where it is open, returned, or was paid for what the buyer has.

    Raises:
        NotFound: there is no such case.
    """
    full, _ = await locking.case_and_order(tx, case_id)
    after, events = open_charges.owed_back(tx, full, OwedBackCause.CASE_ENDED_BEFORE)
    if events:
        await effects.save(tx, full, after, STEP, *events)
