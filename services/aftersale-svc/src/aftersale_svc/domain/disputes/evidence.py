"""Requests for evidence: what the arbitrator misses, of whom, and who has submitted it."""

from dataclasses import dataclass
from datetime import datetime

from aftersale_svc.domain.disputes.model import EvidenceParty

MOST_ADDED = 100
"""How many pieces of evidence one side may add of its own accord: the verdict's event names all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRound:
    """One request for evidence. `missing` is what the arbitrator misses, in words that stay in this database."""

    dispute_id: str
    number: int
    asked_of: EvidenceParty
    missing: str
    asked_by: str
    asked_at: datetime
    deadline_at: datetime
    submitted: list[str]
    ended_at: datetime | None = None
