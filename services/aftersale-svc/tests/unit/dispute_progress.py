"""What a snapshot of a case keeps of its dispute."""

from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.tables.cases import manual_reviews
from aftersale_svc.tables.disputes import appeals, dispute_parts, lab_tests

PARTS = (
    *(dispute_parts.EVIDENCE_ROUNDS, dispute_parts.PROPOSALS, appeals.APPEALS, appeals.ENTRIES),
    manual_reviews.PROPOSED_DECISIONS,
    lab_tests.LAB_TESTS,
)
"""The tables of which a snapshot keeps any number of rows."""


def judged(dispute: Dispute | None) -> tuple[object, ...] | None:
    """What decides how a dispute can go on. Which amounts were paid and awarded only matters where there is an appeal."""
    if dispute is None:
        return None
    asked = (dispute.evidence_rounds, tuple(dispute.awaited), dispute.proposed_by, dispute.lab_test_id is None)
    sides = tuple(sorted(dispute.appealed_by))
    appealed = (dispute.appealed_in, sides, dispute.final_at is None, dispute.takes_effect)
    paid = (dispute.refunded_minor, dispute.amount_minor) if sides else None
    return dispute.state, dispute.remedy, asked, appealed, paid
