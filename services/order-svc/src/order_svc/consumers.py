"""The events of other services that this service handles: first our copy, then what follows for the order."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRejected,
    AfterSaleReopened,
    AfterSaleRequested,
    AfterSaleResumed,
    AfterSaleTypeChanged,
    CaseEvent,
    ChargePaid,
    CourierRated,
    DisputeDebtRepaid,
    DisputeDebtWrittenOff,
    DisputeEvent,
    DisputeExecuted,
    DisputeOpened,
    DisputeSettled,
    DisputeWithdrawn,
    OfferAccepted,
    OfflineRefundConfirmed,
    PickupBooked,
    PickupCancelled,
    PickupMoved,
    PickupWaybillGiven,
    PickupWaybillWithdrawn,
    RefundRequested,
    RefusedGoodsReturned,
    ReplacementShipped,
    ReplacementWaybillCorrected,
    ReturnInspected,
    ReturnShipped,
    ReturnWaybillCorrected,
    SanctionImposed,
    SanctionLifted,
    VerdictReplaced,
)
from aftercare_events.catalogue.exchanges import ChargeOwedBack, ChargeReturned
from aftercare_events.catalogue.guarantee_claims import GuaranteeClaimPaid
from aftercare_events.catalogue.refused_goods import RefusedGoodsClaimClosed

from order_svc import projections
from order_svc.commands import effects
from order_svc.commands.cases import after_sales, case_money, cases
from order_svc.commands.orders import completions, restrictions, stock
from order_svc.commands.parcels import contested_receivers, shipments
from order_svc.commands.payments import offline_refunds, refund_requests
from order_svc.commands.shipping import booked_pickups, shipping_labels
from order_svc.domain.model import Order
from order_svc.domain.order_units import OrderUnits
from order_svc.settings import Settings

E = TypeVar("E", bound=CaseEvent | DisputeEvent)
Copy = Callable[[OrderUnits, E], OrderUnits]
Decide = Callable[[Transaction[Settings], Order, OrderUnits, E], Awaitable[OrderUnits]]


async def _unchanged(
    _tx: Transaction[Settings], _: Order, units: OrderUnits, __: DisputeEvent | AfterSaleReopened
) -> OrderUnits:
    """Neither a dispute nor a case of goods that have come back changes units: the order shows its state."""
    return units


async def _follow(tx: Transaction[Settings], event: E, copy: Copy[E], decide: Decide[E]) -> tuple[Order, OrderUnits]:
    """Lock the order, copy what the event says of the case, decide what follows for the units, and save all of it together.

    A question is not copied: nothing follows from it. What comes after one need not show that it was one, where a newer build
    published a code that is unknown here.

    Raises:
        NotFound: there is no such order.
        Retry: the case is not known yet.
    """
    order, before = await after_sales.lock(tx, event.order_id)
    if isinstance(event, CaseEvent) and before.find_case(event.case_id) is None and _is_question(event):
        return order, before
    units = await decide(tx, order, copy(before, event), event)
    return await after_sales.save(tx, order, before, units), units


def _is_question(event: CaseEvent) -> bool:
    return event.is_question if isinstance(event, AfterSaleRequested) else event.may_be_question


def _following(copy: Copy[E], decide: Decide[E]) -> Callable[[Transaction[Settings], E], Awaitable[object]]:
    """The handler that does so."""

    async def handle(tx: Transaction[Settings], event: E) -> None:
        await completions.complete_refunded(tx, *await _follow(tx, event, copy, decide))

    return handle


async def case_requested(tx: Transaction[Settings], event: AfterSaleRequested) -> None:
    """Copy the case, which may hold units of the order; by it the buyer may contest who has signed for a parcel."""
    await _follow(tx, event, projections.case_requested, cases.open_)
    await contested_receivers.case_requested(tx, event)


async def case_completed(tx: Transaction[Settings], event: AfterSaleCompleted) -> None:
    """The case ended with its purpose: the order may be over."""
    order, units = await _follow(tx, event, projections.case_completed, cases.complete)
    await completions.complete_refunded(tx, await effects.advance(tx, order, units), units)


async def pickup_given_up(tx: Transaction[Settings], event: PickupWaybillWithdrawn) -> None:
    """Follow the parcel no more, and give its shipment up at the courier where it was ordered here."""
    await shipments.give_up_pickup(tx, event)
    await shipping_labels.give_up_pickup(tx, event)


HANDLERS: Handlers[Settings] = {
    AfterSaleRequested: case_requested,
    OfferAccepted: _following(projections.case_retyped, cases.retype),
    AfterSaleTypeChanged: _following(projections.case_retyped, cases.retype),
    AfterSaleRejected: _following(projections.case_continued, cases.release),
    AfterSaleResumed: _following(projections.case_continued, cases.resume),
    AfterSaleReopened: _following(projections.case_reopened, _unchanged),
    AfterSaleCompleted: case_completed,
    AfterSaleClosed: _following(projections.case_ended, cases.release),
    AfterSaleCancelled: _following(projections.case_ended, cases.release),
    DisputeOpened: _following(projections.dispute_changed, _unchanged),
    DisputeSettled: _following(projections.dispute_changed, _unchanged),
    DisputeExecuted: _following(projections.dispute_changed, _unchanged),
    DisputeWithdrawn: _following(projections.dispute_changed, _unchanged),
    RefundRequested: refund_requests.accept,
    OfflineRefundConfirmed: offline_refunds.confirmed,
    GuaranteeClaimPaid: case_money.guarantee_paid,
    RefusedGoodsClaimClosed: case_money.refused_goods_ended,
    VerdictReplaced: case_money.verdict_replaced,
    DisputeDebtRepaid: case_money.debt_settled,
    DisputeDebtWrittenOff: case_money.debt_settled,
    ChargePaid: case_money.charge_paid,
    ChargeOwedBack: case_money.charge_owed_back,
    ChargeReturned: case_money.charge_returned,
    PickupBooked: booked_pickups.booked,
    PickupMoved: booked_pickups.moved,
    PickupCancelled: booked_pickups.cancelled,
    PickupWaybillGiven: shipments.expect_pickup,
    PickupWaybillWithdrawn: pickup_given_up,
    CourierRated: projections.courier_rated,
    ReturnInspected: stock.take_back,
    SanctionImposed: restrictions.imposed,
    SanctionLifted: restrictions.lifted,
    ReturnShipped: shipments.register_return,
    ReturnWaybillCorrected: shipments.correct_return,
    RefusedGoodsReturned: shipments.register_refused_goods,
    ReplacementShipped: shipments.register_replacement,
    ReplacementWaybillCorrected: shipments.correct_replacement,
}
