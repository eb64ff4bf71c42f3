"""How a dispute is opened: by a complaint, by the buyer in the case itself, or by the platform. It stops the case."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import NOBODY
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import NotFound
from aftercare_events import AfterSaleFrozen, ComplaintOpened, DisputeOpened, Event, digest

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import case_fields, dispute_fields, record_step
from aftersale_svc.domain.cases.full_case import PLATFORM, CaseFacts, FullCase
from aftersale_svc.domain.cases.guards import disputable_from
from aftersale_svc.domain.cases.lifecycle import apply, permits
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.cases.policy import in_dispute_window
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeOrigin, Opening
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.permissions import with_actor
from aftersale_svc.settings import Settings
from aftersale_svc.tables.disputes.disputes import DISPUTES
from aftersale_svc.tables.disputes.withdrawn_disputes import with_disputes_left
from aftersale_svc.tables.money.holders import with_holders


async def complaint_opened(tx: Transaction[Settings], event: ComplaintOpened) -> None:
    """Open a dispute about the case that a complaint names, if it can be stopped; else customer service goes on alone."""
    if event.dispute_id is not None:
        return  # customer service has registered it for a dispute that was opened here
    found = await _case_of(tx, event)
    if found is None:
        return
    full, order = found
    if await _is_appealed(tx, full):
        return
    [full] = await with_disputes_left(tx, await with_holders(tx, [full]), tx.now)
    facts = _facts(tx, full, order)
    if not permits(full, CaseAction.FREEZE, tx, facts):
        return
    frozen = apply(full, CaseAction.FREEZE, tx, facts)
    dispute = _new(tx, full.case, event.complaint_id, Opening(event.category, "", [event.text_hash]))
    await _open(tx, full, frozen, DISPUTE.start(dispute, tx), CaseAction.FREEZE)


async def open_(tx: Transaction[Settings], case_id: str, *, opening: Opening) -> Dispute:
    """Open a dispute as the buyer, where the case was rejected or somebody is late, or as the platform, in any open case.

    Customer service registers a complaint for it, with the id that the dispute names.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, OrderWasCancelled, VerdictInExecution, NotStalled, DisputedTooOften: see CASE.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    [full] = await with_disputes_left(tx, [full], tx.now)
    case, by_platform = full.case, tx.actor.role in PLATFORM
    since = disputable_from(case)
    overdue = since is not None and since <= tx.now
    facts = CaseFacts(full=full, order=order, by_platform=by_platform, overdue=overdue, actor=tx.actor)
    frozen = apply(full, CaseAction.DISPUTE, tx, facts)
    await cited_evidence.check(tx, order.id, opening.evidence)
    dispute, _ = await stop(tx, full, frozen, opening, CaseAction.DISPUTE)
    return dispute


async def stop(
    tx: Transaction[Settings],
    full: FullCase,
    frozen: FullCase,
    opening: Opening,
    action: CaseAction,
    *events: Event,
) -> tuple[Dispute, FullCase]:
    """Open a dispute about a locked case as who acts. `frozen` is the case as `action` has stopped it, with its `events`."""
    dispute = replace(
        _new(tx, full.case, tx.new_id("cmp"), replace(opening, evidence=[digest(opening.text), *opening.evidence])),
        origin=DisputeOrigin.PLATFORM if tx.actor.role in PLATFORM else DisputeOrigin.BUYER,
        opened_by=tx.actor.id,
        text=opening.text,
    )
    return await _open(tx, full, frozen, DISPUTE.start(dispute, tx), action, *events)


async def _open(
    tx: Transaction[Settings],
    full: FullCase,
    frozen: FullCase,
    dispute: Dispute,
    action: CaseAction,
    *events: Event,
) -> tuple[Dispute, FullCase]:
    dispute = replace(
        dispute,
        party_ids=with_actor([*frozen.case.party_ids, *frozen.case.for_buyer_ids], tx.actor),
        decider_ids=await decisions.deciders(tx, frozen.case.id),
    )
    case = replace(frozen.case, dispute_id=dispute.id, frozen_by=dispute.origin, frozen_at=tx.now)
    opened = DisputeOpened(
        **dispute_fields(tx, dispute),
        category=dispute.category,
        deadline_at=dispute.deadline_at,
        evidence=tuple(dispute.evidence),
        origin=dispute.origin,
        text_hash=dispute.evidence[0],
    )
    created = await tx.create(DISPUTES, dispute, opened)
    await record_step(tx, dispute, "open", dispute.text, dispute.evidence)
    event = AfterSaleFrozen(**case_fields(tx, case), dispute_id=dispute.id)
    return created, await effects.save(tx, full, replace(frozen, case=case), action, *events, event)


async def _case_of(tx: Transaction[Settings], event: ComplaintOpened) -> tuple[FullCase, Order] | None:
    if event.case_id is None:
        return None
    try:
        full, order = await locking.case_and_order(tx, event.case_id)
    except NotFound:
        return None
    return (full, order) if full.case.buyer_id == event.buyer_id else None  # not another buyer's case


def _facts(tx: Transaction[Settings], full: FullCase, order: Order) -> CaseFacts:
    """What decides whether a complaint stops the case. An open case holds its units itself."""
    return CaseFacts(
        full=full,
        order=order,
        in_dispute_window=in_dispute_window(full.case, tx.now, tx.settings.dispute_window_hours),
    )


async def _is_appealed(tx: Transaction[Settings], full: FullCase) -> bool:
    """Whether an appeal against the verdict of the last dispute about a closed case is open: it may open the case again."""
    if full.case.state is not CaseState.CLOSED or full.case.dispute_id is None:
        return False
    last = await tx.find(DISPUTES, full.case.dispute_id)
    return last is not None and last.is_appealed


def _new(tx: Transaction[Settings], case: Case, complaint_id: str, opening: Opening) -> Dispute:
    return Dispute(
        id=tx.new_id("dsp"),
        version=0,
        case_id=case.id,
        order_id=case.order_id,
        complaint_id=complaint_id,
        buyer_id=case.buyer_id,
        merchant_id=case.merchant_id,
        category=opening.category,
        state=DISPUTE.initial,
        whose_turn=NOBODY,
        deadline_at=None,
        evidence=opening.evidence,
        currency=case.currency,
        created_at=tx.now,
        updated_at=tx.now,
    )
