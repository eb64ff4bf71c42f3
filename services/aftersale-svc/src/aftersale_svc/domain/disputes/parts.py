"""What belongs to a dispute besides its row."""

from dataclasses import dataclass, field
from datetime import datetime

from aftersale_svc.domain.cases.codes import Money
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.disputes.appeals import Appeal, Entry
from aftersale_svc.domain.disputes.costs import DisputeCost
from aftersale_svc.domain.disputes.debts import DebtEntry
from aftersale_svc.domain.disputes.evidence import EvidenceRound
from aftersale_svc.domain.disputes.lab_tests import LabTest
from aftersale_svc.domain.disputes.proposals import Proposal
from aftersale_svc.domain.disputes.sanctions import RecommendedSanction


@dataclass(frozen=True, slots=True)
class MoneyByCase:
    """What goes back in a case that goes on by a verdict or a settlement, in minor units: `expected`, None where no money follows from it, and
    what has been paid."""

    expected_minor: int | None
    refunded_minor: int
    currency: str


def money_by_case(full: FullCase) -> MoneyByCase:
    """What goes back in this case: what a refund of it gives, else what is asked for; nothing where it has ended without."""
    case, expected = full.case, None
    if full.refund is not None:
        expected = case.paid_before_minor + full.refund.amount.total_minor
    elif TYPES[case.type].money is Money.REFUND:
        asked = case.requested_minor + case.shipping_refund_minor if case.agreed_minor is None else case.agreed_minor
        expected = 0 if case.state in ENDED else asked
    return MoneyByCase(expected, full.refunded_minor, case.currency)


@dataclass(frozen=True, slots=True)
class PaymentTurn:
    """Whose turn it is in the case whose money is being paid, and until when. An agent's: the refund has failed."""

    whose_turn: str
    deadline_at: datetime | None


@dataclass(frozen=True, slots=True)
class DisputeParts:
    """What belongs to one dispute, in order. `by_case` is what goes back in its case, where that goes on by what was decided or agreed on,
    `payment` is read while what was decided or agreed on is being paid."""

    rounds: list[EvidenceRound]
    proposals: list[Proposal]
    costs: list[DisputeCost]
    sanctions: list[RecommendedSanction]
    appeals: list[Appeal]
    entries: list[Entry]
    debts: list[DebtEntry]
    tests: list[LabTest] = field(default_factory=list)
    steps: list[TimelineStep] = field(default_factory=list)
    by_case: MoneyByCase | None = None
    payment: PaymentTurn | None = None

    @property
    def costs_in_force(self) -> list[DisputeCost]:
        """The costs of the verdict that holds."""
        reversed_ = {each.reverses for each in self.costs}
        return [each for each in self.costs if each.reverses is None and each.id not in reversed_]
