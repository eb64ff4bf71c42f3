"""How the goods of an imported order left and arrived: in parcels, and virtual ones without."""

from collections.abc import Sequence
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import Event, OrderShipped, ParcelRegistered, ParcelStatusChanged, ShippedLine
from aftercare_events.catalogue.shipment_times import VirtualGoodsDelivered

from order_svc.commands.orders import stock
from order_svc.commands.orders.past_recording import Recording
from order_svc.commands.parcels import anomalies
from order_svc.commands.record import order_fields, parcel_fields
from order_svc.domain.fulfilment import fully_shipped
from order_svc.domain.imports import rules
from order_svc.domain.imports.model import PastParcel
from order_svc.domain.model import OrderState
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelLine, ParcelStatus
from order_svc.settings import Settings


async def ship(recording: Recording) -> list[tuple[Parcel, list[ParcelLine], list[Event]]]:
    """Record how the goods left, in that order; the parcels with their content and events."""
    past, found = recording.past, list[tuple[Parcel, list[ParcelLine], list[Event]]]()
    sent = sorted(zip(past.parcels, rules.contents(past), strict=True), key=lambda each: each[0].shipped_at)
    virtual_at, state = past.virtual_delivered_at, OrderState.PAID
    for parcel, content in sent:
        if virtual_at is not None and virtual_at <= parcel.shipped_at:
            await _deliver_virtual(recording, virtual_at, state, complete=False)
            virtual_at = None
        state = OrderState.SHIPPED
        last = len(found) == len(sent) - 1 and virtual_at is None
        complete = last and fully_shipped(recording.lines)
        found.append(await _ship_one(recording, parcel, content, complete=complete))
    if virtual_at is not None:
        await _deliver_virtual(recording, virtual_at, state, complete=fully_shipped(recording.lines))
    return found


async def _deliver_virtual(recording: Recording, delivered_at: datetime, state: OrderState, *, complete: bool) -> None:
    """All virtual units are delivered to the order in this state."""
    at, order = recording.at(delivered_at), recording.order
    units = [(recording.lines[place], quantity) for place, quantity in rules.virtual_content(recording.past)]
    lines = tuple(ShippedLine(line_id=line.id, quantity=quantity) for line, quantity in units)
    recording.add(VirtualGoodsDelivered(**order_fields(at, order, state), lines=lines, complete=complete))
    for committed in await stock.commit(at, replace(order, state=state), units):
        recording.add(committed)


async def _ship_one(
    recording: Recording, sent: PastParcel, content: Sequence[tuple[int, int]], *, complete: bool
) -> tuple[Parcel, list[ParcelLine], list[Event]]:
    order, at, arrived_at = recording.order, recording.at(sent.shipped_at), recording.past.delivered_at
    parcel = Parcel(
        id=recording.tx.new_id_of("parcel", sent.shipped_at),
        version=0,
        order_id=order.id,
        case_id=None,
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
        leg=ParcelLeg.OUTBOUND,
        carrier=sent.carrier,
        waybill_no=sent.waybill_no,
        status=ParcelStatus.PENDING if arrived_at is None else ParcelStatus.DELIVERED,
        reason=None,
        terminal=arrived_at is not None,
        delivered_to=None,
        status_at=arrived_at or sent.shipped_at,
        handed_over_at=sent.shipped_at,
        created_at=sent.shipped_at,
        deliver_by_at=order.deliver_by_at,
        imported_at=recording.tx.now,
    )
    parcel = anomalies.watched(recording.tx, parcel, recording.tx.now)
    units = [(recording.lines[place], quantity) for place, quantity in content]
    shipped = tuple(ShippedLine(line_id=line.id, quantity=quantity) for line, quantity in units)
    registered = replace(parcel, status=ParcelStatus.PENDING)
    events: list[Event] = [
        ParcelRegistered(**parcel_fields(at, registered), lines=shipped, handed_over_at=sent.shipped_at)
    ]
    recording.events += events
    where = {"parcel_id": parcel.id, "carrier": parcel.carrier, "waybill_no": parcel.waybill_no}
    recording.add(
        OrderShipped(**order_fields(at, order, OrderState.SHIPPED), **where, lines=shipped, complete=complete)
    )
    for committed in await stock.commit(at, replace(order, state=OrderState.SHIPPED), units, parcel.id):
        recording.add(committed)
    if arrived_at is not None:
        events.append(_arrived(recording.at(arrived_at), parcel, arrived_at))
        recording.events.append(events[-1])
    lines = [ParcelLine(parcel_id=parcel.id, line_id=line.id, quantity=quantity) for line, quantity in units]
    return parcel, lines, events


def _arrived(tx: Transaction[Settings], parcel: Parcel, at: datetime) -> ParcelStatusChanged:
    return ParcelStatusChanged(
        **parcel_fields(tx, parcel),
        status=parcel.status,
        previous_status=ParcelStatus.PENDING,
        terminal=True,
        scanned=True,
        delivered=True,
        returned=False,
        refused=False,
        occurred_at=at,
    )
