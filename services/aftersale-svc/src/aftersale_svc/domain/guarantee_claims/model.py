"""Claims on a guarantee. Money is in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aftersale_svc.domain.guarantee_claims.codes import (
    GuaranteeFailure,
    GuaranteeKind,
    GuaranteeOrigin,
    GuaranteeRefusal,
    GuaranteeState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeClaim:
    """What a buyer is to be paid from a guarantee (保障单), beside a case.

    `refund_id` is the failed refund that the merchant's deposit covers; while the claim lives and once it is paid, that case gets no
    other refund. `merchant_silent`: the merchant let its time pass. `decided_by` approved it; somebody else pays. The reference
    of the payment stays in this database. `party_ids` are the parties, and who has acted for one of them. `settings` has the version of
    the insurance, as `used` has it.
    """

    id: str
    version: int
    kind: GuaranteeKind
    case_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    refund_id: str | None = None
    dispute_id: str | None = None
    origin: GuaranteeOrigin
    opened_by: str
    state: GuaranteeState
    whose_turn: str
    deadline_at: datetime | None
    merchant_silent: bool = False
    evidence: list[str]
    evidence_requests: int = 0
    claimed_minor: int
    owed_minor: int | None = None
    currency: str
    decided_by: str | None = None
    refusal: GuaranteeRefusal | None = None
    failure: GuaranteeFailure | None = None
    payment_reference: str | None = None
    paid_by: str | None = None
    paid_at: datetime | None = None
    party_ids: list[str] = field(default_factory=list)
    settings: list[dict[str, Any]] | None = None  # Any: JSON
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class GuaranteeRequest:
    """What is said when a claim is opened. Without an amount: all of the failed refund."""

    kind: GuaranteeKind
    amount_minor: int | None
    currency: str | None
    evidence: list[str]
    note: str | None


@dataclass(frozen=True, slots=True)
class GuaranteeTotal:
    """What one guarantee has paid for a merchant, and what is still claimed or owed, in minor units of `currency`."""

    merchant_id: str
    kind: GuaranteeKind
    currency: str
    paid: int
    paid_minor: int
    open: int
    open_minor: int
