"""The execution of what a verdict has decided, or the sides have agreed on."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import NOBODY, SYSTEM, SystemContext
from aftercare_chassis.records import replace
from aftercare_events import DisputeExecuted, DisputeTurnChanged

from aftersale_svc.commands.record import dispute_fields
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction
from aftersale_svc.settings import Settings
from aftersale_svc.tables.disputes.disputes import DISPUTES


def executed(tx: Transaction[Settings], dispute: Dispute, refunded_minor: int) -> Dispute:
    """The dispute at its end, with what was refunded because of it in minor units: what is back besides, by a refund that failed before it
    was decided, is not counted."""
    if dispute.final_at is None and dispute.amount_minor is not None:
        refunded_minor = min(refunded_minor, dispute.amount_minor)
    return replace(DISPUTE.apply(dispute, DisputeAction.EXECUTE, SystemContext.of(tx)), refunded_minor=refunded_minor)


async def follow_case(tx: Transaction[Settings], before: Case, after: Case) -> None:
    """Let a dispute whose verdict is paid in this case wait for whoever has to act there, such as an agent once the refund has failed."""
    waits_for = after.whose_turn
    if after.dispute_id is None or waits_for in (NOBODY, before.whose_turn):
        return
    if CaseState.DISPUTED in (before.state, after.state):
        return  # nothing is paid while the dispute stops the case
    dispute = await tx.lock(DISPUTES, after.dispute_id)
    if DISPUTE.permits(dispute, DisputeAction.FOLLOW_CASE, SYSTEM):
        moved = DISPUTE.apply(dispute, DisputeAction.FOLLOW_CASE, SystemContext.of(tx))
        turned = DisputeTurnChanged(**dispute_fields(tx, moved), whose_turn=waits_for)
        await tx.save(DISPUTES, replace(moved, whose_turn=waits_for), turned)


def event(tx: Transaction[Settings], dispute: Dispute) -> DisputeExecuted:
    """The event that lets customer service resolve the complaint."""
    return DisputeExecuted(
        **dispute_fields(tx, dispute), refunded_minor=dispute.refunded_minor or 0, currency=dispute.currency
    )
