"""How a change is recorded: the fields that its events share, the dispute's row, and the step in the case's timeline."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCancelled,
    AfterSaleEscalated,
    Event,
    SettingUsed,
    ShippedLine,
    TraceFields,
    trace_fields,
)

from aftersale_svc.commands.evidence import evidence_reuse
from aftersale_svc.commands.step_details import details_of
from aftersale_svc.domain.cases.model import Case, CaseLine
from aftersale_svc.domain.cases.outcome_reasons import outcome_of, unexplained
from aftersale_svc.domain.cases.outcomes import goods_outcome, money_outcome
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.cases.types import ENDED
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.permissions import with_actor
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import STEPS
from aftersale_svc.tables.disputes.disputes import DISPUTES


class CaseFields(TraceFields):
    """What every event of a case carries."""

    case_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    case_type: str
    state: str
    terminal: bool
    goods: str
    money: str


class DisputeFields(TraceFields):
    """What every event of a dispute carries."""

    dispute_id: str
    case_id: str
    order_id: str
    complaint_id: str
    buyer_id: str
    merchant_id: str
    state: str
    terminal: bool


def case_fields(tx: Transaction[Settings], case: Case) -> CaseFields:
    """The fields of an event of this case, after its change."""
    return CaseFields(
        **trace_fields(tx, affected_party=case.buyer_id, applicant=case.applicant_id, result=case.state),
        case_id=case.id,
        order_id=case.order_id,
        buyer_id=case.buyer_id,
        merchant_id=case.merchant_id,
        case_type=case.type,
        state=case.state,
        terminal=case.state in ENDED,
        goods=goods_outcome(case),
        money=money_outcome(case),
    )


def settings_used(found: Sequence[Mapping[str, Any]] | None) -> tuple[SettingUsed, ...] | None:  # Any: JSON
    """The settings of the merchant that something was decided by, as its event carries them."""
    return tuple(SettingUsed(**each) for each in found) if found else None


def shipped_lines(lines: Sequence[CaseLine]) -> tuple[ShippedLine, ...]:
    """All units of these lines, as what a parcel holds."""
    return tuple(ShippedLine(line_id=line.line_id, quantity=line.quantity) for line in lines)


def dispute_fields(tx: Transaction[Settings], dispute: Dispute) -> DisputeFields:
    """The fields of an event of this dispute, after its change; the applicant is who opened it."""
    return DisputeFields(
        **trace_fields(
            tx, affected_party=dispute.buyer_id, applicant=dispute.opened_by or dispute.buyer_id, result=dispute.state
        ),
        dispute_id=dispute.id,
        case_id=dispute.case_id,
        order_id=dispute.order_id,
        complaint_id=dispute.complaint_id,
        buyer_id=dispute.buyer_id,
        merchant_id=dispute.merchant_id,
        state=dispute.state,
        terminal=dispute.state in DISPUTE.ends,
    )


async def save_dispute(
    tx: Transaction[Settings],
    dispute: Dispute,
    action: str,
    *events: Event,
    note: str | None = None,
    evidence: Sequence[str] = (),
) -> Dispute:
    """Save the changed dispute with its events, and record the step in the timeline of its case."""
    dispute = replace(dispute, party_ids=with_actor(dispute.party_ids, tx.actor))
    saved = await tx.save(DISPUTES, dispute, *events)
    await record_step(tx, dispute, action, note, evidence, events=events)
    return saved


def decision_in(events: Iterable[Event]) -> str | None:
    """The decision that one of these events publishes."""
    return next((found for each in events if (found := getattr(each, "decision_id", None)) is not None), None)


def reason_of(
    tx: Transaction[Settings], before: Case, after: Case, action: str, events: Iterable[Event], note: str | None
) -> str | None:
    """The code of why a change has rejected, closed, cancelled or handed over the case, or granted a part, where it has one.

    Of what is decided for others without a word it is `unspecified`.
    """
    given = next((found for each in events if (found := _given(each)) is not None), None)
    return outcome_of(before, after) or given or unexplained(action, tx.actor.role, note)


def _given(event: Event) -> str | None:
    """The reason that somebody has given for what the event is about."""
    if isinstance(event, AfterSaleApproved):
        return event.reduction_reason
    return event.reason if isinstance(event, AfterSaleEscalated | AfterSaleCancelled) else None


async def record_step(
    tx: Transaction[Settings],
    of: Case | Dispute,
    action: str,
    note: str | None = None,
    evidence: Sequence[str] = (),
    reason: str | None = None,
    decision_id: str | None = None,
    events: Sequence[Event] = (),
    on_behalf_of: str | None = None,
) -> None:
    """Add a step to the timeline of a case, with `reason_of` it, and its decision; its texts stay in this database. `on_behalf_of` is the
    buyer for whom an agent has taken it."""
    taken = step(tx, of, action, note, evidence, decision_id, events)
    await tx.insert(STEPS, replace(taken, reason=reason, on_behalf_of=on_behalf_of))
    evidence_reuse.note_cited(tx, of, evidence)


def step(
    tx: Transaction[Settings],
    of: Case | Dispute,
    action: str,
    note: str | None = None,
    evidence: Sequence[str] = (),
    decision_id: str | None = None,
    events: Sequence[Event] = (),
) -> TimelineStep:
    """A step that is taken now with these events, perhaps by a decision; steps are sorted by their ids."""
    case_id, dispute_id = (of.case_id, of.id) if isinstance(of, Dispute) else (of.id, None)
    return TimelineStep(
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
        decision_id=decision_id or decision_in(events),
        details=details_of(of, events),
    )
