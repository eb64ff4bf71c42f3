"""What belongs to a dispute besides its row."""

from dataclasses import dataclass, field

from aftersale_svc.domain.cases.model import TimelineStep
from aftersale_svc.domain.disputes.appeals import Appeal, Entry
from aftersale_svc.domain.disputes.costs import DisputeCost
from aftersale_svc.domain.disputes.debts import DebtEntry
from aftersale_svc.domain.disputes.evidence import EvidenceRound
from aftersale_svc.domain.disputes.lab_tests import LabTest
from aftersale_svc.domain.disputes.proposals import Proposal
from aftersale_svc.domain.disputes.sanctions import RecommendedSanction


@dataclass(frozen=True, slots=True)
class DisputeParts:
    """What belongs to one dispute, in order."""

    rounds: list[EvidenceRound]
    proposals: list[Proposal]
    costs: list[DisputeCost]
    sanctions: list[RecommendedSanction]
    appeals: list[Appeal]
    entries: list[Entry]
    debts: list[DebtEntry]
    tests: list[LabTest] = field(default_factory=list)
    steps: list[TimelineStep] = field(default_factory=list)

    @property
    def costs_in_force(self) -> list[DisputeCost]:
        """The costs of the verdict that holds."""
        reversed_ = {each.reverses for each in self.costs}
        return [each for each in self.costs if each.reverses is None and each.id not in reversed_]
