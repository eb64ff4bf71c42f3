"""The codes of claims to refused goods. They are published, so a value never changes."""

from enum import StrEnum


class RefusedGoodsState(StrEnum):
    """The states of a claim to refused goods."""

    AWAIT_DISPATCH = "await_dispatch"
    IN_TRANSIT = "in_transit"
    AWAIT_CONFIRMATION = "await_confirmation"
    UNDER_REVIEW = "under_review"
    LOST = "lost"
    AWAIT_PAYMENT = "await_payment"
    DELIVERED = "delivered"
    KEPT = "kept"
    ABANDONED = "abandoned"
    COMPENSATED = "compensated"
    NOTHING_OWED = "nothing_owed"
    WITHDRAWN = "withdrawn"


UNBOUND = frozenset({RefusedGoodsState.DELIVERED, RefusedGoodsState.WITHDRAWN})
"""Where other cases may have the units: the buyer has them, or their own case decides. Otherwise the buyer does not have them."""


class RefusedGoodsAction(StrEnum):
    """What can be done to a claim to refused goods. `escalate` is its timer's, `arrive` its courier's, and `withdraw` follows from its case."""

    SEND = "send"
    CORRECT_WAYBILL = "correct_waybill"
    ARRIVE = "arrive"
    REPORT_NOT_RECEIVED = "report_not_received"
    DELIVER = "deliver"
    REPORT_LOST = "report_lost"
    ORDER_DISPATCH = "order_dispatch"
    KEEP = "keep"
    ABANDON = "abandon"
    COMPENSATE = "compensate"
    DECLINE = "decline"
    RECORD_PAYMENT = "record_payment"
    WITHDRAW = "withdraw"
    ESCALATE = "escalate"


class NothingOwedReason(StrEnum):
    """Why nothing is owed for goods that have not come back to the buyer."""

    GOODS_NOT_OF_ORDER = "goods_not_of_order"
    GOODS_WORTHLESS = "goods_worthless"
    REFUNDED_OTHERWISE = "refunded_otherwise"
    BUYER_UNREACHABLE = "buyer_unreachable"
