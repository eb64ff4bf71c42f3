"""What belongs to a dispute besides its row."""

from dataclasses import dataclass

from aftersale_svc.domain.disputes.costs import DisputeCost
from aftersale_svc.domain.disputes.evidence import EvidenceRound
from aftersale_svc.domain.disputes.proposals import Proposal
from aftersale_svc.domain.disputes.sanctions import RecommendedSanction


@dataclass(frozen=True, slots=True)
class DisputeParts:
    """What belongs to one dispute, in order."""

    rounds: list[EvidenceRound]
    proposals: list[Proposal]
    costs: list[DisputeCost]
    sanctions: list[RecommendedSanction]
