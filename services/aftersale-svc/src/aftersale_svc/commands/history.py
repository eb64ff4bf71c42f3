"""Records what each change of a case has changed, so that it can be shown as it was at any time."""

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.history.changes import change_of
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.case_changes import CASE_CHANGES


async def record(tx: Transaction[Settings], before: FullCase | None, after: FullCase) -> None:
    """Record what has changed in a case; None: it is new. `after` has the version with which it was saved."""
    await tx.insert_last(CASE_CHANGES, change_of(before, after, tx.now))
