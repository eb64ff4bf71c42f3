"""Magic payment methods: how a payment and its refunds shall go, as card test numbers say it elsewhere."""

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """What a shop may send as `method`, and what the switch may be set to."""

    SUCCESS = "sim_success"
    DECLINED = "sim_declined"
    SLOW = "sim_slow"
    DUPLICATE_CALLBACK = "sim_duplicate_callback"
    CALLBACK_FIRST = "sim_callback_first"
    LOST_ANSWER = "sim_lost_answer"
    REFUND_DECLINED = "sim_refund_declined"
    REFUND_LOST_ANSWER = "sim_refund_lost_answer"


@dataclass(frozen=True, slots=True)
class Script:
    """The course of one operation."""

    declined: bool = False
    slow: bool = False
    duplicate: bool = False
    callback_first: bool = False
    lost_answer: bool = False


_ORDINARY = Script()
_BOTH = {
    Method.SLOW: Script(slow=True),
    Method.DUPLICATE_CALLBACK: Script(duplicate=True),
    Method.CALLBACK_FIRST: Script(callback_first=True),
    Method.LOST_ANSWER: Script(lost_answer=True),
}
_PAYMENTS = {**_BOTH, Method.DECLINED: Script(declined=True)}
_REFUNDS = {
    **_BOTH,
    Method.REFUND_DECLINED: Script(declined=True),
    Method.REFUND_LOST_ANSWER: Script(lost_answer=True),
}


def payment_script(method: Method) -> Script:
    """How a payment by this method goes."""
    return _PAYMENTS.get(method, _ORDINARY)


def refund_script(method: Method) -> Script:
    """How a refund of a payment by this method goes."""
    return _REFUNDS.get(method, _ORDINARY)
