"""Calls to couriers: prepared from what is known, made by a worker without the database, and closed with the result."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext

from order_svc.commands.parcels import parcel_tracking
from order_svc.commands.shipping import intercept_calls, label_results, shipping_queue, shipping_quotes
from order_svc.commands.shipping.intercept_calls import InterceptCall
from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.domain.shipping.calls import ShippingCall, ShippingQuote, ShippingSubject, ShippingVerb
from order_svc.domain.shipping.labels import LABEL, LabelAction, LabelState, ShippingLabel
from order_svc.domain.shipping.model import Contact, CourierAccount, CourierName, Shipment
from order_svc.domain.tracking import Parcel
from order_svc.integrations.couriers.outward.port import CourierResult, QuoteResult, TrackingResult, WaybillResult
from order_svc.integrations.couriers.port import Courier
from order_svc.settings import Settings
from order_svc.tables.couriers import ENDPOINTS
from order_svc.tables.orders import ORDERS
from order_svc.tables.shipping import ACCOUNTS, CONTACTS, LABELS

_NOBODY = Contact(name="", phone="", province="", city="", district="", street="")
_MAKING = (LabelState.SUBMITTED, LabelState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCourier:
    """A courier with the account through which it is asked."""

    name: CourierName
    account: CourierAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedCall:
    """A call with everything that it needs. Of a question for prices there are several couriers, else one."""

    call: ShippingCall
    couriers: tuple[AskedCourier, ...]
    label: ShippingLabel | None = None
    shipment: Shipment | None = None
    quote: ShippingQuote | None = None
    parcel: Parcel | None = None
    intercept: InterceptCall | None = None
    phone_end: str = ""


async def prepare(
    tx: Transaction[Settings], call: ShippingCall, couriers: Mapping[str, Courier]
) -> PreparedCall | None:
    """The leased call as it is to be made, or None where nothing is to be asked any more."""
    match call.subject:
        case ShippingSubject.LABEL:
            return await _prepare_label(tx, call, couriers)
        case ShippingSubject.QUOTE:
            found = await shipping_quotes.prepare(tx, call)
            if found is None:
                return None
            quote, shipment, accounts = found
            asked = [await asked_courier(tx, each, couriers) for each in accounts]
            return PreparedCall(call=call, couriers=tuple(asked), quote=quote, shipment=shipment)
        case ShippingSubject.PARCEL:
            tracked = await parcel_tracking.prepare(tx, call)
            if tracked is None:
                return None
            asked = [await asked_courier(tx, tracked.account, couriers)]
            return PreparedCall(call=call, couriers=tuple(asked), parcel=tracked.parcel, phone_end=tracked.phone_end)
        case ShippingSubject.INTERCEPT:
            intercept = await intercept_calls.prepare(tx, call)
            if intercept is None:
                return None
            asked = [await asked_courier(tx, intercept.account, couriers)]
            return PreparedCall(call=call, couriers=tuple(asked), intercept=intercept)


async def close(
    tx: Transaction[Settings], prepared: PreparedCall, results: Mapping[CourierName, CourierResult]
) -> None:
    """Apply the results, by the names of the couriers."""
    result = next(iter(results.values()), None)
    if prepared.quote is not None:
        await shipping_quotes.close(
            tx, prepared.quote, {name: each for name, each in results.items() if isinstance(each, QuoteResult)}
        )
    elif prepared.parcel is not None and result is not None:
        polled = result if isinstance(result, TrackingResult) else None
        await parcel_tracking.close(tx, prepared.call, prepared.parcel, prepared.couriers[0].name, result, polled)
    elif prepared.intercept is not None and result is not None:
        await intercept_calls.close(tx, prepared.call, prepared.intercept, result)
    elif prepared.label is not None and result is not None:
        await tx.lock(ORDERS, prepared.label.order_id)
        label = await tx.lock(LABELS, prepared.label.id)
        if isinstance(result, WaybillResult):
            await label_results.made(tx, prepared.call, label, result)
        elif prepared.call.verb is ShippingVerb.CANCEL:
            await label_results.cancelled(tx, prepared.call, label, result)
        else:
            await label_results.pickup_moved(tx, prepared.call, label, prepared.label.asked, result)


async def _prepare_label(
    tx: Transaction[Settings], call: ShippingCall, couriers: Mapping[str, Courier]
) -> PreparedCall | None:
    label = await tx.lock(LABELS, call.id)
    if label.state is LabelState.REQUESTED and call.verb in (ShippingVerb.CREATE, ShippingVerb.FIND):
        # A process that ended between the lease and this has sent nothing: the courier has no shipment that a query could find.
        call = replace(call, verb=ShippingVerb.CREATE)
        label = replace(LABEL.apply(label, LabelAction.SUBMIT, SystemContext.of(tx)), sent_at=tx.now)
        await tx.upsert(LABELS, label)
    if not _is_due(label, call.verb):
        await shipping_queue.end(tx, call)
        return None
    contacts = await tx.find(CONTACTS, label.id)
    sender = _NOBODY if contacts is None else Contact(**contacts.sender)
    receiver = _NOBODY if contacts is None else Contact(**contacts.receiver)
    account = await tx.get(ACCOUNTS, label.account_id)
    return PreparedCall(
        call=call,
        couriers=(await asked_courier(tx, account, couriers),),
        label=label,
        shipment=label.shipment(sender, receiver),
    )


def _is_due(label: ShippingLabel, verb: ShippingVerb) -> bool:
    if verb in (ShippingVerb.CREATE, ShippingVerb.FIND):
        return label.state in _MAKING
    if verb is ShippingVerb.CANCEL:
        return label.state is LabelState.CANCELLING
    return label.state is LabelState.CREATED and label.asked is not None


async def asked_courier(
    tx: Transaction[Settings], account: ShippingAccount, couriers: Mapping[str, Courier]
) -> AskedCourier:
    """The account with the address at which the courier reports, and what the courier signs that with."""
    endpoint = await tx.get(ENDPOINTS, account.endpoint_id)
    path = f"/v1/courier-webhooks/{account.courier}/{endpoint.id}"
    url = tx.settings.public_url.rstrip("/") + path + couriers[account.courier].address_query(endpoint.secret)
    return AskedCourier(name=account.courier, account=account.with_callback(url, endpoint.secret))
