"""What is booked on the deposits of merchants, and deposits as they are shown."""

from enum import StrEnum

from aftercare_chassis.http.schemas import In, Money, Name, Out, Text, Time, example

from aftersale_svc.api.schemas.amounts import PositiveMoney
from aftersale_svc.domain.deposits.model import DepositEntry, DepositEntryKind, DepositInUse


class BookedKind(StrEnum):
    """What administrators book; what a claim takes is booked with its payment."""

    PAID_IN = "paid_in"
    TOPPED_UP = "topped_up"
    RELEASED = "released"


class DepositEntryIn(In):
    """What a merchant has paid into its deposit, or has got back from it."""

    model_config = example(kind="paid_in", amount={"amount": 1000000, "currency": "CNY"}, reference="BANK-2026-0100")

    kind: BookedKind
    """`paid_in` at first, `topped_up` after claims, `released` where the merchant has money back."""
    amount: PositiveMoney
    """How much; above zero. There is a deposit for each currency."""
    reference: Name
    """The reference of the payment. One that was booked before, with the same kind and amount, is not booked again."""
    note: Text | None = None
    """For the merchant and the platform."""

    @property
    def entry_kind(self) -> DepositEntryKind:
        """The kind as commands take it."""
        return DepositEntryKind(self.kind)


class DepositEntryOut(Out):
    """A change of a deposit. It never changes itself: what was wrong is booked back."""

    id: str
    """Identifies the entry: `dpe_…`."""
    merchant_id: str
    """Whose deposit it is."""
    kind: DepositEntryKind
    """Why the balance has changed; `claimed`: a claim was paid from it."""
    amount: Money
    """By how much: `released` and `claimed` take it from the deposit."""
    balance: Money
    """What was on the deposit afterwards, never below zero."""
    claim_id: str | None = None
    """The claim that was paid; null for what administrators book."""
    reference: str
    """The reference of the payment."""
    note: str | None = None
    """What was said of it; null where nothing was."""
    booked_by: str
    """Who booked it."""
    booked_at: Time
    """When."""

    @classmethod
    def of(cls, entry: DepositEntry) -> "DepositEntryOut":
        return cls(
            id=entry.id,
            merchant_id=entry.merchant_id,
            kind=entry.kind,
            amount=Money.of(entry.amount_minor, entry.currency),
            balance=Money.of(entry.balance_minor, entry.currency),
            claim_id=entry.claim_id,
            reference=entry.reference,
            note=entry.note,
            booked_by=entry.booked_by,
            booked_at=entry.booked_at,
        )


class DepositOut(Out):
    """What a merchant has left of its deposit in one currency."""

    id: str
    """Identifies the deposit: `dep_…`."""
    merchant_id: str
    """Whose deposit it is."""
    balance: Money
    """What is on it; never below zero."""
    reserved: Money
    """What claims are to be paid from it, which were agreed to or approved: no other claim gets it, and it is not released."""
    updated_at: Time
    """When it was changed last."""

    @classmethod
    def of(cls, deposit: DepositInUse) -> "DepositOut":
        return cls(
            id=deposit.id,
            merchant_id=deposit.merchant_id,
            balance=Money.of(deposit.balance_minor, deposit.currency),
            reserved=Money.of(deposit.reserved_minor, deposit.currency),
            updated_at=deposit.updated_at,
        )


class DepositsOut(Out):
    """The deposits of a merchant."""

    data: list[DepositOut]
    """By currency; empty where nothing was ever booked."""
