"""What a buyer pays outside the suite, as it is shown, and as its return is recorded."""

from aftercare_chassis.http.schemas import Money, Name, Out, Time, example

from aftersale_svc.api.schemas.case_requests import Evidence, NoteIn
from aftersale_svc.domain.cases.full_case import FullCase


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
    """What the merchant said of the payment; null before."""
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
            to_return=Money.of(charge.to_return_minor, currency),
            owed_back_at=charge.owed_back_at,
            returned_at=charge.returned_at,
            return_reference=charge.return_reference,
            return_evidence=charge.return_evidence,
        )
