"""What entering a state causes, in one place: a refund is requested, the verdict that an ended case waited for is executed."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import DisputeExecuted, Event, RefundRequested

from aftersale_svc.commands.record import about, about_dispute, save, save_dispute
from aftersale_svc.domain import lifecycle
from aftersale_svc.domain.codes import RefundCause
from aftersale_svc.domain.holds import ENDED
from aftersale_svc.domain.lifecycle import Action, DisputeAction
from aftersale_svc.domain.model import Case, Dispute, DisputeState, State
from aftersale_svc.tables.disputes import DISPUTES


async def enter(tx: Transaction, case: Case, action: Action | None, *events: Event, note: str | None = None) -> Case:
    """Save the case in the state that it has entered, and do what that state causes.

    `action` is its step in the timeline; None where the step of its dispute says it.
    """
    caused = (_requested(tx, case),) if case.state is State.REFUNDING else ()
    saved = await save(tx, case, action, *events, *caused, note=note)
    if saved.state in ENDED and saved.dispute_id is not None:
        await _execute(tx, saved.dispute_id, saved.refunded_minor)
    return saved


def _requested(tx: Transaction, case: Case) -> RefundRequested:
    """The event that lets order-svc pay."""
    return RefundRequested(
        **about(tx, case),
        refund_id=case.refund_id or "",
        payment_id=case.payment_id,
        amount_minor=case.refund_minor,
        currency=case.currency,
        cause=case.refund_cause or RefundCause.APPROVAL,
        stage=case.stage,
    )


async def _execute(tx: Transaction, dispute_id: str, refunded_minor: int) -> None:
    """However the case ended, no verdict waits for it any more: what was really refunded is what was carried out."""
    dispute = await tx.lock(DISPUTES, dispute_id)
    if dispute.state is DisputeState.EXECUTING:
        executed = lifecycle.execute(dispute, refunded_minor, tx)
        await save_dispute(tx, executed, DisputeAction.EXECUTE, executed_event(tx, executed))


def executed_event(tx: Transaction, executed: Dispute) -> DisputeExecuted:
    """The event that lets customer service resolve the complaint."""
    return DisputeExecuted(
        **about_dispute(tx, executed), refunded_minor=executed.refunded_minor or 0, currency=executed.currency
    )
