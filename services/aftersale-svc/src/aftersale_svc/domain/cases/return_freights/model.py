"""What a buyer has paid for sending goods back. Money is in minor units of the case's currency; times are aware, UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnFreight:
    """What the buyer states to have paid, with hashes of what proves it, of which an insurance pays `insured_minor` first.

    `accepted_minor` is what the merchant accepts of it. The rest of that is owed since `owed_at` until `paid_at`; it is paid outside the
    suite, and `reference` and `payment_evidence` are said of that payment. `earlier_payments` are those before the insurance paid less than
    `insured_minor` was, each with `amount_minor`, `paid_at` (ISO 8601), `reference` and `evidence`.
    """

    case_id: str
    stated_minor: int
    insured_minor: int
    evidence: list[str]
    accepted_minor: int | None = None
    owed_at: datetime | None = None
    paid_at: datetime | None = None
    reference: str | None = None
    payment_evidence: list[str] = field(default_factory=list)
    earlier_payments: list[dict[str, Any]] | None = None  # Any: JSON

    @property
    def rest_minor(self) -> int:
        """What the merchant bears of it: what is accepted, or stated before, less what the insurance pays."""
        accepted = self.stated_minor if self.accepted_minor is None else self.accepted_minor
        return max(0, accepted - self.insured_minor)

    @property
    def coverable_minor(self) -> int:
        """The most that the insurance pays of it."""
        return min(self.insured_minor, self.stated_minor)

    @property
    def to_pay_minor(self) -> int:
        """What the merchant still has to pay."""
        is_owed = self.owed_at is not None and self.paid_at is None
        return self.rest_minor - self.paid_earlier_minor if is_owed else 0

    @property
    def paid_earlier_minor(self) -> int:
        """What the merchant had paid before the insurance paid less."""
        return sum(each["amount_minor"] for each in self.earlier_payments or ())


@dataclass(frozen=True, slots=True)
class StatedFreight:
    """What a buyer says of the freight when the goods are sent."""

    amount_minor: int
    currency: str
    evidence: list[str]
