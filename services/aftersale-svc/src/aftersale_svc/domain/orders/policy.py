"""Whether something can be asked for an order, and at which stage its goods are."""

from collections.abc import Sequence

from aftersale_svc.domain.orders.errors import OrderUnknown, OrderWasCancelled, PaymentUnknown
from aftersale_svc.domain.orders.model import Order, OrderState, Stage

_STAGES = {
    OrderState.PAID: Stage.PRE_SHIP,
    OrderState.SHIPPED: Stage.IN_TRANSIT,
    OrderState.DELIVERED: Stage.POST_RECEIPT,
    OrderState.COMPLETED: Stage.POST_RECEIPT,
}


def stage_of(order: Order) -> Stage:
    """Return where the goods of an order are, by the events that have arrived.

    Later events of the order may still be on their way. So an order that is not known as paid counts as unknown, to be
    tried again, and what is refused here because of its stage awaits them (`cases.policy.check_needs`).

    Raises:
        OrderUnknown: the order is not known as paid.
        OrderWasCancelled: its money goes back with it.
    """
    if order.state is OrderState.CANCELLED:
        raise OrderWasCancelled(order_id=order.id)
    if order.state is OrderState.CREATED or order.payment_id is None:
        raise OrderUnknown(order_id=order.id, awaits=order.id)
    return _STAGES[order.state]


def check_payments(order: Order, payment_ids: Sequence[str] | None) -> list[str] | None:
    """The payments that a refund of the order is made from first, each once; None where that is not chosen.

    Raises:
        PaymentUnknown: the order was not paid with one of them.
    """
    known = order.payment_ids
    for number, each in enumerate(payment_ids or ()):
        if each not in known:
            raise PaymentUnknown(pointer=f"/payment_ids/{number}", payment_id=each, known=", ".join(known))
    return list(dict.fromkeys(payment_ids or ())) or None
