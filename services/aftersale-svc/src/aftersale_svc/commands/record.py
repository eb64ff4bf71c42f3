"""How a change is written down: the row, its events, a line in the timeline of its case."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import Event, TraceFields

from aftersale_svc.domain.model import Case, Dispute, Entry
from aftersale_svc.tables.cases import CASES, ENTRIES
from aftersale_svc.tables.disputes import DISPUTES


class AboutCase(TraceFields):
    """What every event of a case says."""

    case_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    case_type: str
    state: str


class AboutDispute(TraceFields):
    """What every event of a dispute says."""

    dispute_id: str
    case_id: str
    order_id: str
    complaint_id: str
    buyer_id: str
    merchant_id: str
    state: str


def about(tx: Transaction, case: Case) -> AboutCase:
    """Five of the six answers (the matter is the event's own) and the case they belong to."""
    return AboutCase(
        affected_party=case.buyer_id,
        applicant=case.applicant_id,
        handler=tx.actor.id,
        time=tx.now,
        result=case.state,
        case_id=case.id,
        order_id=case.order_id,
        buyer_id=case.buyer_id,
        merchant_id=case.merchant_id,
        case_type=case.type,
        state=case.state,
    )


def about_dispute(tx: Transaction, dispute: Dispute) -> AboutDispute:
    """Five of the six answers and the dispute they belong to; the buyer is who complained."""
    return AboutDispute(
        affected_party=dispute.buyer_id,
        applicant=dispute.buyer_id,
        handler=tx.actor.id,
        time=tx.now,
        result=dispute.state,
        dispute_id=dispute.id,
        case_id=dispute.case_id,
        order_id=dispute.order_id,
        complaint_id=dispute.complaint_id,
        buyer_id=dispute.buyer_id,
        merchant_id=dispute.merchant_id,
        state=dispute.state,
    )


async def save(tx: Transaction, case: Case, action: str | None, *events: Event, note: str | None = None) -> Case:
    """Save the changed case with its events, and note the step in its timeline; None notes nothing.

    A case that enters a state is saved by `effects.enter`.
    """
    saved = await tx.save(CASES, case, *events)
    if action is not None:
        await note_down(tx, case, action, note)
    return saved


async def save_dispute(
    tx: Transaction,
    dispute: Dispute,
    action: str,
    *events: Event,
    note: str | None = None,
    evidence: Sequence[str] = (),
) -> Dispute:
    """Save the changed dispute, told by its events, and note it in the timeline of its case."""
    saved = await tx.save(DISPUTES, dispute, *events)
    await note_down(tx, dispute, action, note, evidence)
    return saved


async def note_down(
    tx: Transaction, of: Case | Dispute, action: str, note: str | None = None, evidence: Sequence[str] = ()
) -> None:
    """A line in the timeline; its words stay in this database."""
    case_id, dispute_id = (of.case_id, of.id) if isinstance(of, Dispute) else (of.id, None)
    entry = Entry(
        id=tx.new_id("step"),
        case_id=case_id,
        dispute_id=dispute_id,
        at=tx.now,
        actor_id=tx.actor.id,
        actor_role=tx.actor.role,
        action=action,
        state=of.state,
        note=note,
        evidence=list(evidence),
    )
    await tx.insert(ENTRIES, entry)
