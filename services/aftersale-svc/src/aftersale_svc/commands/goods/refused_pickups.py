"""Pickups that the courier refuses: the buyer books another one or sends the goods otherwise, and the second time an agent decides."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleEscalated, PickupMissed, PickupRefused

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.goods import open_pickups
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply, cause
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.pickups.codes import PickupMissedBy, PickupState
from aftersale_svc.domain.cases.pickups.model import MOST_REFUSED, Pickup
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.settings import Settings

REFUSE_MOVE = "refuse_pickup_move"
"""The step of a pickup that the courier does not move."""


async def refuse(tx: Transaction[Settings], event: PickupRefused) -> None:
    """End the booked pickup that the courier refuses; of a time that is not booked any more nothing follows.

    A time to which the courier does not move a pickup ends it as well, and counts as no refusal: the courier may still come at the time before,
    and its scan collects the goods. A buyer who has the replacement of a fast exchange goes on, however often couriers refuse: their own time
    brings the case to an agent.

    Raises:
        NotFound: there is no such case.
    """
    full = await locking.case(tx, event.case_id)
    pickup = full.pickup
    if full.case.state is not CaseState.AWAIT_PICKUP or pickup is None or pickup.begins_at != event.begins_at:
        return
    if pickup.carrier not in (None, event.carrier):
        return  # another courier is to collect the goods
    ended = replace(pickup.ended(PickupState.MISSED, tx.now), missed_by=PickupMissedBy.COURIER_REFUSED)
    if event.moved:
        await _goes_on(tx, full, ended, REFUSE_MOVE, moved=True)
        return
    ended = replace(ended, refused_by_courier=pickup.refused_by_courier + 1)
    if ended.refused_by_courier >= MOST_REFUSED and not _has_replacement(full):
        await _escalate(tx, full, ended)
        return
    await _goes_on(tx, full, ended, CaseAction.REFUSE_PICKUP)


async def _goes_on(tx: Transaction[Settings], full: FullCase, ended: Pickup, step: str, *, moved: bool = False) -> None:
    """The buyer has the whole time to book another pickup, or to send the goods otherwise."""
    after = open_pickups.without_time(apply(full, CaseAction.REFUSE_PICKUP, tx)).keeping(ended)
    missed = PickupMissed(
        **case_fields(tx, after.case),
        begins_at=ended.begins_at,
        missed_by=PickupMissedBy.COURIER_REFUSED,
        moved=moved,
        deadline_at=after.case.deadline_at,
    )
    await effects.save(tx, full, after, step, missed)


def _has_replacement(full: FullCase) -> bool:
    sent = full.replacement is not None and full.replacement.shipped_at is not None
    return TYPES[full.case.type].replacement_first and sent


async def _escalate(tx: Transaction[Settings], full: FullCase, ended: Pickup) -> None:
    after = open_pickups.without_time(apply(full, CaseAction.ESCALATE, tx)).keeping(ended)
    escalated = AfterSaleEscalated(
        **case_fields(tx, after.case), cause=cause(full, CaseAction.ESCALATE), deadline_at=after.case.deadline_at
    )
    await effects.save(tx, full, after, CaseAction.ESCALATE, escalated)
