"""Refunds outside the payment provider, after that has refused one: stated, then confirmed or denied by the buyer, or taken back."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.records import replace
from aftercare_events import (
    AfterSaleEscalated,
    OfflineRefundConfirmed,
    OfflineRefundDenied,
    OfflineRefundStated,
    OfflineRefundWithdrawn,
    digest,
)

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import second_person
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.disputes import openings
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.money import refund_parts, refunds
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import BUYER_KEEPS_GOODS, EscalationCause, RefundAction
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import REFUND, apply, cause, permits
from aftersale_svc.domain.cases.model import CaseAction, CaseState, Refund
from aftersale_svc.domain.cases.offers.policy import cause_now
from aftersale_svc.domain.cases.offline_refunds.codes import OfflineRefundMethod
from aftersale_svc.domain.cases.offline_refunds.errors import NoRefundRefused
from aftersale_svc.domain.cases.offline_refunds.model import OfflineRefund
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.disputes.model import Opening
from aftersale_svc.domain.money.fees import fees_of
from aftersale_svc.domain.money.parts import RefundPart
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings

DENIED = "refund_delayed"
"""What a dispute is about that the buyer opens by a denial."""


async def state(
    tx: Transaction[Settings],
    case_id: str,
    *,
    method: OfflineRefundMethod,
    reference: str,
    evidence: Sequence[str],
    note: str | None = None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    """State that the money of the refused refund was given back outside the provider, all that is still missing. The buyer has to confirm that.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, OrderWasCancelled, NoRefundRefused, RefundCovered: see CASE.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    amount = 0 if full.refund is None else full.refund.amount.total_minor
    _stated(tx, full, order)
    await cited_evidence.check(tx, order.id, evidence, is_required=True)
    if second_person.is_needed(tx, full, amount):
        arguments = {"method": method, "reference": reference, "evidence": list(evidence), "note": note}
        action = CaseAction.STATE_OFFLINE_REFUND
        return await second_person.propose(tx, full, action, amount, arguments, policy=policy)
    return await state_locked(tx, full, order, method, reference, evidence, note, policy)


async def state_locked(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    method: OfflineRefundMethod,
    reference: str,
    evidence: Sequence[str],
    note: str | None,
    policy: Sequence[Citation],
) -> FullCase:
    """State it of a case that is locked with its order. Raises: as `state`."""
    stated = _stated(tx, full, order)
    decided = await decisions.record(tx, full, DecisionKind.REFUND, "stated_offline", policy=policy)
    offline = _new(tx, full, method, reference, evidence)
    event = OfflineRefundStated(
        **case_fields(tx, stated.case),
        refund_id=offline.refund_id,
        failed_refund_id=offline.failed_refund_id,
        amount_minor=offline.amount_minor,
        currency=full.case.currency,
        method=method,
        reference_hash=digest(reference),
        evidence=tuple(offline.evidence),
        deadline_at=stated.case.deadline_at,
        decision_id=decided.get("decision_id"),
    )
    after = stated.keeping(offline)
    return await effects.save(tx, full, after, CaseAction.STATE_OFFLINE_REFUND, event, note=note, evidence=evidence)


def _stated(tx: Transaction[Settings], full: FullCase, order: Order) -> FullCase:
    return apply(full, CaseAction.STATE_OFFLINE_REFUND, tx, CaseFacts(full=full, order=order, actor=tx.actor))


def _new(
    tx: Transaction[Settings], full: FullCase, method: OfflineRefundMethod, reference: str, evidence: Sequence[str]
) -> OfflineRefund:
    failed = full.refund
    if failed is None:
        raise NoRefundRefused()
    return OfflineRefund(
        case_id=full.case.id,
        refund_id=tx.new_id("ref"),
        failed_refund_id=failed.id,
        amount_minor=full.deposit.missing_minor,
        method=method,
        reference=reference,
        evidence=list(dict.fromkeys(evidence)),
        stated_by=tx.actor.id,
        stated_at=tx.now,
    )


async def confirm(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Confirm as the buyer that the money has arrived, or, where the buyer is silent, as an agent: the case is completed, as by a refund of
    the provider.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, OrderWasCancelled, NoOfflineRefundStated, RefundCovered, SecondPersonNeeded, DeadlinePassed:
            see CASE.
    """
    full, order = await locking.case_and_order(tx, case_id)
    _confirmed(tx, full, order)
    amount_minor = _known(full).amount_minor
    if second_person.is_needed(tx, full, amount_minor):
        return await second_person.propose(tx, full, CaseAction.CONFIRM_OFFLINE_REFUND, amount_minor, {"note": note})
    return await confirm_locked(tx, full, order, note)


def _confirmed(tx: Transaction[Settings], full: FullCase, order: Order) -> FullCase:
    facts = CaseFacts(full=full, order=order, actor=tx.actor)
    return apply(full, CaseAction.CONFIRM_OFFLINE_REFUND, tx, facts)


async def confirm_locked(
    tx: Transaction[Settings], full: FullCase, order: Order, note: str | None, policy: Sequence[Citation] = ()
) -> FullCase:
    """Confirm it of a case that is locked with its order. Raises: as `confirm`."""
    confirmed, offline = _confirmed(tx, full, order), _known(full)
    refund = _paid(tx, full, offline)
    parts = await _parts(tx, full, order, refund)
    keeps = refund.cause in BUYER_KEEPS_GOODS
    case = replace(confirmed.case, refund_id=refund.id, goods_kept=keeps)
    after = replace(confirmed, case=case).keeping(refund).keeping(*parts)
    after = await refund_parts.whole(tx, after.keeping(replace(offline, confirmed_at=tx.now)))
    event = OfflineRefundConfirmed(
        **case_fields(tx, after.case),
        refund_id=refund.id,
        payment_id=full.case.payment_id,
        amount_minor=refund.rest_minor,
        currency=refund.currency,
        cause=refund.cause,
        method=offline.method,
        by_timeout=full.case.state is CaseState.MANUAL_REVIEW and tx.actor.role != "buyer",
    )
    completed = refunds.completed(tx, after, refund)
    events = (event, completed)
    return await effects.save(tx, full, after, CaseAction.CONFIRM_OFFLINE_REFUND, *events, note=note, policy=policy)


def _paid(tx: Transaction[Settings], full: FullCase, offline: OfflineRefund) -> Refund:
    """The refund that the statement has become: of the amount of the refused one, under an id of its own."""
    failed = full.refund
    if failed is None:
        raise NoRefundRefused()
    new = replace(failed, id=offline.refund_id, failure_code=None, requested_at=offline.stated_at, ended_at=tx.now)
    new = replace(
        new, given_back_minor=full.deposit.given_in_part_minor, returned_minor=0, came_back_minor=0, shares=None
    )
    new = replace(new, deposit_minor=full.deposit.of_refund_minor)
    new = replace(new, cause=cause_now(full.case, failed.cause))
    requested = REFUND.start(replace(new, state=REFUND.initial), tx)
    return REFUND.apply(requested, RefundAction.SUCCEED, SystemContext.of(tx))


async def _parts(tx: Transaction[Settings], full: FullCase, order: Order, refund: Refund) -> Sequence[RefundPart]:
    """What the refund is made of: as decided, or decided again where the buyer keeps goods that have left since."""
    if full.refund is not None and full.refund.cause is refund.cause:
        return [replace(part, refund_id=refund.id) for part in full.rows_of(RefundPart)]
    given = await refund_parts.given_back(tx, full, order)
    return await refund_parts.decided(tx, full, refund, fees_of(order), given)


async def deny(tx: Transaction[Settings], case_id: str, *, text: str, evidence: Sequence[str] = ()) -> FullCase:
    """Deny as the buyer that the money has arrived: a dispute decides, or an agent where a verdict had ordered the refund.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NoOfflineRefundStated, DeadlinePassed: see CASE.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    moved, offline = apply(full, CaseAction.DENY_OFFLINE_REFUND, tx), _known(full)
    await cited_evidence.check(tx, full.case.order_id, evidence)
    facts = CaseFacts(full=full, order=order, actor=tx.actor)
    disputed = permits(full, CaseAction.DISPUTE_OFFLINE_REFUND, tx, facts)
    if disputed:
        moved = apply(full, CaseAction.DISPUTE_OFFLINE_REFUND, tx, facts)
    moved = moved.keeping(replace(offline, denied_at=tx.now))
    denied = OfflineRefundDenied(
        **case_fields(tx, moved.case),
        refund_id=offline.refund_id,
        disputed=disputed,
        deadline_at=moved.case.deadline_at,
    )
    if disputed:
        opening = Opening(DENIED, text, list(evidence))
        _, frozen = await openings.stop(tx, full, moved, opening, CaseAction.DENY_OFFLINE_REFUND, denied)
        return frozen
    return await _leave_to_agent(tx, full, moved, denied, text, evidence)


async def _leave_to_agent(
    tx: Transaction[Settings],
    full: FullCase,
    moved: FullCase,
    denied: OfflineRefundDenied,
    note: str,
    evidence: Sequence[str],
) -> FullCase:
    action = CaseAction.DENY_OFFLINE_REFUND
    if moved.case.state is full.case.state:
        moved = _reviewed_on(moved, EscalationCause.OFFLINE_REFUND_DENIED)
        return await effects.save(tx, full, moved, action, denied, note=note, evidence=evidence)
    escalated = AfterSaleEscalated(
        **case_fields(tx, moved.case), cause=cause(full, action), deadline_at=moved.case.deadline_at
    )
    return await effects.save(tx, full, moved, action, denied, escalated, note=note, evidence=evidence)


async def withdraw(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Take the statement back, as merchant or agent: an agent decides what happens instead.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NoOfflineRefundStated, ReviewAssignedToAnother: see CASE.
    """
    full, _ = await locking.case_and_order(tx, case_id)  # other cases may show another freight then
    moved, offline = apply(full, CaseAction.WITHDRAW_OFFLINE_REFUND, tx), _known(full)
    if moved.case.state is full.case.state:
        moved = _reviewed_on(moved, EscalationCause.REFUND_FAILED)
    event = OfflineRefundWithdrawn(
        **case_fields(tx, moved.case), refund_id=offline.refund_id, deadline_at=moved.case.deadline_at
    )
    after = moved.keeping(replace(offline, withdrawn_at=tx.now))
    return await effects.save(tx, full, after, CaseAction.WITHDRAW_OFFLINE_REFUND, event, note=note)


def _reviewed_on(full: FullCase, why: EscalationCause) -> FullCase:
    """A case that an agent had before its statement was answered: why that is so now, and without a proposal to confirm the statement."""
    proposed = full.case.proposed_action == CaseAction.CONFIRM_OFFLINE_REFUND
    answered = second_person.without_proposal(full) if proposed else full
    return replace(answered, case=replace(answered.case, reviewed_for=why))


def _known(full: FullCase) -> OfflineRefund:
    """What was stated. Raises: LookupError where nothing was."""
    if full.offline_refund is None:
        raise LookupError(f"nothing was stated of {full.case.id}")
    return full.offline_refund
