"""The codes of claims on a guarantee. They are published, so a value never changes."""

from enum import StrEnum


class GuaranteeKind(StrEnum):
    """Who pays: the insurance of return freight (运费险), or the merchant's deposit (保证金)."""

    FREIGHT_INSURANCE = "freight_insurance"
    MERCHANT_DEPOSIT = "merchant_deposit"


class GuaranteeState(StrEnum):
    """The states of a claim on a guarantee."""

    MERCHANT_REVIEW = "merchant_review"
    PLATFORM_REVIEW = "platform_review"
    AWAIT_EVIDENCE = "await_evidence"
    PAYING = "paying"
    PAID = "paid"
    NOTHING_OWED = "nothing_owed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class GuaranteeAction(StrEnum):
    """What can be done to a claim on a guarantee. `escalate` is its timer's."""

    AGREE = "agree"
    OBJECT = "object"
    REQUEST_EVIDENCE = "request_evidence"
    SUBMIT_EVIDENCE = "submit_evidence"
    APPROVE = "approve"
    DECLINE = "decline"
    RECORD_PAYMENT = "record_payment"
    RECORD_FAILURE = "record_failure"
    CANCEL = "cancel"
    ESCALATE = "escalate"


class GuaranteeOrigin(StrEnum):
    """Who opened a claim on a guarantee."""

    BUYER = "buyer"
    AGENT = "agent"


class GuaranteeRefusal(StrEnum):
    """Why a guarantee pays nothing."""

    NOT_COVERED = "not_covered"
    EVIDENCE_INSUFFICIENT = "evidence_insufficient"
    PAID_OTHERWISE = "paid_otherwise"
    UNTRUE = "untrue"


class GuaranteeFailure(StrEnum):
    """Why a payment failed."""

    ACCOUNT_INVALID = "account_invalid"
    DEPOSIT_EXHAUSTED = "deposit_exhausted"
    DECLINED = "declined"
    OTHER = "other"
