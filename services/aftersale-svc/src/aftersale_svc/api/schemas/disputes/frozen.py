"""What stops a case, as it is shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import DeadlineAt, Out, Time
from aftercare_chassis.http.turns import TurnOf, effects_of
from aftercare_chassis.lifecycle import NOBODY

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import DisputeOrigin, DisputeState
from aftersale_svc.domain.disputes.stops import effect

QueueTurn = Annotated[str, TurnOf("QueueTurn", *CASE.values(), DISPUTE, others=[NOBODY])]
DisputeTurn = Annotated[str, TurnOf("DisputeTurn", DISPUTE, others=["buyer", "agent", NOBODY])]


class FrozenOut(Out):
    """The dispute that stops a case, and what it waits for."""

    dispute_id: str
    """The dispute; its end moves the case again."""
    by: DisputeOrigin
    """What the dispute was opened by: a complaint, the buyer in the case itself, or the platform."""
    since: Time
    """When it stopped the case."""
    state: DisputeState | None = None
    """How far the dispute is; null in the response of an action, which does not read the dispute."""
    whose_turn: DisputeTurn | None = None
    """Who has to act next in the dispute; null where `state` is."""
    deadline_at: DeadlineAt = None
    deadline_effect: Annotated[str | None, effects_of(DISPUTE)] = None

    @classmethod
    def of(cls, full: FullCase) -> "FrozenOut | None":
        """What stops the case; None where nothing does."""
        case, stop = full.case, full.stop
        if case.state is not CaseState.DISPUTED or case.dispute_id is None:
            return None
        return cls(
            dispute_id=case.dispute_id,
            by=DisputeOrigin(case.frozen_by or DisputeOrigin.COMPLAINT),
            since=case.frozen_at or case.updated_at,
            state=DisputeState(stop.state) if stop else None,
            whose_turn=stop.whose_turn if stop else None,
            deadline_at=stop.deadline_at if stop else None,
            deadline_effect=effect(stop),
        )
