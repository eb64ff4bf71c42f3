"""What a buyer pays outside the suite, as it is shown, and as its return is recorded."""

from aftercare_chassis.http.schemas import Money, Name, Out, Text, Time, example
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import CitingIn, Evidence, NoteIn
from aftersale_svc.domain.cases.charges.policy import MOST_STATEMENTS
from aftersale_svc.domain.cases.full_case import FullCase


class RecordPaymentIn(NoteIn):
    """The payment of what the buyer owes, which was made outside the suite."""

    model_config = example(reference="转账 20260302-18")

    reference: Name
    """By which the merchant finds the payment; both sides can read it."""


class StatePaymentIn(NoteIn):
    """The payment of what the buyer has agreed to, as the buyer states it; it was made outside the suite."""

    model_config = example(reference="转账 20260302-18", evidence=["sha256:" + "9f" * 32])

    reference: Name
    """By which the merchant finds the payment; both sides can read it."""
    evidence: Evidence


class DenyPaymentIn(CitingIn):
    """Why the payment that the buyer has stated has not arrived."""

    model_config = example(note="账户中没有这笔转账。", evidence=[])

    note: Text
    """What both sides read about it."""
    evidence: Evidence


class RecordChargeReturnIn(NoteIn):
    """The payment by which the buyer got back what they had paid; it was made outside the suite."""

    model_config = example(amount={"amount": 6800, "currency": "CNY"}, reference="转账 20260315-02", evidence=[])

    amount: Money
    """Exactly what is owed back."""
    reference: Name
    """By which both sides find the payment; both sides can read it."""
    evidence: Evidence


class ChargeOut(Out):
    """What the buyer pays outside the suite: the price of a repair, or what a replacement costs more."""

    amount: Money
    """What is to be paid; it stays once the buyer has agreed to it."""
    agreed_at: Time | None = None
    """When the buyer agreed to pay; null before."""
    paid_at: Time | None = None
    """When the merchant recorded the payment; null before."""
    reference: str | None = None
    """What the merchant said of the payment, or the buyer where the merchant has not denied that; null before."""
    stated_at: Time | None = None
    """When the buyer stated the payment last; null where they never did."""
    stated_reference: str | None = None
    """What the buyer said of it; null before."""
    stated_evidence: list[str] = Field(default_factory=list)
    """Hashes of what proves it: `sha256:…`."""
    statements_left: int | None = None
    """How often the buyer may still state a payment; null where it is paid."""
    denied_at: Time | None = None
    """When the merchant, or an agent, denied that it has arrived; null where nobody did."""
    to_return: Money
    """What the merchant has still to give back, because what was paid for does not come."""
    owed_back_at: Time | None = None
    """Since when it is owed back; null where it never was."""
    returned_at: Time | None = None
    """When it was recorded that the buyer has it back; null before."""
    return_reference: str | None = None
    """What was said of that payment; null before."""
    return_evidence: list[str]
    """Hashes of its proof: `sha256:…`."""

    @classmethod
    def of(cls, full: FullCase) -> "ChargeOut | None":
        """The charge; None where nothing is to be paid."""
        charge, currency = full.charge, full.case.currency
        if charge is None or not charge.amount_minor:
            return None
        return cls(
            amount=Money.of(charge.amount_minor, currency),
            agreed_at=charge.agreed_at,
            paid_at=charge.paid_at,
            reference=charge.reference,
            stated_at=charge.stated_at,
            stated_reference=charge.stated_reference,
            stated_evidence=charge.stated_evidence,
            statements_left=None if charge.paid_at else max(0, MOST_STATEMENTS - charge.statements),
            denied_at=charge.denied_at,
            to_return=Money.of(charge.to_return_minor, currency),
            owed_back_at=charge.owed_back_at,
            returned_at=charge.returned_at,
            return_reference=charge.return_reference,
            return_evidence=charge.return_evidence,
        )
