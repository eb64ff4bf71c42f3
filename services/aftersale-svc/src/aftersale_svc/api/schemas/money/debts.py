"""What buyers owe by replaced verdicts, as its settlement is recorded and shown."""

from typing import Self

from aftercare_chassis.http.schemas import In, Money, Name, Out, Text, Time, example

from aftersale_svc.api.schemas.cases.case_requests import Evidence, NoteIn
from aftersale_svc.domain.disputes.debts import DebtEntry, SettledAs


class RecordRepaymentIn(NoteIn):
    """The payment by which the buyer has paid back what a replaced verdict had paid too much; it was made outside the suite."""

    model_config = example(amount={"amount": 2000, "currency": "CNY"}, reference="转账 20260318-04", evidence=[])

    amount: Money
    """How much; at most what is still owed."""
    reference: Name
    """By which both sides find the payment, once per debt; both sides can read it."""
    evidence: Evidence


class WriteOffIn(In):
    """Why the buyer need not pay back what is still owed."""

    model_config = example(note="金额较小，商家同意不再追回。")

    note: Text
    """The grounds; both sides can read them."""


class DebtEntryOut(Out):
    """A part of what the buyer owed that was settled."""

    settled_as: SettledAs
    """Whether it was paid back, or need not be."""
    amount: Money
    """How much."""
    reference: str | None = None
    """What was said of the payment; null where it was written off."""
    evidence: list[str]
    """Hashes of the files that show the payment."""
    recorded_at: Time
    """When it was recorded."""

    @classmethod
    def of(cls, entry: DebtEntry) -> Self:
        return cls(
            settled_as=entry.settled_as,
            amount=Money.of(entry.amount_minor, entry.currency),
            reference=entry.reference,
            evidence=entry.evidence,
            recorded_at=entry.recorded_at,
        )
