"""Creating refunds: the row, its postings, and the call to the provider that a worker has yet to make."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.payments import call_queue, postings
from order_svc.domain.model import Amount, Order
from order_svc.domain.payments.allocation import Room, newest_first, rooms_of
from order_svc.domain.payments.codes import OwnRefundCause
from order_svc.domain.payments.lifecycle import REFUND
from order_svc.domain.payments.model import CallSubject, Payment, Refund
from order_svc.domain.payments.owed import not_ours
from order_svc.domain.payments.plans import kept_minor
from order_svc.domain.payments.postings import NOTHING, Shares
from order_svc.settings import Settings
from order_svc.tables.compensations import COMPENSATIONS_OF
from order_svc.tables.payments import REFUNDS, REFUNDS_OF, TAKEN_PAYMENTS_LOCKED


def new_refund(
    tx: Transaction[Settings],
    payment: Payment,
    amount: Amount,
    cause: str,
    *,
    refund_id: str | None = None,
    case_id: str | None = None,
) -> Refund:
    """A refund of the payment; its later events name as their cause the event that is handled, or else the last one recorded."""
    # The stock that the same change releases is recorded behind it.
    asked_by = tx.cause or next((each for each in reversed(tx.recorded) if not each.type.startswith("Stock")), None)
    refund = Refund(
        id=refund_id or tx.new_id("ref"),
        payment_id=payment.id,
        order_id=payment.order_id,
        case_id=case_id,
        state=REFUND.initial,
        amount_minor=amount.minor,
        currency=amount.currency,
        cause=cause,
        created_at=tx.now,
        asked_by_event=str(asked_by.id) if asked_by else None,
        correlation_id=asked_by.correlation_id if asked_by else None,
    )
    return REFUND.start(refund, tx)


async def insert(tx: Transaction[Settings], payment: Payment, refund: Refund, returned: Shares = NOTHING) -> None:
    """Insert a refund that is on its way from now on; `returned` is what of the discounts goes back to their funders with it."""
    await tx.insert(REFUNDS, refund)
    await postings.refund_requested(tx, payment, refund, returned)


async def refund_order(tx: Transaction[Settings], order: Order, cause: str) -> None:
    """Refund what is left of the payments of the locked order, but for what the merchant keeps, newest payment first: a refund of
    each. Nothing where all of it is refunded or may still be, or was paid by a guarantee."""
    payments = await tx.lock_all(TAKEN_PAYMENTS_LOCKED, order_id=order.id)
    rooms, left = await _left(tx, order.id, payments)
    left -= kept_minor(order)
    for room in newest_first(rooms):
        minor = max(0, min(room.minor, left))
        await refund(tx, room.payment, minor, cause)
        left -= minor


async def shares_of(tx: Transaction[Settings], order: Order, minor: int) -> list[Room]:
    """From which payments of the locked order this much is refunded, newest first; less where less is left of them."""
    payments = await tx.lock_all(TAKEN_PAYMENTS_LOCKED, order_id=order.id)
    rooms, left = await _left(tx, order.id, payments)
    wanted, shares = min(minor, left), list[Room]()
    for room in newest_first(rooms):
        if (share := min(room.minor, wanted)) > 0:
            shares.append(Room(room.payment, share))
            wanted -= share
    return shares


async def refund_shares(
    tx: Transaction[Settings],
    shares: Sequence[Room],
    refund_ids: Sequence[str],
    cause: str,
    returned: Shares = NOTHING,
) -> None:
    """Refund these shares under these ids; `returned` is what of the discounts goes back to their funders with all of them."""
    for number, (share, refund_id) in enumerate(zip(shares, refund_ids, strict=True)):
        await refund(
            tx, share.payment, share.minor, cause, refund_id=refund_id, returned=NOTHING if number else returned
        )


async def refund_surplus(tx: Transaction[Settings], payment: Payment) -> None:
    """Refund the locked payment, which its order has not taken."""
    await refund(tx, payment, payment.amount_minor, OwnRefundCause.ORDER_NOT_AWAITING_PAYMENT)


async def _left(tx: Transaction[Settings], order_id: str, payments: Sequence[Payment]) -> tuple[Sequence[Room], int]:
    """What is left of each payment, and of all of them after what guarantees have paid in the place of refunds, and what cases give back."""
    refunds = await tx.all(REFUNDS_OF, payment_ids=[each.id for each in payments])
    rooms, paid = rooms_of(payments, refunds, tx.now), await tx.all(COMPENSATIONS_OF, order_id=order_id)
    return rooms, sum(each.minor for each in rooms) - not_ours(refunds, paid)


async def refund(
    tx: Transaction[Settings],
    payment: Payment,
    minor: int,
    cause: str,
    *,
    refund_id: str | None = None,
    returned: Shares = NOTHING,
) -> None:
    """Refund this much of the locked payment; nothing where it is nothing. `returned` is what of the discounts goes back with it."""
    if minor > 0:
        made = new_refund(tx, payment, Amount(minor, payment.currency), cause, refund_id=refund_id)
        await insert(tx, payment, made, returned)
        await call_queue.submit(tx, CallSubject.REFUND, made.id)
