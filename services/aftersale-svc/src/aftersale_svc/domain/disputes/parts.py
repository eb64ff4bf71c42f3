"""What belongs to a dispute besides its row."""

from dataclasses import dataclass

from aftersale_svc.domain.disputes.evidence import EvidenceRound
from aftersale_svc.domain.disputes.proposals import Proposal


@dataclass(frozen=True, slots=True)
class DisputeParts:
    """What belongs to one dispute, in order."""

    rounds: list[EvidenceRound]
    proposals: list[Proposal]
