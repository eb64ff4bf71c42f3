"""What becomes of a pickup, and of its waybill, whose case goes on without it."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import Event, PickupCancelled, PickupWaybillWithdrawn

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


def given_up(tx: Transaction[Settings], after: FullCase) -> tuple[FullCase, Sequence[Event]]:
    """The case without what it does not wait for any more: a booked pickup, the waybill of one; and the events of that."""
    after, cancelled = _cancelled(tx, after)
    after, withdrawn = _withdrawn(tx, after)
    return after, (*cancelled, *withdrawn)


def _cancelled(tx: Transaction[Settings], after: FullCase) -> tuple[FullCase, Sequence[Event]]:
    """A booked pickup of a case that does not wait for it is cancelled: its slot is free again."""
    pickup = after.pickup
    if pickup is None or pickup.state is not PickupState.BOOKED or after.case.state is CaseState.AWAIT_PICKUP:
        return after, ()
    ended = without_time(after)
    event = PickupCancelled(
        **case_fields(tx, ended.case), begins_at=pickup.begins_at, deadline_at=ended.case.deadline_at
    )
    return ended.keeping(pickup.ended(PickupState.CANCELLED, tx.now)), (event,)


def _withdrawn(tx: Transaction[Settings], after: FullCase) -> tuple[FullCase, Sequence[Event]]:
    """The waybill of a pickup that does not take place is not followed any more.

    After a missed pickup the courier may still come, as long as the case waits for the goods.
    """
    pickup = after.pickup
    if pickup is None or pickup.carrier is None or pickup.waybill_no is None or _is_followed(after, pickup):
        return after, ()
    event = PickupWaybillWithdrawn(**case_fields(tx, after.case), carrier=pickup.carrier, waybill_no=pickup.waybill_no)
    return after.keeping(replace(pickup, carrier=None, waybill_no=None)), (event,)


def _is_followed(after: FullCase, pickup: Pickup) -> bool:
    if (pickup.carrier, pickup.waybill_no) == (after.return_.carrier, after.return_.waybill_no):
        return True  # the goods are on their way under it
    late = pickup.state is PickupState.MISSED and after.case.state is CaseState.AWAIT_BUYER_SHIPMENT
    return late or pickup.state in (PickupState.BOOKED, PickupState.COLLECTED)
