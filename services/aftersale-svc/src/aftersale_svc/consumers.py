"""Which events aftersale-svc consumes, and what handles them."""

from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.settings import ServiceSettings
from aftercare_events import (
    ArticlePublished,
    ArticleRetired,
    ArticleVersionWithdrawn,
    ComplaintOpened,
    InterceptGranted,
    MessagePosted,
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
    ParcelRegistered,
    ParcelStatusChanged,
    PickupRefused,
    RefundFailed,
    RefundReversed,
    RefundSucceeded,
    VirtualGoodsDelivered,
)
from aftercare_events.catalogue.parcels import ParcelLeg

from aftersale_svc import projections
from aftersale_svc.commands import effects
from aftersale_svc.commands.cases import case_messages, endings
from aftersale_svc.commands.claims import courier_claim_openings
from aftersale_svc.commands.disputes import openings
from aftersale_svc.commands.goods import (
    ordered_pickups,
    parcel_anomalies,
    refused_goods_openings,
    refused_parcels,
    refused_pickups,
    replacement_parcels,
    returns,
)
from aftersale_svc.commands.money import refunds, reversed_refunds
from aftersale_svc.settings import Settings


async def order_shipped(tx: Transaction[Settings], event: OrderShipped) -> None:
    """Copy what has left of the order, then restage its cases."""
    await projections.order_shipped(tx, event)
    await effects.restage(tx, event.order_id)


async def virtual_delivered(tx: Transaction[Settings], event: VirtualGoodsDelivered) -> None:
    """Copy what was delivered of the order without a parcel, then restage its cases."""
    await projections.virtual_delivered(tx, event)
    await effects.restage(tx, event.order_id)


async def lines_cancelled(tx: Transaction[Settings], event: OrderLinesCancelled) -> None:
    """Copy that units of the order are cancelled, then end the cases about them."""
    await projections.lines_cancelled(tx, event)
    await endings.lines_cancelled(tx, event.order_id)


async def order_cancelled(tx: Transaction[Settings], event: OrderCancelled) -> None:
    """Copy that the order is cancelled, then end its cases."""
    await projections.order_moved(tx, event)
    await endings.order_cancelled(tx, event)


async def parcel_moved(tx: Transaction[Settings], event: ParcelStatusChanged) -> None:
    """Follow the parcel of a case: goods that come back, or goods that the merchant sends, or sends back."""
    if event.leg == ParcelLeg.EXCHANGE:
        await replacement_parcels.follow(tx, event)
    elif event.leg == ParcelLeg.REFUSED_GOODS:
        await refused_goods_openings.follow_parcel(tx, event)
    elif event.leg == ParcelLeg.OUTBOUND:
        await refused_parcels.follow(tx, event)
    else:
        await returns.follow_parcel(tx, event)


async def parcel_reported(tx: Transaction[Settings], event: ParcelStatusChanged) -> None:
    """Copy what the courier reports, open the claim on it that this calls for, then follow the parcel.

    In this order, since a claim locks the order before the case.
    """
    await projections.parcel_reported(tx, event)
    await courier_claim_openings.follow_parcel(tx, event)
    await parcel_moved(tx, event)


async def anomaly_raised(tx: Transaction[Settings], event: ParcelAnomalyRaised) -> None:
    """Copy what went wrong with the parcel, show it in the timelines of its cases, and open the claim on its courier that this calls for."""
    await projections.anomaly_raised(tx, event)
    await parcel_anomalies.show(tx, event)
    await courier_claim_openings.follow_parcel(tx, event)


async def anomaly_ended(tx: Transaction[Settings], event: ParcelAnomalyEnded) -> None:
    """Copy that it is over, and show that in the timelines of its cases."""
    await projections.anomaly_ended(tx, event)
    await parcel_anomalies.show(tx, event)


FACTS: Handlers[ServiceSettings] = {
    OrderCreated: projections.order_created,
    OrderPaid: projections.order_paid,
    OrderLinesCancelled: projections.lines_cancelled,
    OrderShipped: projections.order_shipped,
    OrderShipmentVoided: projections.shipment_voided,
    VirtualGoodsDelivered: projections.virtual_delivered,
    OrderShipmentOverdue: projections.shipment_overdue,
    OrderDelivered: projections.order_moved,
    OrderReceiptConfirmed: projections.receipt_confirmed,
    OrderCompleted: projections.order_moved,
    OrderCancelled: projections.order_moved,
    ParcelStatusChanged: projections.parcel_reported,
    ParcelAnomalyRaised: projections.anomaly_raised,
    ParcelAnomalyEnded: projections.anomaly_ended,
}
"""The events that our copy of the orders, and of what is reported of their parcels, is made of."""

HANDLERS: Handlers[Settings] = {
    **FACTS,
    ArticlePublished: projections.policy_published,
    ArticleVersionWithdrawn: projections.policy_withdrawn,
    ArticleRetired: projections.policy_retired,
    OrderLinesCancelled: lines_cancelled,
    OrderShipped: order_shipped,
    VirtualGoodsDelivered: virtual_delivered,
    OrderCancelled: order_cancelled,
    ParcelRegistered: ordered_pickups.registered,
    PickupRefused: refused_pickups.refuse,
    ParcelStatusChanged: parcel_reported,
    InterceptGranted: refused_parcels.called_back,
    ParcelAnomalyRaised: anomaly_raised,
    ParcelAnomalyEnded: anomaly_ended,
    RefundSucceeded: refunds.finish,
    RefundFailed: refunds.fail,
    RefundReversed: reversed_refunds.come_back,
    ComplaintOpened: openings.complaint_opened,
    MessagePosted: case_messages.message_posted,
}
