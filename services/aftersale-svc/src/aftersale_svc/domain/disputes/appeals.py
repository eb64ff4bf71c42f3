"""Appeals against verdicts: what each side says, what became of it, and what a replaced verdict leaves open.

Money is in minor units of `currency`; times are aware, UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftersale_svc.domain.disputes.model import DisputeSide


class AppealOutcome(StrEnum):
    """What was decided about an appeal."""

    CONFIRMED = "confirmed"
    REPLACED = "replaced"


class EntryDirection(StrEnum):
    """Who owes whom what a replaced verdict leaves open."""

    BUYER_OWES = "buyer_owes"
    BUYER_IS_OWED = "buyer_is_owed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """The appeal of one side. Its grounds stay in this database; events carry their hash. `outcome` None: not decided yet."""

    dispute_id: str
    side: DisputeSide
    appealed_by: str
    appealed_at: datetime
    grounds: str
    evidence: list[str]
    outcome: AppealOutcome | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a replaced verdict has paid too much; by earlier builds also too little. It is never changed, and no money moves by it."""

    dispute_id: str
    direction: EntryDirection
    amount_minor: int
    currency: str
    recorded_at: datetime
