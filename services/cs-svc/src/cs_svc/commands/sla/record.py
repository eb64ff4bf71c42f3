"""The fields that the events of a clock have in common."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import TraceFields, trace_fields

from cs_svc.domain.sla.clocks import Clock


class ClockFields(TraceFields):
    """What every event of a clock holds."""

    clock_id: str
    kind: str
    conversation_id: str
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None
    policy_id: str
    policy_version: int


def clock_fields(tx: Transaction, clock: Clock) -> ClockFields:
    """The fields of an event of this clock, after its change."""
    return ClockFields(
        **trace_fields(tx, affected_party=clock.buyer_id, applicant=clock.buyer_id, result=clock.state),
        clock_id=clock.id,
        kind=clock.kind,
        conversation_id=clock.conversation_id,
        order_id=clock.order_id,
        case_id=clock.case_id,
        buyer_id=clock.buyer_id,
        merchant_id=clock.merchant_id,
        policy_id=clock.policy_id,
        policy_version=clock.policy_version,
    )
