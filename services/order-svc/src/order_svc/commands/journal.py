"""What is kept of each event of an order, its payments and its parcels: a step of the order, and what the order is found by."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import Event, OrderCreated, OrderPaid, ParcelRegistered, PaymentSucceeded

from order_svc.domain.order_keys import KeyKind, keys
from order_svc.domain.steps import DETAILS, OrderStep
from order_svc.settings import Settings
from order_svc.tables.order_keys import ADD_ORDER_KEYS, order_keys
from order_svc.tables.order_steps import ORDER_STEPS

# Any: an event of any class has the fields of its own.


async def keep(tx: Transaction[Settings], event: Event) -> None:
    """Write the event's step, and its keys; nothing where it is about no order."""
    if not _of_order(type(event)):
        return
    await tx.insert_last(ORDER_STEPS, step_of(event, step_id=tx.new_id("step"), role=tx.actor.role))
    if found := keys_of(event):
        order: Any = event
        tx.execute_last(
            order_keys.name, ADD_ORDER_KEYS, keys=found, order_id=order.order_id, merchant_id=order.merchant_id
        )


def step_of(event: Any, *, step_id: str, role: str) -> OrderStep:
    """The step that an event is, taken in this role."""
    kind: type[Event] = type(event)
    return OrderStep(
        id=step_id,
        order_id=event.order_id,
        buyer_id=event.buyer_id,
        merchant_id=event.merchant_id,
        at=event.time,
        event=kind.__name__,
        subject=event.aggregate_id,
        actor_id=event.handler,
        actor_role=role,
        result=event.result,
        details={
            name: value.isoformat() if isinstance(value, datetime) else value
            for name in _details(kind)
            if (value := getattr(event, name)) is not None
        }
        | _units(event, _with_units(kind)),
    )


def keys_of(event: Event) -> list[str]:
    """What the order of this event is found by from now on."""
    of_kind = _KEYS.get(type(event))
    return [] if of_kind is None else keys(of_kind(event))


def _of_created(event: OrderCreated) -> Mapping[KeyKind, Iterable[str | None]]:
    return {
        KeyKind.ORDER_NO: [event.order_no],
        KeyKind.BUYER_ID: [event.buyer_id],
        KeyKind.SKU: [line.sku for line in event.lines],
        KeyKind.CATEGORY: [line.category for line in event.lines],
    }


def _of_parcel(event: ParcelRegistered) -> Mapping[KeyKind, Iterable[str | None]]:
    return {KeyKind.WAYBILL_NO: [event.waybill_no], KeyKind.CARRIER: [event.carrier]}


def _of_payment(event: OrderPaid | PaymentSucceeded) -> Mapping[KeyKind, Iterable[str | None]]:
    return {KeyKind.PAYMENT_PROVIDER: [event.provider]}


_KEYS: Mapping[type[Event], Callable[[Any], Mapping[KeyKind, Iterable[str | None]]]] = {
    OrderCreated: _of_created,
    ParcelRegistered: _of_parcel,
    OrderPaid: _of_payment,
    PaymentSucceeded: _of_payment,
}


def _units(event: Any, fields: Iterable[str]) -> dict[str, int]:
    """`units`: how many the lines or packages in these fields of the event have; empty where they have none."""
    counts = list[int]()
    for name in fields:
        for each in getattr(event, name):
            lines = each.lines if name == "packages" else (each,)
            counts += [line.quantity for line in lines if hasattr(line, "quantity")]
    return {"units": sum(counts)} if counts else {}


@cache
def _of_order(kind: type[Event]) -> bool:
    return {"order_id", "buyer_id", "merchant_id"} <= kind.model_fields.keys()


@cache
def _with_units(kind: type[Event]) -> tuple[str, ...]:
    return tuple(name for name in ("lines", "packages") if name in kind.model_fields)


@cache
def _details(kind: type[Event]) -> tuple[str, ...]:
    return tuple(name for name in DETAILS if name in kind.model_fields)
