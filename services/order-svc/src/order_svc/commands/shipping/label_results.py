"""What couriers answer about labels, applied to them: the order and the label are locked."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext

from order_svc.commands.shipping import label_parcels, refused_pickups, shipping_labels, shipping_queue
from order_svc.domain.shipping import policy
from order_svc.domain.shipping.calls import ShippingCall, ShippingSubject, ShippingVerb
from order_svc.domain.shipping.labels import LABEL, LabelAction, LabelState, PickupState, ShippingLabel
from order_svc.domain.shipping.model import PickupWindow
from order_svc.integrations.couriers.outward.port import CourierOutcome, CourierRefusal, CourierResult, WaybillResult
from order_svc.settings import Settings

QUERY_PERIOD_OVER = "query_period_over"
"""The reason of a result of a courier that cannot be queried any more: only a person can end the label."""
_O, _V = CourierOutcome, ShippingVerb
# What is asked next where a call to order a shipment has left it open, by the verb of the call.
_AGAIN: Mapping[CourierOutcome, Mapping[ShippingVerb, ShippingVerb]] = MappingProxyType(
    {
        _O.NOT_SENT: {_V.CREATE: _V.CREATE, _V.FIND: _V.FIND},
        _O.NOT_FOUND: {_V.CREATE: _V.FIND, _V.FIND: _V.CREATE},
        _O.UNKNOWN: {_V.CREATE: _V.FIND, _V.FIND: _V.FIND},
        _O.REFUSED: {_V.CREATE: _V.CREATE, _V.FIND: _V.FIND},
        _O.DONE: {_V.CREATE: _V.FIND, _V.FIND: _V.FIND},
    }
)


async def made(tx: Transaction[Settings], call: ShippingCall, label: ShippingLabel, result: WaybillResult) -> None:
    """Apply the result of ordering the shipment, or of the query for it. A shipment whose outcome is open is queried, not ordered again."""
    if label.state not in (LabelState.SUBMITTED, LabelState.UNKNOWN):
        return
    if result.outcome is _O.DONE:
        ref, code = result.courier_ref or label.courier_ref, result.routing_code or label.routing_code
        label = replace(label, courier_ref=ref, routing_code=code)
        if result.cancelled:
            await _end(tx, label, refusal="cancelled_by_courier")
            return
        if result.waybill_no is not None:
            await _created(tx, label, result.waybill_no)
            return
    if result.outcome is _O.UNSUPPORTED or _is_declined(call, result):
        await _end(tx, label, refusal=result.refusal or "unsupported", reason=result.reason)
        return
    if result.outcome is _O.UNKNOWN and label.state is LabelState.SUBMITTED:
        label = LABEL.apply(label, LabelAction.MARK_UNKNOWN, SystemContext.of(tx))
    await shipping_labels.save(tx, label)
    if result.reason == QUERY_PERIOD_OVER:
        await shipping_queue.drop(tx, label.id)
        return
    wait = policy.pause(call.attempts)
    await shipping_queue.put_off(tx, call, _AGAIN[result.outcome][call.verb], tx.now + wait)


def _is_declined(call: ShippingCall, result: WaybillResult) -> bool:
    """Whether the courier will not carry it. A refusal to answer a query leaves open what has become of the order before it."""
    first = call.verb is _V.CREATE
    return first and result.outcome is _O.REFUSED and result.refusal is not CourierRefusal.RATE_LIMITED


async def _created(tx: Transaction[Settings], label: ShippingLabel, waybill_no: str) -> None:
    """The waybill is assigned: the parcel is registered under it. Where that cannot be any more, the shipment is given up."""
    created = LABEL.apply(label, LabelAction.CREATE, SystemContext.of(tx))
    booked = PickupState.NONE if label.pickup is None else PickupState.BOOKED
    created = replace(created, waybill_no=waybill_no, settled_at=tx.now, pickup_state=booked, refusal=None, reason=None)
    registered = await label_parcels.register(tx, created)
    if isinstance(registered, str):
        given_up = LABEL.apply(created, LabelAction.CANCEL, SystemContext.of(tx))
        await shipping_labels.save(tx, replace(given_up, refusal=registered))
        await shipping_queue.call(tx, ShippingSubject.LABEL, label.id, ShippingVerb.CANCEL)
        return
    created = replace(created, parcel_id=registered.id)
    if created.asked is None:
        await shipping_queue.drop(tx, label.id)
    else:
        created = replace(created, pickup_state=PickupState.ASKED)
        await shipping_queue.call(tx, ShippingSubject.LABEL, label.id, ShippingVerb.MOVE_PICKUP)
    await shipping_labels.save(tx, created)
    tx.wake(label_parcels.PRINTER)


async def _end(tx: Transaction[Settings], label: ShippingLabel, *, refusal: str, reason: str | None = None) -> None:
    failed = LABEL.apply(label, LabelAction.FAIL, SystemContext.of(tx))
    failed = await shipping_labels.save(tx, replace(failed, settled_at=tx.now, refusal=refusal, reason=reason))
    await refused_pickups.publish(tx, failed, label.asked or label.pickup, moved=False)
    await shipping_queue.drop(tx, label.id)


async def cancelled(tx: Transaction[Settings], call: ShippingCall, label: ShippingLabel, result: CourierResult) -> None:
    """Apply the courier's answer to a cancellation: its parcel is withdrawn, or goes on its way."""
    if label.state is not LabelState.CANCELLING:
        return
    if result.outcome in (_O.UNKNOWN, _O.NOT_SENT) or result.refusal is CourierRefusal.RATE_LIMITED:
        await shipping_queue.put_off(tx, call, _V.CANCEL, tx.now + policy.pause(call.attempts))
        return
    agreed = result.outcome in (_O.DONE, _O.NOT_FOUND)
    action = LabelAction.CONFIRM_CANCEL if agreed else LabelAction.REFUSE_CANCEL
    moved = LABEL.apply(label, action, SystemContext.of(tx))
    if agreed:
        await label_parcels.withdraw(tx, label)
        moved = replace(moved, settled_at=tx.now)
    else:
        moved = replace(moved, refusal=result.refusal or "unsupported", reason=result.reason)
    await shipping_labels.save(tx, moved)
    if moved.state is LabelState.CREATED and moved.asked is not None:
        await shipping_queue.call(tx, ShippingSubject.LABEL, label.id, _V.MOVE_PICKUP)
        return
    await shipping_queue.drop(tx, label.id)


async def pickup_moved(
    tx: Transaction[Settings],
    call: ShippingCall,
    label: ShippingLabel,
    asked: PickupWindow | None,
    result: CourierResult,
) -> None:
    """Apply the courier's answer to another time of the pickup, which was asked for; one that it refuses leaves the time before.

    Where another time has been asked for since, or the label is being given up, the call about that waits, and this answer counts no more.
    """
    if asked is None or label.asked != asked or label.state is not LabelState.CREATED:
        return
    if result.outcome in (_O.UNKNOWN, _O.NOT_SENT) or result.refusal is CourierRefusal.RATE_LIMITED:
        await shipping_queue.put_off(tx, call, _V.MOVE_PICKUP, tx.now + policy.pause(call.attempts))
        return
    answered = replace(label, asked_begins_at=None, asked_ends_at=None)
    if result.outcome is _O.DONE:
        answered = replace(answered, pickup_begins_at=asked.begins_at, pickup_ends_at=asked.ends_at)
        answered = replace(answered, pickup_state=PickupState.BOOKED)
    else:
        refusal = result.refusal or "unsupported"
        answered = replace(answered, pickup_state=PickupState.REFUSED, refusal=refusal, reason=result.reason)
        await refused_pickups.publish(tx, answered, asked, moved=True)
    await shipping_labels.save(tx, answered)
    await shipping_queue.drop(tx, label.id)
