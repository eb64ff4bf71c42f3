"""What a dispute that stops a case waits for, now and at an earlier time."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from aftersale_svc.domain.cases.stops import Stop
from aftersale_svc.domain.deadlines.ledger import Deadline, DeadlineMove, DocumentKind
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import DisputeState


def effect(stop: Stop | None) -> str | None:
    """What happens at the deadline of the dispute if nobody acts before; None where there is none."""
    if stop is None or stop.deadline_at is None:
        return None
    return next((each.effect for each in DISPUTE.alternatives(DisputeState(stop.state))), None)


def stop_at(deadlines: Iterable[Deadline], moves: Sequence[DeadlineMove], at: datetime) -> Stop | None:
    """What a case waited for at this time, by the ledger of its deadlines and what has moved them, oldest first; None: no dispute
    was open."""
    for each in deadlines:
        open_then = each.set_at <= at and (each.ended_at is None or each.ended_at > at)
        if each.document is DocumentKind.DISPUTE and open_then:
            later = [move.previous_due_at for move in moves if move.deadline_id == each.id and move.at > at]
            return Stop(each.case_id, each.document_state, each.turn, later[0] if later else each.due_at)
    return None
