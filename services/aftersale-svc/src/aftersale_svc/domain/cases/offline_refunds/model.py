"""What is stated of a refund outside the payment provider. Money is in minor units of the case's currency; times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime

from aftersale_svc.domain.cases.offline_refunds.codes import OfflineRefundMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineRefund:
    """The statement, made last in a case, that the money of a refused refund was given back outside the provider.

    `refund_id` is the id of the refund that it becomes once it is confirmed; no other refund has it. `failed_refund_id` is the refused
    one, whose amount it has. `reference` is by which both sides find the payment, `evidence` the hashes of its proof.
    """

    case_id: str
    refund_id: str
    failed_refund_id: str
    amount_minor: int
    method: OfflineRefundMethod
    reference: str
    evidence: list[str]
    stated_by: str
    stated_at: datetime
    confirmed_at: datetime | None = None
    denied_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it, and it was not taken back."""
        return self.confirmed_at is None and self.denied_at is None and self.withdrawn_at is None
