"""The codes that this service itself gives to payments and refunds. Providers and cases use codes of their own beside them."""

from enum import StrEnum


class FailureCode(StrEnum):
    """Why a payment or refund failed, where no code of the provider says so."""

    DECLINED = "declined"
    ORDER_CANCELLED = "order_cancelled"
    PAYMENT_NOT_SUCCEEDED = "payment_not_succeeded"
    CURRENCY_MISMATCH = "currency_mismatch"
    EXCEEDS_PAYMENT = "exceeds_payment"
    CHARGED_BACK = "charged_back"
    UNITS_SHIPPED = "units_shipped"
    UNITS_CANCELLED = "units_cancelled"
    COMPENSATED = "compensated"
    REFUND_PERIOD_OVER = "refund_period_over"
    TOO_MANY_REFUNDS = "too_many_refunds"
    AMOUNT_NOT_DIVISIBLE = "amount_not_divisible"
    VOIDED = "voided"
    EXPIRED = "expired"
    AUTHORISATION_EXPIRED = "authorisation_expired"
    PAID_ELSEWHERE = "paid_elsewhere"
    CAME_BACK = "came_back"


class AuthorisationEndCause(StrEnum):
    """Why what an order needs is not authorised any more."""

    VOIDED = "voided"
    AUTHORISATION_EXPIRED = "authorisation_expired"
    CAPTURED_IN_PART = "captured_in_part"
    FAILED = "failed"


class OwnRefundCause(StrEnum):
    """Why there is a refund that no case has requested."""

    ORDER_CANCELLED = "order_cancelled"
    LINES_CANCELLED = "lines_cancelled"
    ORDER_NOT_AWAITING_PAYMENT = "order_not_awaiting_payment"
    OPERATOR = "operator"
    IMPORTED = "imported"  # it was made before the order came here


class OutsideMethod(StrEnum):
    """How money is given back outside the payment provider: the codes of aftersale-svc for the same."""

    BANK_TRANSFER = "bank_transfer"
    WALLET = "wallet"
    CASH = "cash"
    OTHER = "other"


class CallbackMismatch(StrEnum):
    """How a callback of a payment provider differs from our own books."""

    UNKNOWN_SUBJECT = "unknown_subject"  # this provider has no such payment or refund of ours
    AMOUNT_MISMATCH = "amount_mismatch"
