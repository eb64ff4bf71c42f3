"""States as tables: who may do what, where it leads, how long it may wait. The API, the timers and the docs read these."""

from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Permission, Timeout, Transition

from order_svc.domain.model import OrderState

BUYER = Permission("buyer_only", frozenset({"buyer"}))
MERCHANT = Permission("merchant_only", frozenset({"seller"}))
PARTIES = Permission("parties_only", frozenset({"buyer", "seller", "agent"}))
BUYER_OR_TIMER = Permission("buyer_only", frozenset({"buyer", "system"}))
SYSTEM_ONLY = Permission("system_only", frozenset({"system"}))


class OrderAction(StrEnum):
    """What can be done to an order; the last five are taken by timers, providers and couriers."""

    PAY = "pay"
    CANCEL = "cancel"
    CHANGE_ADDRESS = "change_address"
    SHIP = "ship"
    CONFIRM_RECEIPT = "confirm_receipt"
    MARK_PAID = "mark_paid"
    EXPIRE = "expire"
    DELIVER = "deliver"
    REFUND_WHOLLY = "refund_wholly"
    COMPLETE = "complete"


SHOWN = (
    OrderAction.PAY,
    OrderAction.CANCEL,
    OrderAction.CHANGE_ADDRESS,
    OrderAction.SHIP,
    OrderAction.CONFIRM_RECEIPT,
)
_S, _A = OrderState, OrderAction

# Shipping starts with the first parcel: from then on an order is neither cancelled nor sent elsewhere.
ORDER: Lifecycle[OrderState, OrderAction] = Lifecycle(
    "order",
    initial=_S.CREATED,
    transitions={
        (_S.CREATED, _A.PAY): Transition(_S.CREATED, BUYER),
        (_S.CREATED, _A.CANCEL): Transition(_S.CANCELLED, PARTIES),
        (_S.CREATED, _A.CHANGE_ADDRESS): Transition(_S.CREATED, PARTIES),
        (_S.CREATED, _A.MARK_PAID): Transition(_S.PAID, SYSTEM_ONLY),
        (_S.CREATED, _A.EXPIRE): Transition(_S.CANCELLED, SYSTEM_ONLY),
        (_S.PAID, _A.CANCEL): Transition(_S.CANCELLED, PARTIES),
        (_S.PAID, _A.CHANGE_ADDRESS): Transition(_S.PAID, PARTIES),
        (_S.PAID, _A.SHIP): Transition(_S.SHIPPED, MERCHANT),
        (_S.PAID, _A.REFUND_WHOLLY): Transition(_S.CANCELLED, SYSTEM_ONLY),
        (_S.SHIPPED, _A.SHIP): Transition(_S.SHIPPED, MERCHANT),
        (_S.SHIPPED, _A.CONFIRM_RECEIPT): Transition(_S.DELIVERED, BUYER),
        (_S.SHIPPED, _A.DELIVER): Transition(_S.DELIVERED, SYSTEM_ONLY),
        (_S.SHIPPED, _A.REFUND_WHOLLY): Transition(_S.CANCELLED, SYSTEM_ONLY),
        (_S.DELIVERED, _A.CONFIRM_RECEIPT): Transition(_S.DELIVERED, BUYER_OR_TIMER),
        (_S.DELIVERED, _A.COMPLETE): Transition(_S.COMPLETED, SYSTEM_ONLY),
    },
    timeouts={
        _S.CREATED: Timeout("buyer", "payment_hours", _A.EXPIRE, "cancelled_by_timeout"),
        _S.PAID: Timeout("merchant"),
        _S.SHIPPED: Timeout("courier"),
        _S.DELIVERED: Timeout("buyer", "auto_receipt_hours", _A.CONFIRM_RECEIPT, "received_by_timeout"),
    },
    ends={_S.COMPLETED, _S.CANCELLED},
)
