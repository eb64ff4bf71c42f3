"""Who reviews a case as an agent: one takes it, gives it back, or is given it. After a time it is in the queue again."""

from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due
from aftercare_chassis.records import replace
from aftercare_events import ReviewAssigned, ReviewReleased
from aftercare_events.catalogue.manual_reviews import ReleaseCause

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import caseworkers
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.manual_reviews.errors import PartyCannotDecide, SecondPersonNeeded
from aftersale_svc.domain.cases.manual_reviews.guards import is_party, parties
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.caseworkers.model import CaseworkerRole
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES


async def take(tx: Transaction[Settings], case_id: str) -> FullCase:
    """Take the case as an agent; who has it already has it for the whole time again.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, ReviewAlreadyAssigned: see CASE.
    """
    full = await locking.case(tx, case_id)
    return await _assigned(tx, full, apply(full, CaseAction.TAKE, tx), tx.actor.id, CaseAction.TAKE)


async def assign(tx: Transaction[Settings], case_id: str, *, agent_id: str | None = None) -> FullCase:
    """Give the case to an agent, whoever has it; where none is named, to the one on the roster with the fewest reviews.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
        PartyCannotDecide: the agent is a party of the case.
        SecondPersonNeeded: the agent has proposed the decision that another one has to confirm.
        CaseworkerUnknown: see `caseworkers.check_named`.
        NoCaseworkerFree: see `caseworkers.least_busy`.
    """
    full = await locking.case(tx, case_id)
    moved = apply(full, CaseAction.ASSIGN, tx)
    if agent_id is None:
        released = await caseworkers.released_by(tx, case_id, CaseAction.RELEASE)
        barred = [*parties(full.case), full.case.proposed_by, full.case.agent_id, *released]
        chosen = await caseworkers.least_busy(tx, CaseworkerRole.AGENT, full.case.type, barred)
        return await _assigned(tx, full, moved, chosen.id, CaseAction.ASSIGN, chosen.open_count)
    if is_party(full.case, agent_id):
        raise PartyCannotDecide(pointer="/agent_id")
    if full.case.proposed_by == agent_id:
        raise SecondPersonNeeded(pointer="/agent_id")
    await caseworkers.check_named(tx, CaseworkerRole.AGENT, agent_id, "/agent_id")
    return await _assigned(tx, full, moved, agent_id, CaseAction.ASSIGN)


async def release(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Give the case back to the queue.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, ReviewNotAssignedToYou: see CASE.
    """
    full = await locking.case(tx, case_id)
    return await _released(tx, full, apply(full, CaseAction.RELEASE, tx), ReleaseCause.RELEASED, note)


async def lapse(tx: Transaction[Settings], full: FullCase) -> None:
    """Put a locked case back into the queue: the time of who has it has passed."""
    moved = replace(full, case=replace(full.case, updated_at=tx.now))
    await _released(tx, full, moved, ReleaseCause.LAPSED)


async def _assigned(
    tx: Transaction[Settings],
    full: FullCase,
    moved: FullCase,
    agent_id: str,
    action: CaseAction,
    open_count: int | None = None,
) -> FullCase:
    ends_at: datetime = tx.now + timedelta(hours=tx.settings.review_claim_hours)
    case = replace(moved.case, agent_id=agent_id, claim_ends_at=ends_at)
    event = ReviewAssigned(**case_fields(tx, case), agent_id=agent_id, claim_ends_at=ends_at, open_count=open_count)
    return await effects.save(tx, full, replace(moved, case=case), action, event)


async def _released(
    tx: Transaction[Settings], full: FullCase, moved: FullCase, cause: ReleaseCause, note: str | None = None
) -> FullCase:
    case = replace(moved.case, agent_id=None, claim_ends_at=None)
    event = ReviewReleased(**case_fields(tx, case), agent_id=full.case.agent_id, cause=cause)
    return await effects.save(tx, full, replace(moved, case=case), CaseAction.RELEASE, event, note=note)


DUE = Due(CASES, lapse, locking.free_cases, "claim_ends_at")
"""The cases whose agent has had them for the whole time."""
