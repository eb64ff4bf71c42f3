"""A case that is closed without its purpose: the row and its event, before they are saved."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleClosed

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import CloseCause
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply, cause
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.settings import Settings


def closed(
    tx: Transaction[Settings], full: FullCase, action: CaseAction, facts: CaseFacts | None = None
) -> tuple[FullCase, AfterSaleClosed]:
    """The case after an action that closes it; the state table has its cause.

    Raises: what `apply` raises.
    """
    moved = apply(full, action, tx, facts)  # refuses what the table has no row, and so no cause, for
    why = cause(full, action)
    case = replace(moved.case, close_cause=CloseCause(why))
    return replace(full, case=case), AfterSaleClosed(**case_fields(tx, case), cause=why)
