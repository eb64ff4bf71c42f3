"""Test payment methods: each makes a payment and its refunds end in one way, like the test card numbers of other providers."""

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """What a shop may send as `method`, and what the switch may be set to."""

    SUCCESS = "sim_success"
    DECLINED = "sim_declined"
    SLOW = "sim_slow"
    DUPLICATE_CALLBACK = "sim_duplicate_callback"
    CALLBACK_FIRST = "sim_callback_first"
    LOST_RESPONSE = "sim_lost_answer"
    UNPAID = "sim_unpaid"
    REFUND_DECLINED = "sim_refund_declined"
    REFUND_CLOSED = "sim_refund_closed"
    REFUND_LOST_RESPONSE = "sim_refund_lost_answer"


@dataclass(frozen=True, slots=True)
class Script:
    """How one operation is carried out."""

    declined: bool = False
    slow: bool = False
    duplicate: bool = False
    callback_first: bool = False
    lost_response: bool = False
    unpaid: bool = False


_ORDINARY = Script()
_BOTH = {
    Method.SLOW: Script(slow=True),
    Method.DUPLICATE_CALLBACK: Script(duplicate=True),
    Method.CALLBACK_FIRST: Script(callback_first=True),
    Method.LOST_RESPONSE: Script(lost_response=True),
}
_PAYMENTS = {**_BOTH, Method.DECLINED: Script(declined=True), Method.UNPAID: Script(unpaid=True)}
_REFUNDS = {
    **_BOTH,
    Method.REFUND_DECLINED: Script(declined=True),
    Method.REFUND_CLOSED: Script(declined=True),
    Method.REFUND_LOST_RESPONSE: Script(lost_response=True),
}


def payment_script(method: Method) -> Script:
    """How a payment by this method is carried out."""
    return _PAYMENTS.get(method, _ORDINARY)


def refund_script(method: Method) -> Script:
    """How a refund of a payment by this method is carried out."""
    return _REFUNDS.get(method, _ORDINARY)
