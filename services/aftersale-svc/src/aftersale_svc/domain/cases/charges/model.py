"""What a buyer owes in a case. Money is in minor units of the case's currency; times are aware, UTC."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What the buyer has to pay, and agrees to before. It is paid outside the suite; `reference` is what the merchant says of that.

    The buyer may state the payment: `stated_reference` and `stated_evidence`, which are hashes, are the buyer's about the one stated last, of
    `statements` in all. It was denied at `denied_at`, by an agent where `denied_by_agent`.
    An amount of zero is owed by nobody. The amount is fixed once the buyer has agreed to it. What was paid is owed back since
    `owed_back_at`, until `returned_at`; `return_reference` and `return_evidence`, which are hashes, are said of that payment. Only the merchant
    records it where it is above what one agent decided about when it was owed (`return_by_merchant`).
    """

    case_id: str
    amount_minor: int
    agreed_at: datetime | None = None
    paid_at: datetime | None = None
    reference: str | None = None
    stated_at: datetime | None = None
    stated_reference: str | None = None
    stated_evidence: list[str] = field(default_factory=list)
    statements: int = 0
    denied_at: datetime | None = None
    denied_by_agent: bool = False
    owed_back_at: datetime | None = None
    return_by_merchant: bool = False
    returned_at: datetime | None = None
    return_reference: str | None = None
    return_evidence: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether the buyer has still to agree to it."""
        return self.amount_minor > 0 and self.agreed_at is None

    @property
    def is_unpaid(self) -> bool:
        """Whether the money has not been recorded as paid."""
        return self.amount_minor > 0 and self.paid_at is None

    @property
    def is_claimed_unpaid(self) -> bool:
        """Whether the buyer has agreed to pay and no payment was recorded, about which both sides may disagree."""
        return self.is_unpaid and self.agreed_at is not None

    @property
    def waits_for_confirmation(self) -> bool:
        """Whether the buyer has stated a payment that nobody has confirmed or denied."""
        return self.stated_at is not None and self.denied_at is None and self.paid_at is None

    @property
    def is_denied(self) -> bool:
        """Whether the payment that the buyer stated last was denied, and none was recorded."""
        return self.denied_at is not None and self.paid_at is None

    @property
    def to_return_minor(self) -> int:
        """What the merchant still has to give back."""
        return self.amount_minor if self.owed_back_at is not None and self.returned_at is None else 0
