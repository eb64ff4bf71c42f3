"""The codes of claims on couriers. They are published, so a value never changes."""

from enum import StrEnum


class CourierClaimState(StrEnum):
    """The states of a claim on a courier."""

    DRAFTED = "drafted"
    FILED = "filed"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    PAID = "paid"
    ABANDONED = "abandoned"


class CourierClaimAction(StrEnum):
    """What can be done to a claim on a courier. `lapse` and `escalate` are its timers', and `raise` follows from other cases."""

    RAISE = "raise"
    FILE = "file"
    ADD_EVIDENCE = "add_evidence"
    ACKNOWLEDGE = "acknowledge"
    ACCEPT = "accept"
    DECLINE = "decline"
    PAY = "pay"
    ABANDON = "abandon"
    LAPSE = "lapse"
    ESCALATE = "escalate"


class CourierClaimCause(StrEnum):
    """What happened to the parcel."""

    DAMAGED = "damaged"
    LOST = "lost"
    NOT_RECEIVED = "not_received"


class CourierClaimOrigin(StrEnum):
    """What a claim was opened by."""

    CASE = "case"
    REPORT = "report"
    MERCHANT = "merchant"
    AGENT = "agent"


class CourierDeclineReason(StrEnum):
    """Why a courier declines a claim."""

    FILED_LATE = "filed_late"
    EVIDENCE_INSUFFICIENT = "evidence_insufficient"
    PACKAGING_INSUFFICIENT = "packaging_insufficient"
    NOT_LIABLE = "not_liable"
    GOODS_EXCLUDED = "goods_excluded"
    OTHER = "other"


class CourierClaimEnd(StrEnum):
    """How a claim ended."""

    PAID = "paid"
    NOT_FILED = "not_filed"
    NOT_FILED_AGAIN = "not_filed_again"
    GIVEN_UP = "given_up"


class ParcelLeg(StrEnum):
    """Which way a parcel went: to the buyer, back for a case, to the buyer with a replacement, or to the buyer with refused goods."""

    OUTBOUND = "outbound"
    RETURN = "return"
    EXCHANGE = "exchange"
    REFUSED_GOODS = "refused_goods"
