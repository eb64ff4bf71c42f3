"""The codes of refunds and holds."""

from enum import StrEnum


class RefundCause(StrEnum):
    """Which decision led to a refund."""

    APPROVAL = "approval"
    INSPECTION = "inspection"
    VERDICT = "verdict"
    TIMEOUT = "timeout"


class RefundState(StrEnum):
    """The states of a refund: requested from order-svc, then paid, or refused for good."""

    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class HoldState(StrEnum):
    """The states of a hold: for an open case, for good because they were refunded, or free again."""

    HELD = "held"
    SETTLED = "settled"
    RELEASED = "released"
