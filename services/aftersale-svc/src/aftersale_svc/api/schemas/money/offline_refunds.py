"""Refunds outside the payment provider, as they are stated, answered and shown."""

from aftercare_chassis.http.schemas import In, Money, Name, Out, Text, Time, example

from aftersale_svc.api.schemas.cases.case_requests import CitingIn, Evidence, RequiredEvidence
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.offline_refunds.codes import OfflineRefundMethod

_PROOF = "sha256:" + "9f" * 32


class StateOfflineRefundIn(CitingIn):
    """How the money of the refused refund was given back; its amount is that of the refund."""

    model_config = example(method="bank_transfer", reference="转账 20260312-07", evidence=[_PROOF])

    method: OfflineRefundMethod
    """How it was given back."""
    reference: Name
    """By which both sides find the payment; both sides can read it."""
    evidence: RequiredEvidence
    """The proof of the payment, such as a receipt of the bank; at least one file, by its hash."""


class DenyOfflineRefundIn(In):
    """What the buyer says of money that has not arrived."""

    model_config = example(text="账户没有收到这笔款项。", evidence=[])

    text: Text
    """What is missing; both sides and the platform can read it."""
    evidence: Evidence


class OfflineRefundOut(Out):
    """What was stated last of a refund outside the payment provider. At most one of the last three times is set."""

    refund_id: str
    """The id of the refund once it is confirmed; also that of its entry in order-svc."""
    failed_refund_id: str
    """The refund that the provider has refused."""
    amount: Money
    """What was given back: the amount of that refund."""
    method: OfflineRefundMethod
    """How it was given back."""
    reference: str
    """By which both sides find the payment."""
    evidence: list[str]
    """Hashes of the proof."""
    stated_by: str
    """Who stated it: somebody of the merchant, or an agent."""
    stated_at: Time
    """When it was stated."""
    confirmed_at: Time | None = None
    """When the buyer, or an agent, confirmed that the money has arrived; null before."""
    denied_at: Time | None = None
    """When the buyer denied it; null where they did not."""
    withdrawn_at: Time | None = None
    """When the statement was taken back; null where it was not."""

    @classmethod
    def of(cls, full: FullCase) -> "OfflineRefundOut | None":
        """What was stated; None where nothing was."""
        found = full.offline_refund
        if found is None:
            return None
        return cls(
            refund_id=found.refund_id,
            failed_refund_id=found.failed_refund_id,
            amount=Money.of(found.amount_minor, full.case.currency),
            method=found.method,
            reference=found.reference,
            evidence=found.evidence,
            stated_by=found.stated_by,
            stated_at=found.stated_at,
            confirmed_at=found.confirmed_at,
            denied_at=found.denied_at,
            withdrawn_at=found.withdrawn_at,
        )
