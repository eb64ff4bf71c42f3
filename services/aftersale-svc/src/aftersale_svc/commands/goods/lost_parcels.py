"""Parcels of a case that will not arrive any more, as their courier reports it."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import AfterSaleEscalated, ParcelStatusChanged

from aftersale_svc.commands import effects
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply, cause
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.settings import Settings

WITHDRAWN = "waybill_corrected"
"""The reason with which order-svc ends a parcel whose waybill was corrected."""


def is_lost(event: ParcelStatusChanged) -> bool:
    """Whether the courier has nothing more to do, and the receiver of this leg does not have the parcel."""
    return event.terminal and not event.is_delivered and event.reason != WITHDRAWN


async def escalate(tx: Transaction[Settings], full: FullCase, waits_in: CaseState) -> None:
    """Let an agent decide about a locked case, if it waits for the parcel in this state.

    During a dispute nothing follows: the time to arrive runs out after it.
    """
    if full.case.state is not waits_in:
        return
    lost = apply(full, CaseAction.ESCALATE, tx)
    escalated = AfterSaleEscalated(
        **case_fields(tx, lost.case), cause=cause(full, CaseAction.ESCALATE), deadline_at=lost.case.deadline_at
    )
    await effects.save(tx, full, lost, CaseAction.ESCALATE, escalated)
