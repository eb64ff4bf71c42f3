"""How a change of a claim is recorded: the fields that its events share, and its step in the claim's own history.

The timeline of the case does not have these steps: buyers read it.
"""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import NOBODY
from aftercare_events import TraceFields, trace_fields

from aftersale_svc.domain.claims.model import Claim, ClaimStep
from aftersale_svc.settings import Settings
from aftersale_svc.tables.claims.claims import CLAIM_STEPS


class ClaimFields(TraceFields):
    """What every event of a claim carries."""

    claim_id: str
    kind: str
    case_id: str
    order_id: str
    merchant_id: str
    buyer_id: str | None
    state: str
    terminal: bool


def claim_fields(tx: Transaction[Settings], claim: Claim) -> ClaimFields:
    """The fields of an event of this claim, after its change."""
    party = claim.buyer_id or claim.merchant_id
    return ClaimFields(
        **trace_fields(tx, affected_party=party, applicant=claim.opened_by, result=claim.state),
        claim_id=claim.id,
        kind=claim.kind,
        case_id=claim.case_id,
        order_id=claim.order_id,
        merchant_id=claim.merchant_id,
        buyer_id=claim.buyer_id or None,
        state=claim.state,
        terminal=claim.whose_turn == NOBODY,
    )


async def record_claim_step(
    tx: Transaction[Settings],
    claim: Claim,
    action: str,
    note: str | None = None,
    evidence: Sequence[str] = (),
    decision_id: str | None = None,
) -> None:
    """Add a step to the history of a claim, with the decision that was taken with it; its texts stay in this database."""
    step = ClaimStep(
        id=tx.new_id("step"),
        claim_id=claim.id,
        at=tx.now,
        actor_id=tx.actor.id,
        actor_role=tx.actor.role,
        action=action,
        state=claim.state,
        note=note,
        evidence=list(evidence),
        decision_id=decision_id,
    )
    await tx.insert(CLAIM_STEPS, step)
