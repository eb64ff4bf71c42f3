"""States as tables: who may do what, where it leads, how long it may wait. The API, the timers and the docs read these."""

from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Permission, Timeout, Transition

from order_svc.domain.model import OrderState, PaymentState, RefundState

BUYER = Permission("buyer_only", frozenset({"buyer"}))
MERCHANT = Permission("merchant_only", frozenset({"seller"}))
PARTIES = Permission("parties_only", frozenset({"buyer", "seller", "agent"}))
BUYER_OR_TIMER = Permission("buyer_only", frozenset({"buyer", "system"}))
OPERATOR = Permission("operator_only", frozenset({"agent", "admin"}))
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


class PaymentAction(StrEnum):
    """What a provider's word does to a payment, and what an operator can do about its money."""

    SUCCEED = "succeed"
    FAIL = "fail"
    REFUND_REMAINDER = "refund_remainder"


# A provider that declines and later says that it took the money has taken the money: the third row keeps it from being
# lost. The last row is the way out where the provider has declined the refund of an order that is not fulfilled.
PAYMENT: Lifecycle[PaymentState, PaymentAction] = Lifecycle(
    "payment",
    initial=PaymentState.PENDING,
    transitions={
        (PaymentState.PENDING, PaymentAction.SUCCEED): Transition(PaymentState.SUCCEEDED, SYSTEM_ONLY),
        (PaymentState.PENDING, PaymentAction.FAIL): Transition(PaymentState.FAILED, SYSTEM_ONLY),
        (PaymentState.FAILED, PaymentAction.SUCCEED): Transition(PaymentState.SUCCEEDED, SYSTEM_ONLY),
        (PaymentState.SUCCEEDED, PaymentAction.REFUND_REMAINDER): Transition(PaymentState.SUCCEEDED, OPERATOR),
    },
    timeouts={PaymentState.PENDING: Timeout("provider")},
    ends={PaymentState.SUCCEEDED, PaymentState.FAILED},
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
    initial=_R.CREATED,
    transitions={
        (_R.CREATED, RefundAction.SUBMIT): Transition(_R.SUBMITTED, SYSTEM_ONLY),
        (_R.SUBMITTED, RefundAction.SUCCEED): Transition(_R.SUCCEEDED, SYSTEM_ONLY),
        (_R.SUBMITTED, RefundAction.FAIL): Transition(_R.FAILED, SYSTEM_ONLY),
        (_R.SUBMITTED, RefundAction.LOSE): Transition(_R.UNKNOWN, SYSTEM_ONLY),
        (_R.UNKNOWN, RefundAction.SUBMIT): Transition(_R.SUBMITTED, SYSTEM_ONLY),
        (_R.UNKNOWN, RefundAction.SUCCEED): Transition(_R.SUCCEEDED, SYSTEM_ONLY),
        (_R.UNKNOWN, RefundAction.FAIL): Transition(_R.FAILED, SYSTEM_ONLY),
    },
    timeouts={_R.CREATED: Timeout("system"), _R.SUBMITTED: Timeout("provider"), _R.UNKNOWN: Timeout("provider")},
    ends={_R.SUCCEEDED, _R.FAILED},
)
