"""Cancelling an order of which something has left: its parcels are called back, and what has not left is cancelled."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.orders import cancellations, line_cancellations, order_units
from order_svc.commands.parcels import intercepts
from order_svc.domain import recalls
from order_svc.domain.fulfilment import Pick, any_sent_by_case, shippable
from order_svc.domain.intercepts.model import InterceptPurpose
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order, OrderState
from order_svc.settings import Settings
from order_svc.tables.intercepts import INTERCEPTS_OF_ORDERS
from order_svc.tables.orders import ORDERS
from order_svc.tables.parcels import PARCEL_LINES_OF_ORDERS, PARCELS


async def cancel(tx: Transaction[Settings], order_id: str, *, reason: str | None = None) -> Order:
    """Cancel the order. Of a shipped one the couriers are asked to bring back what is on its way, and the units that have not left are
    cancelled; it goes on until its parcels have ended. `reason` is a code of the caller, which is kept with whatever is cancelled or asked.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, AfterSaleOpen, PackedNeedsMerchant, AlreadyShipped, InterceptOpen,
        NothingToCallBack, PriceAdjusted: see ORDER.
    """
    order = await tx.lock(ORDERS, order_id)
    if order.state is not OrderState.SHIPPED:
        return await cancellations.cancel_locked(tx, order, reason)
    units = await order_units.read(tx, order_id)
    parcels = await order_units.read_parcels(tx, order_id)
    known = await tx.all(INTERCEPTS_OF_ORDERS, order_ids=[order_id])
    contents = await tx.all(PARCEL_LINES_OF_ORDERS, order_ids=[order_id]) if any_sent_by_case(parcels) else []
    facts = await line_cancellations.facts_of(tx, order, units)
    facts = replace(facts, parcels=parcels, intercepts=known, contents=contents, cases=units.cases)
    ORDER.apply(order, OrderAction.CANCEL, tx, facts)
    for parcel in recalls.to_call_back(parcels, known, contents, units.cases):
        locked = await tx.lock(PARCELS, parcel.id)
        await intercepts.request_locked(tx, locked, purpose=InterceptPurpose.RETURN_TO_SENDER, reason=reason)
    left = [Pick(line.id, shippable(line)) for line in units.lines if shippable(line)]
    return await line_cancellations.cancel_lines(tx, order_id, picks=left, reason=reason) if left else order
