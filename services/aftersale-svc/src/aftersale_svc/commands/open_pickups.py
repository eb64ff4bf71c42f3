"""What becomes of a booked pickup whose case goes on without it."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import Event, PickupCancelled

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.pickups.codes import PickupState
from aftersale_svc.domain.cases.pickups.model import Pickup
from aftersale_svc.settings import Settings


def booked(full: FullCase) -> Pickup:
    """The pickup of a case that waits for one. Raises: LookupError where none was booked."""
    if full.pickup is None:
        raise LookupError(f"{full.case.id} waits for a pickup and has none")
    return full.pickup


def without_time(full: FullCase) -> FullCase:
    """The case without the time of a pickup."""
    return replace(full, case=replace(full.case, pickup_ends_at=None))


def cancelled(tx: Transaction[Settings], after: FullCase) -> tuple[FullCase, Sequence[Event]]:
    """The case without a booked pickup where it does not wait for one any more, and the event of that: its slot is free again."""
    pickup = after.pickup
    if pickup is None or pickup.state is not PickupState.BOOKED or after.case.state is CaseState.AWAIT_PICKUP:
        return after, ()
    ended = without_time(after)
    event = PickupCancelled(
        **case_fields(tx, ended.case), begins_at=pickup.begins_at, deadline_at=ended.case.deadline_at
    )
    return ended.keeping(replace(pickup, state=PickupState.CANCELLED, ended_at=tx.now)), (event,)
