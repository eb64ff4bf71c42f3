"""Questions about units of an order: answer them, ask again, and end them once they are answered."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import AfterSaleCompleted, ConsultationAnswered, ConsultationContinued, digest

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings


async def answer(tx: Transaction[Settings], case_id: str, *, text: str, evidence: Sequence[str] = ()) -> FullCase:
    """Answer the question; the buyer may ask again, or be content.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full = await locking.case(tx, case_id)
    answered = apply(full, CaseAction.ANSWER, tx)
    await cited_evidence.check(tx, full.case.order_id, evidence)
    event = ConsultationAnswered(
        **case_fields(tx, answered.case),
        text_hash=digest(text),
        deadline_at=answered.case.deadline_at,
        evidence=tuple(evidence),
    )
    return await effects.save(tx, full, answered, CaseAction.ANSWER, event, note=text, evidence=evidence)


async def ask_again(tx: Transaction[Settings], case_id: str, *, text: str, evidence: Sequence[str] = ()) -> FullCase:
    """Ask more about what was answered.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full = await locking.case(tx, case_id)
    asked = apply(full, CaseAction.ASK_AGAIN, tx)
    await cited_evidence.check(tx, full.case.order_id, evidence)
    event = ConsultationContinued(
        **case_fields(tx, asked.case),
        text_hash=digest(text),
        deadline_at=asked.case.deadline_at,
        evidence=tuple(evidence),
    )
    return await effects.save(tx, full, asked, CaseAction.ASK_AGAIN, event, note=text, evidence=evidence)


async def resolve(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """End a question that was answered.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    return await _resolve(tx, await locking.case(tx, case_id), note)


@case_timer(CaseAction.RESOLVE)
async def resolve_locked(tx: Transaction[Settings], full: FullCase, _: Order) -> FullCase:
    """End a question of a locked case: the buyer had the time to ask again.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    return await _resolve(tx, full)


async def _resolve(tx: Transaction[Settings], full: FullCase, note: str | None = None) -> FullCase:
    resolved = apply(full, CaseAction.RESOLVE, tx)
    event = AfterSaleCompleted(
        **case_fields(tx, resolved.case), refunded_minor=0, currency=resolved.case.currency, lines=()
    )
    return await effects.save(tx, full, resolved, CaseAction.RESOLVE, event, note=note)
