"""The verdict: what an arbitrator decides, and what it does to the case at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import Event, VerdictGiven, digest

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import endings
from aftersale_svc.commands.decisions import citations, decisions
from aftersale_svc.commands.decisions.decisions import DecisionFields
from aftersale_svc.commands.disputes import deciders, disputes, executions, lab_tests, ordered_legs, verdict_parts
from aftersale_svc.commands.disputes.verdict_parts import VerdictParts
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.money import refund_parts
from aftersale_svc.commands.record import dispute_fields, save_dispute, step
from aftersale_svc.domain.cases.codes import RefundCause
from aftersale_svc.domain.cases.findings import accept_all
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction, RefundAmount
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import (
    GOES_ON,
    Dispute,
    DisputeAction,
    DisputeState,
    Remedy,
    TakesEffect,
    Verdict,
)
from aftersale_svc.domain.disputes.policy import awarded, check_no_amount, takes_effect_of
from aftersale_svc.domain.disputes.remedies import WITH_MONEY, check_remedy
from aftersale_svc.domain.money.refunds import refund_due
from aftersale_svc.domain.orders.model import Order, OrderState
from aftersale_svc.domain.orders.policy import check_payments
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import STEPS
from aftersale_svc.tables.disputes.disputes import DISPUTES
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER


async def give(
    tx: Transaction[Settings], dispute_id: str, *, verdict: Verdict, cites: Sequence[Citation] = ()
) -> Dispute:
    """Decide. A refund or compensation is executed when order-svc has paid it; every other remedy with the verdict.

    Where the verdict waits for the time to appeal, the case stays as it is until that has passed.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, DecidedFirst, AssignedToAnother, LabTestOpen: see DISPUTE.
        RemedyNotPossible, OrderWasCancelled, AmountMissing, CurrencyForeign, AmountExceedsPaid, AmountWithoutRefund: see
            `amount_of`.
        CostEmpty, CurrencyForeign, SanctionTwice: see `verdict_parts.check`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
        PaymentUnknown: see `check_payments`.
    """
    full, order = await locking.disputed_case_and_order(tx, dispute_id)
    dispute, facts = await deciders.locked_after(tx, order, dispute_id), DisputeFacts.of(tx)
    moved = DISPUTE.apply(dispute, DisputeAction.DECIDE, tx, facts)
    takes_effect = takes_effect_of(verdict, tx.settings.verdict_takes_effect)
    waits = takes_effect is TakesEffect.AFTER_APPEAL_WINDOW
    if waits:
        moved = DISPUTE.apply(dispute, DisputeAction.ANNOUNCE, tx, facts)
    judged = replace(full, case=replace(full.case, liable=verdict.liable))
    amount = await amount_of(tx, judged, order, verdict)
    given = decided(tx, replace(moved, takes_effect=takes_effect), verdict, amount.total_minor)
    given = replace(given, appeal_until=_appeal_until(tx, given))
    given = replace(given, payment_ids=check_payments(order, verdict.payment_ids))
    verdict_parts.check(dispute, verdict)
    cited = await citations.resolve(tx, full.case, DecisionKind.VERDICT, cites, "/cites")
    tests = await lab_tests.of(tx, dispute)
    recorded = await decisions.end_of_dispute(
        tx, judged, dispute, DecisionKind.VERDICT, verdict.remedy, amount.total_minor, cited
    )
    parts = await verdict_parts.record(tx, dispute, verdict, cited, tests)
    event = _given(tx, given, recorded, parts)
    await disputes.end_proposal(tx, dispute)
    if waits:
        return await save_dispute(tx, given, DisputeAction.DECIDE, event, note=verdict.grounds)
    return await carry_out(tx, full, order, given, event, DisputeAction.DECIDE, verdict.grounds, amount)


async def carry_out(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    dispute: Dispute,
    event: Event,
    action: DisputeAction,
    note: str | None = None,
    amount: RefundAmount | None = None,
) -> Dispute:
    """Do what the verdict of a dispute that is executing now orders, or what is possible instead, see `_is_barred`.

    `amount` None: the verdict has waited, and what is left of the money by now may be less.
    """
    case = replace(full.case, liable=dispute.liable)
    if dispute.payment_ids is not None:
        case = replace(case, payment_ids=dispute.payment_ids)
    judged = replace(full, case=case)
    remedy = REMEDIES[dispute.remedy or Remedy.NONE]
    if amount is None:
        barred = _is_barred(judged, order, dispute) or await _is_gone(tx, judged, dispute)
        amount = RefundAmount(0, 0) if barred else await _left_of(tx, judged, order, dispute)
        dispute = replace(dispute, amount_minor=amount.total_minor)
        if barred:
            remedy = REMEDIES[Remedy.RESUME]
    events = [event]
    if remedy.executed_at_once:
        dispute = executions.executed(tx, dispute, 0)
        events.append(executions.event(tx, dispute))
    # The verdict first, then what follows from it, so that the traceability record has them in this order.
    saved = await tx.save(DISPUTES, dispute, *events)
    decision = step(tx, saved, action, note, events=events)
    await remedy.apply(tx, judged, order, amount)
    await tx.insert(STEPS, decision)  # with the rows of the case, which saves a round trip
    return saved


def _appeal_until(tx: Transaction[Settings], dispute: Dispute) -> datetime | None:
    """Until when either side may appeal; None where the case goes on at once."""
    if dispute.state is DisputeState.APPEAL_WINDOW:
        return dispute.deadline_at
    if dispute.remedy in GOES_ON:
        return None
    return tx.timing.due(dispute, "appeal_hours", tx.now, tx.settings, None)


async def amount_of(tx: Transaction[Settings], full: FullCase, order: Order, verdict: Verdict) -> RefundAmount:
    """What the verdict costs. A refund is for all units of the case, whatever was accepted of them before.

    A compensation leaves the goods with the buyer, so no freight goes back.

    Raises:
        RemedyNotPossible: see `check_remedy`.
        OrderWasCancelled, AmountMissing, CurrencyForeign, AmountExceedsPaid: see `awarded`.
        AmountWithoutRefund, CurrencyForeign: another remedy names an amount, see `check_no_amount`.
    """
    gone = await endings.are_units_cancelled(tx, full)
    check_remedy(verdict.remedy, tx, CaseFacts(full=full, order=order, units_cancelled=gone))
    if verdict.remedy not in WITH_MONEY:
        check_no_amount(verdict, full.case.currency)
        return RefundAmount(0, 0)
    return await bounded(tx, full, order, verdict)


async def bounded(tx: Transaction[Settings], full: FullCase, order: Order, verdict: Verdict) -> RefundAmount:
    """What a verdict with an amount gives back, within what is left. Raises: see `awarded`."""
    return awarded(full.case, order, verdict, await _most(tx, full, order, verdict.remedy))


async def _most(tx: Transaction[Settings], full: FullCase, order: Order, remedy: Remedy | None) -> RefundAmount:
    holds = await tx.all(HOLDS_OF_ORDER, order_id=order.id)
    # What was paid bounds a verdict, not what the sides had agreed on.
    paid = replace(full.case, agreed_minor=None)
    most = refund_due(order, paid, accept_all(full.lines), holds, given=await refund_parts.given_back(tx, full, order))
    before = full.case.paid_before_freight_minor
    left = most.units_minor - (full.case.paid_before_minor - before) - full.deposit.paid_minor
    units = max(0, left)
    if remedy is Remedy.COMPENSATION:
        return RefundAmount(units, 0)
    # An earlier refund of the case has given them back.
    returned = () if full.is_refunded else tuple(each for each in most.unearned if each.amount_minor < 0)
    return RefundAmount(units, max(0, most.freight_minor - before + min(0, left)), unearned=returned)


def _is_barred(full: FullCase, order: Order, dispute: Dispute) -> bool:
    """Whether what a verdict has ordered that has waited is not possible any more: the money has gone back with the order, or a claim on
    the deposit pays it. Then the case goes on, or ends with its order."""
    if order.state is OrderState.CANCELLED:
        return True
    paying = full.cover is not None and full.cover.is_being_paid
    return paying if dispute.remedy is Remedy.NONE else full.cover is not None and dispute.remedy in WITH_MONEY


async def _is_gone(tx: Transaction[Settings], full: FullCase, dispute: Dispute) -> bool:
    """Whether a verdict that has waited gives money for units that the order has cancelled meanwhile."""
    return dispute.remedy in WITH_MONEY and await endings.are_units_cancelled(tx, full)


async def _left_of(tx: Transaction[Settings], full: FullCase, order: Order, dispute: Dispute) -> RefundAmount:
    """What is left by now of the amount of a verdict that has waited."""
    if dispute.remedy not in WITH_MONEY:
        return RefundAmount(0, 0)
    most = await _most(tx, full, order, dispute.remedy)
    return most.upto(min(dispute.amount_minor or 0, most.total_minor))


def decided(tx: Transaction[Settings], dispute: Dispute, verdict: Verdict, amount_minor: int) -> Dispute:
    """The dispute with what was decided now."""
    return replace(
        dispute,
        liable=verdict.liable,
        remedy=verdict.remedy,
        amount_minor=amount_minor,
        grounds=verdict.grounds,
        arbitrator_id=tx.actor.id,
        proposed_by=None,
        lab_test_id=None,
        decided_by=tx.actor.id,
        decided_at=tx.now,
    )


class VerdictFields(TypedDict):
    """What the events of a verdict carry of the dispute."""

    liable: str
    remedy: str
    amount_minor: int
    currency: str
    grounds_hash: str
    evidence: tuple[str, ...]


def verdict_fields(decided: Dispute) -> VerdictFields:
    """The fields of an event of its verdict."""
    return VerdictFields(
        liable=decided.liable or "",
        remedy=decided.remedy or "",
        amount_minor=decided.amount_minor or 0,
        currency=decided.currency,
        grounds_hash=digest(decided.grounds or ""),
        evidence=tuple(decided.evidence),
    )


def _given(tx: Transaction[Settings], given: Dispute, recorded: DecisionFields, parts: VerdictParts) -> VerdictGiven:
    return VerdictGiven(
        **dispute_fields(tx, given),
        **verdict_fields(given),
        **recorded,
        **parts,
        takes_effect=given.takes_effect,
        appeal_until=given.appeal_until,
    )


async def _resume(tx: Transaction[Settings], full: FullCase, order: Order, _: RefundAmount) -> None:
    await disputes.resume(tx, full, order)


async def _refund(tx: Transaction[Settings], full: FullCase, order: Order, amount: RefundAmount) -> None:
    await _pay(tx, full, RefundTerms(order, RefundCause.VERDICT, amount, beside_deposit=True))


async def _compensate(tx: Transaction[Settings], full: FullCase, order: Order, amount: RefundAmount) -> None:
    await _pay(tx, full, RefundTerms(order, RefundCause.COMPENSATION, amount, beside_deposit=True))


async def _pay(tx: Transaction[Settings], full: FullCase, terms: RefundTerms) -> None:
    awarded = apply(full, CaseAction.AWARD, tx)
    reopened = replace(awarded, case=replace(awarded.case, close_cause=None))
    await effects.save(tx, full, reopened.inspected(accept_all(full.lines)), None, terms=terms)


async def _dismiss(tx: Transaction[Settings], full: FullCase, _: Order, __: RefundAmount) -> None:
    await endings.close_by(tx, full, CaseAction.DISMISS)


@dataclass(frozen=True, slots=True)
class RemedyEffects:
    """What a remedy does to the case, and whether the verdict is executed with that; if not, once the case ends."""

    apply: Callable[[Transaction[Settings], FullCase, Order, RefundAmount], Awaitable[None]]
    executed_at_once: bool = True


REMEDIES: Mapping[Remedy, RemedyEffects] = {
    Remedy.REFUND: RemedyEffects(_refund, executed_at_once=False),
    Remedy.NONE: RemedyEffects(_dismiss),
    Remedy.RESUME: RemedyEffects(_resume),
    Remedy.RETURN: RemedyEffects(ordered_legs.order_return),
    Remedy.EXCHANGE: RemedyEffects(ordered_legs.order_exchange),
    Remedy.COMPENSATION: RemedyEffects(_compensate, executed_at_once=False),
}
