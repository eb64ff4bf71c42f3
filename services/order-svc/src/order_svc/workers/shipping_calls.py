"""The worker that calls couriers: it takes a call under a lease, makes it outside any transaction, and closes it."""

from collections.abc import Mapping
from datetime import datetime

from aftercare_chassis import failpoints
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.observability import tracing
from aftercare_chassis.runtime import Runtime

from order_svc.commands.shipping import shipping_calls, shipping_queue, shipping_quotes
from order_svc.commands.shipping.label_results import QUERY_PERIOD_OVER
from order_svc.commands.shipping.shipping_calls import AskedCourier, PreparedCall
from order_svc.domain.shipping.calls import ShippingCall, ShippingVerb
from order_svc.domain.shipping.labels import ShippingLabel
from order_svc.domain.shipping.model import Shipment
from order_svc.domain.tracking import Parcel
from order_svc.integrations.couriers.outward.port import CourierOutcome, CourierResult, CourierService, WaybillResult
from order_svc.integrations.couriers.port import Courier
from order_svc.settings import Settings

_CALLS = 2
"""How many calls are made at the same time."""


class ShippingCalls:
    """Makes the calls with the adapters of all couriers. `couriers` read what these push."""

    def __init__(self, services: Mapping[str, CourierService], couriers: Mapping[str, Courier]) -> None:
        self._services, self._couriers = services, couriers

    def worker(self) -> Worker[Settings]:
        """The worker, woken for each new call."""
        return Worker(shipping_queue.WORKER, self.step, number=_CALLS)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Make the call that has been due longest; return when the next one is due."""
        async with runtime.transaction() as tx:
            due = await shipping_queue.next_call(tx)
            if due is None:
                return None
            if due.due_at > tx.now:
                return due.due_at
            call = await shipping_queue.lease(tx, due)
        failpoints.point("shipping_call.leased")
        with tracing.caused("call courier", call.traceparent, deferred=call.attempts > 0):
            await self._make(runtime, call)
        return AT_ONCE

    async def _make(self, runtime: Runtime[Settings], call: ShippingCall) -> None:
        async with runtime.transaction() as tx:
            prepared = await shipping_calls.prepare(tx, call, self._couriers)
            now = tx.now
        if prepared is not None:
            failpoints.point("shipping_call.prepared")
            results = {each.name: await self._ask(prepared, each, now) for each in prepared.couriers}
            failpoints.point("shipping_call.answered")
            async with runtime.transaction() as tx:
                await shipping_calls.close(tx, prepared, results)

    async def _ask(self, prepared: PreparedCall, asked: AskedCourier, now: datetime) -> CourierResult:
        service = self._services[asked.name]
        if prepared.parcel is not None:
            return await _about_parcel(service, asked, prepared, prepared.parcel)
        if prepared.intercept is not None:
            return await service.intercept(asked.account, prepared.intercept.request)
        assert prepared.shipment is not None
        if prepared.quote is not None:
            carriers = shipping_quotes.asked_carriers(asked.name, prepared.quote.carriers)
            return await service.price(asked.account, prepared.shipment, carriers)
        assert prepared.label is not None
        return await _about_label(service, asked, prepared, prepared.label, prepared.shipment, now)


async def _about_parcel(
    service: CourierService, asked: AskedCourier, prepared: PreparedCall, parcel: Parcel
) -> CourierResult:
    number = (parcel.carrier, parcel.waybill_no, prepared.phone_end)
    if prepared.call.verb is ShippingVerb.SUBSCRIBE:
        return await service.subscribe(asked.account, *number)
    return await service.track(asked.account, *number)


async def _about_label(
    service: CourierService,
    asked: AskedCourier,
    prepared: PreparedCall,
    label: ShippingLabel,
    shipment: Shipment,
    now: datetime,
) -> CourierResult:
    match prepared.call.verb:
        case ShippingVerb.CREATE:
            return await service.create(asked.account, shipment)
        case ShippingVerb.CANCEL:
            return await service.cancel(asked.account, shipment)
        case ShippingVerb.MOVE_PICKUP if label.asked is not None:
            return await service.move_pickup(asked.account, shipment, label.asked)
    if _cannot_be_queried(service, label, now):
        return WaybillResult(outcome=CourierOutcome.UNKNOWN, reason=QUERY_PERIOD_OVER)
    return await service.find(asked.account, shipment)


def _cannot_be_queried(service: CourierService, label: ShippingLabel, now: datetime) -> bool:
    """Whether the courier would take the query for a new order: see `CourierService.query_period`."""
    period, sent_at = service.query_period, label.sent_at
    return label.courier_ref is None and period is not None and sent_at is not None and now - sent_at > period
