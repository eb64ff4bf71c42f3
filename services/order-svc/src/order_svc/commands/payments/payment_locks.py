"""The lock that every command about a payment takes: its order first, then the payment."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound

from order_svc.domain.model import Order
from order_svc.domain.payments.model import Payment
from order_svc.settings import Settings
from order_svc.tables.payments import ORDER_OF_PAYMENT, PAYMENTS


async def lock(tx: Transaction[Settings], payment_id: str) -> tuple[Order, Payment]:
    """The payment and its order, locked.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
    """
    for order in await tx.lock_all(ORDER_OF_PAYMENT, payment_id=payment_id):
        return order, await tx.lock(PAYMENTS, payment_id)
    raise NotFound(what=PAYMENTS.name)
