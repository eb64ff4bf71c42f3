"""The execution of what a verdict has decided, or the sides have agreed on."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.records import replace
from aftercare_events import DisputeExecuted

from aftersale_svc.commands.record import dispute_fields
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeState, TakesEffect
from aftersale_svc.settings import Settings


def is_executing(dispute: Dispute) -> bool:
    """Whether what was decided or agreed on is being paid; an appeal does not stop that."""
    if dispute.is_appealed:
        at_once = dispute.takes_effect is TakesEffect.AT_ONCE
        return at_once and dispute.appealed_in is DisputeState.EXECUTING
    agreed = dispute.state is DisputeState.SETTLED and dispute.refunded_minor is None
    return agreed or dispute.state is DisputeState.EXECUTING


def executed(tx: Transaction[Settings], dispute: Dispute, refunded_minor: int) -> Dispute:
    """The dispute at its end, with what was refunded because of it in minor units."""
    return replace(DISPUTE.apply(dispute, DisputeAction.EXECUTE, SystemContext.of(tx)), refunded_minor=refunded_minor)


def event(tx: Transaction[Settings], dispute: Dispute) -> DisputeExecuted:
    """The event that lets customer service resolve the complaint."""
    return DisputeExecuted(
        **dispute_fields(tx, dispute), refunded_minor=dispute.refunded_minor or 0, currency=dispute.currency
    )
