"""Rights protection: a complaint stops the case, both sides speak, and the end lets it go on."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound
from aftercare_events import (
    AfterSaleFrozen,
    AfterSaleResumed,
    ComplaintOpened,
    DisputeAnswered,
    DisputeEscalated,
    DisputeOpened,
    DisputeWithdrawn,
    EvidenceAdded,
)

from aftersale_svc.commands import effects, holding, orders, stages
from aftersale_svc.commands.record import about, about_dispute, note_down, save_dispute
from aftersale_svc.domain import holds, lifecycle, policy
from aftersale_svc.domain.codes import OrderState
from aftersale_svc.domain.lifecycle import Action, DisputeAction
from aftersale_svc.domain.model import Case, Dispute, DisputeState, Order, State
from aftersale_svc.domain.occasions import NOBODY
from aftersale_svc.tables.cases import LINES_OF
from aftersale_svc.tables.disputes import DISPUTES
from aftersale_svc.tables.orders import HOLDS


async def open_(tx: Transaction, event: ComplaintOpened) -> None:
    """A complaint about a case that can still be stopped becomes a dispute; every other stays with customer service."""
    found = await _case_of(tx, event)
    if found is None or not await _stoppable(tx, *found):
        return
    case, order = found
    dispute = lifecycle.opened_dispute(_new(tx, case, event), tx)
    frozen = replace(lifecycle.move(case, Action.FREEZE, tx), frozen_state=case.state, dispute_id=dispute.id)
    told = DisputeOpened(
        **about_dispute(tx, dispute),
        category=dispute.category,
        deadline_at=dispute.deadline_at,
        evidence=tuple(dispute.evidence),
    )
    await tx.create(DISPUTES, dispute, told)
    await note_down(tx, dispute, "open", evidence=dispute.evidence)
    await effects.enter(tx, frozen, Action.FREEZE, AfterSaleFrozen(**about(tx, frozen), dispute_id=dispute.id))
    if case.state is State.CLOSED:
        await stages.restage(tx, order)  # a closed case was passed over when its units left


async def answer(tx: Transaction, dispute_id: str, text: str, evidence: Sequence[str] = ()) -> Dispute:
    """The merchant's side of it; the platform reviews next."""
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = lifecycle.move_dispute(dispute, DisputeAction.ANSWER, tx)
    answered = replace(moved, answer=text, answered_at=tx.now, evidence=[*dispute.evidence, *evidence])
    told = DisputeAnswered(**about_dispute(tx, answered), text_hash=policy.digest(text), evidence=tuple(evidence))
    return await save_dispute(tx, answered, DisputeAction.ANSWER, told, note=text, evidence=evidence)


async def add_evidence(tx: Transaction, dispute_id: str, evidence: Sequence[str], note: str | None = None) -> Dispute:
    """Either side adds what supports it, by its hash."""
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = lifecycle.move_dispute(dispute, DisputeAction.ADD_EVIDENCE, tx)
    added = replace(moved, evidence=[*dispute.evidence, *evidence])
    told = EvidenceAdded(**about_dispute(tx, added), by=tx.actor.role, evidence=tuple(evidence))
    return await save_dispute(tx, added, DisputeAction.ADD_EVIDENCE, told, note=note, evidence=evidence)


async def withdraw(tx: Transaction, dispute_id: str, note: str | None = None) -> Dispute:
    """The buyer takes it back; the case goes on where it stood."""
    case, order = await holding.disputed_case_and_order(tx, dispute_id)
    dispute = await tx.lock(DISPUTES, dispute_id)
    withdrawn = lifecycle.move_dispute(dispute, DisputeAction.WITHDRAW, tx)
    await release(tx, case, order)
    done = DisputeWithdrawn(**about_dispute(tx, withdrawn))
    return await save_dispute(tx, withdrawn, DisputeAction.WITHDRAW, done, note=note)


async def release(tx: Transaction, case: Case, order: Order) -> Case:
    """The dispute lets go of the case: it goes on where it stood, or ends with its cancelled order."""
    if order.state is OrderState.CANCELLED:
        return await orders.end_case(tx, case)
    resumed = lifecycle.resume(case, tx)
    told = AfterSaleResumed(**about(tx, resumed), dispute_id=case.dispute_id or "", deadline_at=resumed.deadline_at)
    return await effects.enter(tx, resumed, None, told)


async def escalate(tx: Transaction, dispute_id: str) -> None:
    """Time ran out: the merchant's silence counts against it, the platform's own is called out."""
    dispute = await tx.lock(DISPUTES, dispute_id)
    if dispute.deadline_at is None or dispute.deadline_at > tx.now:
        return
    escalated = lifecycle.move_dispute(dispute, DisputeAction.ESCALATE, tx)
    silent = dispute.state is DisputeState.AWAIT_MERCHANT_ANSWER
    cause = "merchant_silent" if silent else "platform_late"
    told = DisputeEscalated(**about_dispute(tx, escalated), cause=cause)
    await save_dispute(tx, escalated, DisputeAction.ESCALATE, told)


async def _case_of(tx: Transaction, event: ComplaintOpened) -> tuple[Case, Order] | None:
    if event.case_id is None:
        return None
    try:
        case, order = await holding.case_and_order(tx, event.case_id)
    except NotFound:
        return None
    return (case, order) if case.buyer_id == event.buyer_id else None  # nobody stops another buyer's case


async def _stoppable(tx: Transaction, case: Case, order: Order) -> bool:
    if not lifecycle.possible(case, Action.FREEZE, tx.actor):
        return False
    if not policy.disputable(case, order, tx.now, tx.settings.dispute_window_hours):
        return False
    return case.state is not State.CLOSED or await _units_free(tx, case)


async def _units_free(tx: Transaction, case: Case) -> bool:
    """A closed case holds nothing; to be judged it has to hold its units again, and another may have them by now."""
    known = await tx.all(HOLDS, order_id=case.order_id)
    lines = await tx.all(LINES_OF, case_id=case.id)
    return policy.still_free(lines, {standing.line_id: standing for standing in holds.standings(known)})


def _new(tx: Transaction, case: Case, event: ComplaintOpened) -> Dispute:
    return Dispute(
        id=tx.new_id("dsp"),
        version=0,
        case_id=case.id,
        order_id=case.order_id,
        complaint_id=event.complaint_id,
        buyer_id=case.buyer_id,
        merchant_id=case.merchant_id,
        category=event.category,
        state=DisputeState.AWAIT_MERCHANT_ANSWER,
        whose_turn=NOBODY,
        deadline_at=None,
        evidence=[event.text_hash],
        currency=case.currency,
        created_at=tx.now,
        updated_at=tx.now,
    )
