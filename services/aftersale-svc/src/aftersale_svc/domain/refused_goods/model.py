"""Claims to refused goods. Money is in minor units of `currency`; times are aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aftersale_svc.domain.cases.refused_goods.codes import NothingOwedReason, RefusedGoodsState
from aftersale_svc.domain.claims.model import ClaimKind


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedGoodsClaim:
    """What a merchant owes the buyer of goods that it has refused, or that came late: the goods, in one parcel, or their worth where they are lost.

    `lines` are the units, each with `line_id` and `quantity`; `claimed_minor` is what was paid for them, the most that a compensation
    can be. `carrier` and `waybill_no` are those of the parcel that is under way, None where the goods are with the merchant;
    `scanned_at` is when a courier had it first, by its own clock, and `contested_at` when the buyer reported that it was not received.
    `owed_minor` is the compensation that was decided, by `decided_by`; `proposed_minor` one that `proposed_by` wants, and another agent has
    to confirm. The reference of its payment stays in this database.
    `party_ids` are the parties of its case, and who has acted for one of them.
    """

    id: str
    version: int
    case_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    opened_by: str
    state: RefusedGoodsState
    whose_turn: str
    deadline_at: datetime | None
    lines: list[dict[str, Any]]  # Any: JSON
    carrier: str | None = None
    waybill_no: str | None = None
    sent_at: datetime | None = None
    scanned_at: datetime | None = None
    delivered_at: datetime | None = None
    contested_at: datetime | None = None
    evidence: list[str]
    claimed_minor: int
    owed_minor: int | None = None
    currency: str
    decided_by: str | None = None
    proposed_minor: int | None = None
    proposed_by: str | None = None
    reason: NothingOwedReason | None = None
    payment_reference: str | None = None
    party_ids: list[str] = field(default_factory=list)
    created_at: datetime
    updated_at: datetime

    @property
    def kind(self) -> ClaimKind:
        """What is claimed."""
        return ClaimKind.REFUSED_GOODS

    @property
    def units(self) -> Mapping[str, int]:
        """The units, by line."""
        return {each["line_id"]: each["quantity"] for each in self.lines}
