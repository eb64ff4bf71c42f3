"""Deciding about a request: approve it, reject it, or let an agent decide."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleApproved, AfterSaleEscalated, AfterSaleRejected
from aftercare_events.catalogue.reviews import DecisionCause

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import remaining_money, second_person
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import case_fields, settings_used
from aftersale_svc.domain.cases.codes import EscalationCause, HandlingReason, RefundCause, RejectReason
from aftersale_svc.domain.cases.findings import none_received
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply, cause
from aftersale_svc.domain.cases.model import CaseAction, Return
from aftersale_svc.domain.cases.outcome_reasons import check_handling_reason, check_reject_reason, unexplained
from aftersale_svc.domain.cases.return_addresses import check_address, lacks_address, with_address
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.orders.policy import check_payments
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.domain.rules.facts import AppliedRule
from aftersale_svc.settings import Settings


async def approve(
    tx: Transaction[Settings],
    case_id: str,
    *,
    note: str | None = None,
    return_address: dict[str, str] | None = None,
    policy: Sequence[Citation] = (),
    payment_ids: Sequence[str] | None = None,
) -> FullCase:
    """Grant the request: the goods come back first, or the money goes back at once, from the payments that are chosen, if any, first.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, RefundDecided: see CASE.
        ReturnAddressMissing: see `check_address`.
        NothingLeft: see `remaining_money.check`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
        PaymentUnknown: see `check_payments`.
    """
    full, order = await locking.case_and_order(tx, case_id)
    chosen = check_payments(order, payment_ids)
    amount = await second_person.by_approval(tx, full, order)
    if second_person.is_needed(tx, full, amount):
        apply(full, CaseAction.APPROVE, tx)
        arguments = {"note": note, "return_address": return_address, "payment_ids": chosen}
        return await second_person.propose(tx, full, CaseAction.APPROVE, amount, arguments, policy=policy)
    return await _approve(tx, full, order, note, return_address, policy=policy, payment_ids=chosen)


async def approve_confirmed(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    note: str | None,
    return_address: dict[str, str] | None,
    policy: Sequence[Citation],
    payment_ids: list[str] | None,
) -> FullCase:
    """Grant the request of a case that is locked with its order: a second agent has confirmed it. Raises: as `approve`."""
    return await _approve(tx, full, order, note, return_address, policy=policy, payment_ids=payment_ids)


@case_timer(CaseAction.APPROVE)
async def approve_locked(tx: Transaction[Settings], full: FullCase, order: Order) -> FullCase:
    """Grant the request of a case that is locked with its order: the merchant's time ran out.

    Where goods are to be sent back, it is the merchant's turn again, to say where to.

    Raises:
        IllegalTransition, ActionNotAllowed, RefundDecided: see CASE.
    """
    return await _approve(tx, full, order)


async def approve_by_rule(
    tx: Transaction[Settings], full: FullCase, order: Order, rule: AppliedRule, return_address: dict[str, str] | None
) -> FullCase:
    """Grant the request of a case that is locked with its order: a rule of the merchant says so.

    Where goods are to be sent back and no address is known, it is the merchant's turn, as after `approve_locked`.

    Raises:
        IllegalTransition, ActionNotAllowed, RefundDecided: see CASE.
    """
    return await _approve(tx, full, order, None, return_address, rule)


async def _approve(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    note: str | None = None,
    return_address: dict[str, str] | None = None,
    rule: AppliedRule | None = None,
    policy: Sequence[Citation] = (),
    payment_ids: list[str] | None = None,
) -> FullCase:
    # An address that is known stays, where a case is approved again after its parcel was lost.
    known = with_address(full, order, return_address)
    approved = apply(known, CaseAction.APPROVE, tx)
    if payment_ids is not None:
        approved = replace(approved, case=replace(approved.case, payment_ids=payment_ids))
    if full.case.reviewed_for is EscalationCause.RETURN_REFUSED:
        # The goods did not come, as the agent finds: the buyer sends them now.
        back = approved.return_
        approved = approved.keeping(Return(case_id=back.case_id, address=back.address, settings=back.settings))
    check_address(approved, tx.actor)
    await remaining_money.check(tx, order, full)
    decided = await decisions.record(tx, known, DecisionKind.REVIEW, "approved", rule=rule, policy=policy)
    by_timer = tx.actor == SYSTEM and rule is None
    event = AfterSaleApproved(
        **case_fields(tx, approved.case),
        cause=DecisionCause.TIMEOUT if by_timer else DecisionCause.DECISION if rule is None else DecisionCause.RULE,
        deadline_at=approved.case.deadline_at,
        return_address_missing=lacks_address(approved),
        settings=settings_used(approved.return_.settings),
        **decided,
    )
    terms = RefundTerms(order, RefundCause.TIMEOUT if by_timer else RefundCause.APPROVAL)
    return await effects.save(tx, full, approved, CaseAction.APPROVE, event, terms=terms, note=note)


async def reject(
    tx: Transaction[Settings],
    case_id: str,
    *,
    reason: RejectReason,
    note: str | None = None,
    evidence: Sequence[str] = (),
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Refuse the request with a reason, and with hashes of what shows it; the buyer may accept that or complain.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, RefundDecided: see CASE.
        RejectReasonUnsuitable: see `check_reject_reason`.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full = await locking.case(tx, case_id)
    rejected = apply(full, CaseAction.REJECT, tx)
    check_reject_reason(full, reason)
    await cited_evidence.check(tx, full.case.order_id, evidence)
    rejected = replace(rejected, case=replace(rejected.case, reject_reason=reason))
    if reason is RejectReason.EMPTY_RETURN:
        rejected = rejected.receiving(none_received(full.lines))
    decided = await decisions.record(tx, full, DecisionKind.REVIEW, "rejected", reason=reason, policy=policy)
    event = AfterSaleRejected(
        **case_fields(tx, rejected.case),
        reason=reason,
        deadline_at=rejected.case.deadline_at,
        evidence=tuple(evidence),
        **decided,
    )
    return await effects.save(tx, full, rejected, CaseAction.REJECT, event, note=note, evidence=evidence)


async def escalate(
    tx: Transaction[Settings], case_id: str, *, reason: HandlingReason | None = None, note: str | None = None
) -> FullCase:
    """Let an agent decide about the case. Without a reason and a note it is recorded that there is none.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
        HandlingReasonUnsuitable: see `check_handling_reason`.
    """
    full = await locking.case(tx, case_id)
    check_handling_reason(reason, tx.actor.role)
    return await _escalate(tx, full, note, reason=reason)


@case_timer(CaseAction.ESCALATE)
async def escalate_locked(tx: Transaction[Settings], full: FullCase, _: Order) -> FullCase:
    """Let an agent decide about a locked case, or publish again that one is late.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    return await _escalate(tx, full)


async def escalate_by_rule(tx: Transaction[Settings], full: FullCase, rule: AppliedRule) -> FullCase:
    """Let an agent decide about a locked case: a rule of the merchant says so.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    return await _escalate(tx, full, rule=rule)


async def _escalate(
    tx: Transaction[Settings],
    full: FullCase,
    note: str | None = None,
    rule: AppliedRule | None = None,
    reason: HandlingReason | None = None,
) -> FullCase:
    escalated = apply(full, CaseAction.ESCALATE, tx)
    decided = decisions.DecisionFields()
    if rule is not None:
        decided = await decisions.record(tx, full, DecisionKind.REVIEW, "handed_over", rule=rule)
    if tx.actor == SYSTEM and full.case.state is escalated.case.state:
        late_since = full.case.late_since or tx.now
        late = replace(escalated.case, late_since=late_since, agent_id=None, claim_ends_at=None)
        escalated = replace(escalated, case=late)
    event = AfterSaleEscalated(
        **case_fields(tx, escalated.case),
        cause=cause(full, CaseAction.ESCALATE),
        reason=reason or unexplained(CaseAction.ESCALATE, tx.actor.role, note),
        deadline_at=escalated.case.deadline_at,
        **decided,
    )
    return await effects.save(tx, full, escalated, CaseAction.ESCALATE, event, note=note)
