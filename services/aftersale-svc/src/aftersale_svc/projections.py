"""Our copy of order facts: idempotent upserts, in the sequence of the order's own events."""

from datetime import datetime, timedelta
from typing import Any

from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.settings import ServiceSettings
from aftercare_events import (
    ArticlePublished,
    ArticleRetired,
    ArticleVersionWithdrawn,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderDelivered,
    OrderLinesCancelled,
    OrderPaid,
    OrderReceiptConfirmed,
    OrderShipmentOverdue,
    OrderShipmentVoided,
    OrderShipped,
    ParcelAnomalyEnded,
    ParcelAnomalyRaised,
    ParcelStatusChanged,
    VirtualGoodsDelivered,
)
from aftercare_events.catalogue.articles import ArticleKind
from aftercare_events.catalogue.sold_lines import OrderLine as SoldLine

from aftersale_svc.domain.cases.parcel_anomalies import ParcelAnomaly
from aftersale_svc.domain.courier_claims.model import ParcelReport
from aftersale_svc.domain.orders.model import Order, OrderLine, OrderState, ParcelLine
from aftersale_svc.domain.policies.model import PolicyVersion
from aftersale_svc.tables.decisions.policies import POLICIES, RETIRE_POLICY, WITHDRAW_POLICY
from aftersale_svc.tables.goods.parcel_anomalies import END_ANOMALY, PARCEL_ANOMALIES
from aftersale_svc.tables.goods.parcel_reports import PARCEL_REPORTS
from aftersale_svc.tables.orders import (
    CANCEL_LINES,
    DROP_PARCEL,
    END_WINDOW,
    MARK_OVERDUE,
    MOVE_ORDER,
    ORDER_LINES,
    ORDER_PARCELS,
    ORDERS,
    SHIP_LINES,
)

_STATES = {
    OrderShipped: OrderState.SHIPPED,
    OrderDelivered: OrderState.DELIVERED,
    OrderCompleted: OrderState.COMPLETED,
    OrderCancelled: OrderState.CANCELLED,
}


async def order_created(tx: Transaction[ServiceSettings], event: OrderCreated) -> None:
    """Copy an order that is not paid yet."""
    await _copy(tx, event, OrderState.CREATED, None)


async def order_paid(tx: Transaction[ServiceSettings], event: OrderPaid) -> None:
    """Copy an order that is paid: cases may be opened from now on."""
    await _copy(tx, event, OrderState.PAID, event.payment_id)


async def order_moved(
    tx: Transaction[ServiceSettings], event: OrderShipped | OrderDelivered | OrderCompleted | OrderCancelled
) -> None:
    """Set how far the order has come. Raises: Retry until the order is known."""
    if not await tx.execute(MOVE_ORDER, order_id=event.order_id, state=_STATES[type(event)]):
        raise Retry(awaits=event.order_id)


async def order_shipped(tx: Transaction[ServiceSettings], event: OrderShipped) -> None:
    """Add the units of a parcel that has left. The sum is right because each event of an order is consumed once, from its first."""
    await order_moved(tx, event)
    parcel = {"line_ids": [line.line_id for line in event.lines], "units": [line.quantity for line in event.lines]}
    await tx.execute(SHIP_LINES, order_id=event.order_id, **parcel)
    for line in event.lines:
        sent = ParcelLine(
            order_id=event.order_id,
            parcel_id=event.parcel_id,
            line_id=line.line_id,
            carrier=event.carrier,
            waybill_no=event.waybill_no,
            quantity=line.quantity,
        )
        await tx.upsert(ORDER_PARCELS, sent)


async def shipment_voided(tx: Transaction[ServiceSettings], event: OrderShipmentVoided) -> None:
    """Take off the units of a parcel that was given up before its courier had it: they are with the merchant. Raises: Retry until the order
    is known."""
    state = OrderState.SHIPPED if event.shipped else OrderState.PAID
    if not await tx.execute(MOVE_ORDER, order_id=event.order_id, state=state):
        raise Retry(awaits=event.order_id)
    back = {"line_ids": [line.line_id for line in event.lines], "units": [-line.quantity for line in event.lines]}
    await tx.execute(SHIP_LINES, order_id=event.order_id, **back)
    await tx.execute(DROP_PARCEL, parcel_id_=event.parcel_id)


async def virtual_delivered(tx: Transaction[ServiceSettings], event: VirtualGoodsDelivered) -> None:
    """Add units that were delivered without a parcel: with them the order is on its way. Raises: Retry until the order is known."""
    if not await tx.execute(MOVE_ORDER, order_id=event.order_id, state=OrderState.SHIPPED):
        raise Retry(awaits=event.order_id)
    delivered = {"line_ids": [line.line_id for line in event.lines], "units": [line.quantity for line in event.lines]}
    await tx.execute(SHIP_LINES, order_id=event.order_id, **delivered)


async def lines_cancelled(tx: Transaction[ServiceSettings], event: OrderLinesCancelled) -> None:
    """Add the units that were cancelled before they left, and their money: no case can be about them.

    Units that were cancelled before the payment are no part of the lines of OrderPaid, which replaces this copy; a line of which nothing
    was left stays as it is here. Raises: Retry until the order is known.
    """
    if not await tx.execute(
        CANCEL_LINES,
        order_id=event.order_id,
        line_ids=[line.line_id for line in event.lines],
        units=[line.quantity for line in event.lines],
        amounts=[line.amount_minor for line in event.lines],
        at=event.time,
    ):
        raise Retry(awaits=event.order_id)


async def shipment_overdue(tx: Transaction[ServiceSettings], event: OrderShipmentOverdue) -> None:
    """Set by when units of these lines were to leave. The event comes after that of the payment, which has written the lines."""
    line_ids = [line.line_id for line in event.lines]
    await tx.execute(MARK_OVERDUE, order_id=event.order_id, line_ids=line_ids, since=event.ship_by_at)


async def parcel_reported(tx: Transaction[ServiceSettings], event: ParcelStatusChanged) -> None:
    """Keep what a courier reports of a parcel, in codes: a claim on the courier shows it."""
    report = ParcelReport(
        parcel_id=event.parcel_id,
        occurred_at=event.occurred_at,
        status=event.status,
        reason=event.reason,
        order_id=event.order_id,
        carrier=event.carrier,
        waybill_no=event.waybill_no,
    )
    await tx.upsert(PARCEL_REPORTS, report)


async def anomaly_raised(tx: Transaction[ServiceSettings], event: ParcelAnomalyRaised) -> None:
    """Copy what went wrong with a parcel, in codes."""
    anomaly = ParcelAnomaly(
        id=event.anomaly_id,
        parcel_id=event.parcel_id,
        order_id=event.order_id,
        case_id=event.case_id,
        leg=event.leg,
        carrier=event.carrier,
        waybill_no=event.waybill_no,
        kind=event.kind,
        loss=event.loss,
        silent=event.silent,
        since=event.since,
        scans=[each.model_dump(mode="json", exclude_none=True) for each in event.scans],
        raised_at=event.time,
    )
    await tx.upsert(PARCEL_ANOMALIES, anomaly)


async def anomaly_ended(tx: Transaction[ServiceSettings], event: ParcelAnomalyEnded) -> None:
    """Set how an anomaly ended. One that was raised before this copy began is not in it."""
    ended = {"at": event.time, "cause": event.cause, "how": event.resolution}
    await tx.execute(END_ANOMALY, anomaly_id=event.anomaly_id, **ended)


async def receipt_confirmed(tx: Transaction[ServiceSettings], event: OrderReceiptConfirmed) -> None:
    """Set since when the buyer has the goods, and when the after-sale window ends. Raises: Retry until the order is known."""
    window = {
        "state": OrderState.DELIVERED,
        "window_ends_at": event.window_ends_at,
        "received_at": event.confirmed_at,
        "signed_at": event.signed_at,
    }
    if not await tx.execute(END_WINDOW, order_id=event.order_id, **window):
        raise Retry(awaits=event.order_id)


async def _copy(
    tx: Transaction[ServiceSettings], event: OrderCreated | OrderPaid, state: OrderState, payment_id: str | None
) -> None:
    order = Order(
        id=event.order_id,
        buyer_id=event.buyer_id,
        merchant_id=event.merchant_id,
        state=state,
        currency=event.currency,
        shipping_fee_minor=_left_of_fee(event),
        payment_id=payment_id,
        buyer_level=event.buyer_level,
        payments=_payments(event),
    )
    await tx.upsert(ORDERS, order)
    for position, line in enumerate(event.lines):
        copy = OrderLine(
            order_id=event.order_id,
            line_id=line.line_id,
            position=position,
            sku=line.sku,
            quantity=line.quantity,
            paid_minor=line.paid_minor,
            category=line.category,
            tax_minor=line.tax_minor or 0,
            warranty_days=line.warranty_days,
            fulfilment=line.fulfilment,
            promised_at=_promised_at(event, line),
            discounts=None
            if line.discounts is None
            else [each.model_dump(exclude_none=True) for each in line.discounts],
            refunded_quantity=line.refunded_quantity or 0,
            cancelled_minor=line.refunded_minor or 0,
        )
        await tx.upsert(ORDER_LINES, copy)


def _left_of_fee(event: OrderCreated | OrderPaid) -> int:
    """What cases may give back of the shipping fee, in minor units: all but what was refunded before the order was imported."""
    refunded = event.shipping_refunded_minor if isinstance(event, OrderPaid) else None
    return event.shipping_fee_minor - (refunded or 0)


def _promised_at(event: OrderCreated | OrderPaid, line: SoldLine) -> datetime | None:
    """By when the units of a line were promised to leave; None where it was paid for after that, or nothing was promised."""
    if not isinstance(event, OrderPaid):
        return None
    if line.ships_by is not None and line.ships_by > event.paid_at:
        return line.ships_by
    return None if line.production_days is None else event.paid_at + timedelta(days=line.production_days)


def _payments(event: OrderCreated | OrderPaid) -> list[dict[str, Any]] | None:  # Any: JSON
    if isinstance(event, OrderCreated) or event.payments is None:
        return None
    return [each.model_dump() for each in event.payments]


async def policy_published(tx: Transaction[ServiceSettings], event: ArticlePublished) -> None:
    """Copy a published version of a policy; articles that only explain are not cited."""
    if event.kind != ArticleKind.POLICY:
        return
    version = PolicyVersion(
        article_id=event.article_id,
        version=event.article_version,
        slug=event.slug,
        language=event.language,
        effective_at=event.effective_at or event.time,
        effective_until=event.effective_until,
        body_hash=event.body_hash,
        clauses=[clause.model_dump(mode="json", exclude_none=True) for clause in event.clauses],
    )
    await tx.upsert(POLICIES, version)


async def policy_withdrawn(tx: Transaction[ServiceSettings], event: ArticleVersionWithdrawn) -> None:
    """The version was withdrawn before it took effect."""
    await tx.execute(WITHDRAW_POLICY, of_article=event.article_id, of_version=event.article_version, at=event.time)


async def policy_retired(tx: Transaction[ServiceSettings], event: ArticleRetired) -> None:
    """The policy is in force no more; decisions may still be compared with its versions."""
    await tx.execute(RETIRE_POLICY, article_id=event.article_id, at=event.time)
