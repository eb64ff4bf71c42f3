"""Pickups that a courier was asked for: the waybill comes from order-svc, which has ordered the shipment."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import ParcelRegistered
from aftercare_events.catalogue.parcels import ParcelLeg

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.goods import pickups
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.pickups.codes import PickupState
from aftersale_svc.settings import Settings


async def registered(tx: Transaction[Settings], event: ParcelRegistered) -> None:
    """Name the waybill of a booked pickup that has none: a parcel of its return was registered under it.

    The parcels that are registered because a waybill was named here have theirs already.

    Raises:
        NotFound: there is no such case.
    """
    if event.leg != ParcelLeg.RETURN or event.case_id is None:
        return
    full = await locking.case(tx, event.case_id)
    pickup = full.pickup
    if full.case.state is not CaseState.AWAIT_PICKUP or pickup is None or pickup.state is not PickupState.BOOKED:
        return
    if pickup.waybill_no is not None:
        return
    after = replace(full, case=replace(full.case, updated_at=tx.now))
    given = pickups.waybill_given(tx, after, pickup, event.carrier, event.waybill_no)
    named = after.keeping(replace(pickup, carrier=event.carrier, waybill_no=event.waybill_no))
    await effects.save(tx, full, named, CaseAction.GIVE_PICKUP_WAYBILL, given)
