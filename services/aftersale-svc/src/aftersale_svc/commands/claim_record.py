"""How a change of a claim is recorded: the fields that its events share, and its step in the claim's own history.

The timeline of the case does not have these steps: buyers read it.
"""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import TraceFields, trace_fields

from aftersale_svc.domain.claims import ClaimKind, ClaimStep
from aftersale_svc.domain.courier_claims.lifecycle import COURIER_CLAIM
from aftersale_svc.domain.courier_claims.model import CourierClaim
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE_CLAIM
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim
from aftersale_svc.settings import Settings
from aftersale_svc.tables.claims import CLAIM_STEPS

Claim = CourierClaim | GuaranteeClaim
"""A claim of any kind."""


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
    guarantee = claim if isinstance(claim, GuaranteeClaim) else None
    buyer_id = guarantee.buyer_id if guarantee else None
    return ClaimFields(
        **trace_fields(tx, affected_party=buyer_id or claim.merchant_id, applicant=claim.opened_by, result=claim.state),
        claim_id=claim.id,
        kind=guarantee.kind if guarantee else ClaimKind.COURIER,
        case_id=claim.case_id,
        order_id=claim.order_id,
        merchant_id=claim.merchant_id,
        buyer_id=buyer_id,
        state=claim.state,
        terminal=claim.state in (GUARANTEE_CLAIM.ends if guarantee else COURIER_CLAIM.ends),
    )


async def record_claim_step(
    tx: Transaction[Settings], claim: Claim, action: str, note: str | None = None, evidence: Sequence[str] = ()
) -> None:
    """Add a step to the history of a claim; its texts stay in this database."""
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
    )
    await tx.insert(CLAIM_STEPS, step)
