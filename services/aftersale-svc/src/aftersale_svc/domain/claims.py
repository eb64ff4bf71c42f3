"""What claims of every kind have: their history, and how they are listed beside their case."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ClaimKind(StrEnum):
    """Whom money is claimed from."""

    COURIER = "courier"
    FREIGHT_INSURANCE = "freight_insurance"
    MERCHANT_DEPOSIT = "merchant_deposit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStep:
    """One step of a claim: who did what, and the state after it. Its texts stay in this database."""

    id: str
    claim_id: str
    at: datetime
    actor_id: str
    actor_role: str
    action: str
    state: str
    note: str | None
    evidence: list[str]


@dataclass(frozen=True, slots=True)
class ClaimSummary:
    """A claim beside a case: its id, its kind, and how far it is."""

    id: str
    kind: ClaimKind
    state: str
