"""States as tables: who may do what, where it leads, how long it may wait. The API, the timers and the docs read these."""

from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Move, Side, Wait

from order_svc.domain.model import OrderState, PaymentState, RefundState

BUYER = Side("buyer_only", frozenset({"buyer"}))
MERCHANT = Side("merchant_only", frozenset({"seller"}))
PARTIES = Side("parties_only", frozenset({"buyer", "seller", "agent"}))
BUYER_OR_TIMER = Side("buyer_only", frozenset({"buyer", "system"}))
OPERATOR = Side("operator_only", frozenset({"agent", "admin"}))
SYSTEM_ONLY = Side("system_only", frozenset({"system"}))


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
    moves={
        (_S.CREATED, _A.PAY): Move(_S.CREATED, BUYER),
        (_S.CREATED, _A.CANCEL): Move(_S.CANCELLED, PARTIES),
        (_S.CREATED, _A.CHANGE_ADDRESS): Move(_S.CREATED, PARTIES),
        (_S.CREATED, _A.MARK_PAID): Move(_S.PAID, SYSTEM_ONLY),
        (_S.CREATED, _A.EXPIRE): Move(_S.CANCELLED, SYSTEM_ONLY),
        (_S.PAID, _A.CANCEL): Move(_S.CANCELLED, PARTIES),
        (_S.PAID, _A.CHANGE_ADDRESS): Move(_S.PAID, PARTIES),
        (_S.PAID, _A.SHIP): Move(_S.SHIPPED, MERCHANT),
        (_S.PAID, _A.REFUND_WHOLLY): Move(_S.CANCELLED, SYSTEM_ONLY),
        (_S.SHIPPED, _A.SHIP): Move(_S.SHIPPED, MERCHANT),
        (_S.SHIPPED, _A.CONFIRM_RECEIPT): Move(_S.DELIVERED, BUYER),
        (_S.SHIPPED, _A.DELIVER): Move(_S.DELIVERED, SYSTEM_ONLY),
        (_S.SHIPPED, _A.REFUND_WHOLLY): Move(_S.CANCELLED, SYSTEM_ONLY),
        (_S.DELIVERED, _A.CONFIRM_RECEIPT): Move(_S.DELIVERED, BUYER_OR_TIMER),
        (_S.DELIVERED, _A.COMPLETE): Move(_S.COMPLETED, SYSTEM_ONLY),
    },
    waits={
        _S.CREATED: Wait("buyer", "payment_hours", _A.EXPIRE, "cancelled_by_timeout"),
        _S.PAID: Wait("merchant"),
        _S.SHIPPED: Wait("courier"),
        _S.DELIVERED: Wait("buyer", "auto_receipt_hours", _A.CONFIRM_RECEIPT, "received_by_timeout"),
    },
)


class PaymentAction(StrEnum):
    """What a provider's word does to a payment, and what an operator can do about its money."""

    SUCCEED = "succeed"
    FAIL = "fail"
    REFUND_REMAINDER = "refund_remainder"


# A provider that declines and later says that it took the money has taken the money: the third row keeps it from being
# lost. The last row is the way out where the provider has declined the refund of an order that is not fulfilled.
PAYMENT: Lifecycle[PaymentState, PaymentAction] = Lifecycle(
    "payment",
    moves={
        (PaymentState.PENDING, PaymentAction.SUCCEED): Move(PaymentState.SUCCEEDED, SYSTEM_ONLY),
        (PaymentState.PENDING, PaymentAction.FAIL): Move(PaymentState.FAILED, SYSTEM_ONLY),
        (PaymentState.FAILED, PaymentAction.SUCCEED): Move(PaymentState.SUCCEEDED, SYSTEM_ONLY),
        (PaymentState.SUCCEEDED, PaymentAction.REFUND_REMAINDER): Move(PaymentState.SUCCEEDED, OPERATOR),
    },
    waits={PaymentState.PENDING: Wait("provider")},
)


class RefundAction(StrEnum):
    """What happens to a refund."""

    SUBMIT = "submit"
    LOSE = "lose"
    SUCCEED = "succeed"
    FAIL = "fail"


# An unknown refund of which the provider, when asked, has never heard is submitted again under the same key.
_R = RefundState
REFUND: Lifecycle[RefundState, RefundAction] = Lifecycle(
    "refund",
    moves={
        (_R.CREATED, RefundAction.SUBMIT): Move(_R.SUBMITTED, SYSTEM_ONLY),
        (_R.SUBMITTED, RefundAction.SUCCEED): Move(_R.SUCCEEDED, SYSTEM_ONLY),
        (_R.SUBMITTED, RefundAction.FAIL): Move(_R.FAILED, SYSTEM_ONLY),
        (_R.SUBMITTED, RefundAction.LOSE): Move(_R.UNKNOWN, SYSTEM_ONLY),
        (_R.UNKNOWN, RefundAction.SUBMIT): Move(_R.SUBMITTED, SYSTEM_ONLY),
        (_R.UNKNOWN, RefundAction.SUCCEED): Move(_R.SUCCEEDED, SYSTEM_ONLY),
        (_R.UNKNOWN, RefundAction.FAIL): Move(_R.FAILED, SYSTEM_ONLY),
    },
    waits={_R.CREATED: Wait("system"), _R.SUBMITTED: Wait("provider"), _R.UNKNOWN: Wait("provider")},
)
