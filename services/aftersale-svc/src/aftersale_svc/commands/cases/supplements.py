"""Asking the buyer for more, and what comes of it. The time of the review stops meanwhile."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import SupplementEnded, SupplementRequested, SupplementSubmitted, digest

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import rule_reviews
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.supplements.errors import SupplementEmpty, SupplementsUsedUp
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings


async def request(tx: Transaction[Settings], case_id: str, *, missing: str) -> FullCase:
    """Ask the buyer for evidence or words, as the merchant or an agent who reviews the request.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, RefundDecided: see CASE.
        SupplementsUsedUp: the buyer was asked as often as the settings permit.
    """
    full = await locking.case(tx, case_id)
    moved = apply(full, CaseAction.REQUEST_SUPPLEMENT, tx)
    most = tx.settings.supplement_rounds
    if full.case.supplement_rounds >= most:
        raise SupplementsUsedUp(most=most)
    asked = replace(moved, case=replace(moved.case, supplement_rounds=full.case.supplement_rounds + 1))
    event = SupplementRequested(
        **case_fields(tx, asked.case),
        round=asked.case.supplement_rounds,
        missing_hash=digest(missing),
        deadline_at=asked.case.deadline_at,
    )
    return await effects.save(tx, full, asked, CaseAction.REQUEST_SUPPLEMENT, event, note=missing)


async def submit(
    tx: Transaction[Settings], case_id: str, *, evidence: Sequence[str] = (), note: str | None = None
) -> FullCase:
    """Supply what was asked for, as the buyer: those who asked review on, or a rule of the merchant decides.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed: see CASE.
        SupplementEmpty: there is neither evidence nor a word.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full, order = await locking.case_to_review(tx, case_id)
    moved = apply(full, CaseAction.SUBMIT_SUPPLEMENT, tx)
    if not evidence and not note:
        raise SupplementEmpty(pointer="/evidence")
    await cited_evidence.check(tx, full.case.order_id, evidence)
    case = moved.case
    new = [each for each in evidence if each not in case.evidence]
    supplied = replace(moved, case=replace(case, evidence=[*case.evidence, *new]))
    event = SupplementSubmitted(
        **case_fields(tx, supplied.case),
        round=case.supplement_rounds,
        text_hash=digest(note) if note else None,
        deadline_at=supplied.case.deadline_at,
        evidence=tuple(evidence),
    )
    saved = await effects.save(tx, full, supplied, CaseAction.SUBMIT_SUPPLEMENT, event, note=note, evidence=evidence)
    return await rule_reviews.again(tx, saved, order)


@case_timer(CaseAction.END_SUPPLEMENT)
async def end_locked(tx: Transaction[Settings], full: FullCase, _: Order) -> FullCase:
    """Review a locked case on without what was asked for: the buyer's time has passed.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    moved = apply(full, CaseAction.END_SUPPLEMENT, tx)
    event = SupplementEnded(
        **case_fields(tx, moved.case), round=moved.case.supplement_rounds, deadline_at=moved.case.deadline_at
    )
    return await effects.save(tx, full, moved, CaseAction.END_SUPPLEMENT, event)
