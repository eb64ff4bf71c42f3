"""What the buyer of an order is still owed by refunds that have failed."""

from aftercare_chassis.database.transaction import Reader

from order_svc.domain.model import Order, OrderState
from order_svc.domain.payments.owed import owed_of_order
from order_svc.domain.payments.plans import kept_minor
from order_svc.tables.compensations import COMPENSATIONS_OF
from order_svc.tables.payments import PAYMENTS_OF_ORDER, REFUNDS_OF


async def owed_minor(reader: Reader, order: Order) -> int:
    """What failed refunds of no case were to give back and is owed still, in minor units of the order's currency."""
    if order.state is OrderState.CREATED:
        return 0
    payments = await reader.all(PAYMENTS_OF_ORDER, order_id=order.id)
    refunds = await reader.all(REFUNDS_OF, payment_ids=[each.id for each in payments]) if payments else []
    if not refunds:
        return 0
    paid = await reader.all(COMPENSATIONS_OF, order_id=order.id)
    return owed_of_order(payments, refunds, paid, reader.now, kept_minor(order))
