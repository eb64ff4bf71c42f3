"""Replacing a verdict that was executed: what is still possible is done, and any other difference is recorded (R13).

Where the former verdict has paid nothing and this one awards money, the case is opened again and pays it. Where money went back
before, what it was too much or too little is an entry that is never changed: the money of a case goes back once, and nobody's
account is debited.
"""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import VerdictReplaced

from aftersale_svc.commands import effects, openings, verdicts
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.record import save_dispute, step
from aftersale_svc.domain.cases.codes import RefundCause
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction, RefundAmount
from aftersale_svc.domain.cases.policy import accept_all
from aftersale_svc.domain.disputes.appeals import Entry, difference
from aftersale_svc.domain.disputes.errors import RemedyNotPossible
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, Remedy, Verdict
from aftersale_svc.domain.disputes.policy import check_no_amount
from aftersale_svc.domain.disputes.remedies import buyer_has_goods
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.appeals import ENTRIES
from aftersale_svc.tables.cases import STEPS
from aftersale_svc.tables.disputes import DISPUTES


async def amount_of(tx: Transaction[Settings], full: FullCase, order: Order, verdict: Verdict) -> RefundAmount:
    """What the buyer gets by a verdict in place of one that was executed, all together.

    Raises:
        RemedyNotPossible: the case cannot be stopped again to do what it orders.
        OrderWasCancelled, AmountMissing, CurrencyForeign, AmountExceedsPaid: see `awarded`.
        AmountWithoutRefund: a verdict that awards nothing names an amount.
    """
    possible = [Remedy.REFUND, Remedy.NONE, *([Remedy.COMPENSATION] if buyer_has_goods(full) else [])]
    if verdict.remedy not in possible:
        raise RemedyNotPossible(pointer="/remedy", remedy=verdict.remedy, allowed=possible)
    if verdict.remedy is Remedy.NONE:
        check_no_amount(verdict)
        return RefundAmount(0, 0)
    return await verdicts.bounded(tx, full, order, verdict)


def entry(tx: Transaction[Settings], dispute: Dispute) -> Entry | None:
    """What stays open between what was paid and what is awarded now; None where nothing does, or the case pays it."""
    paid, awarded = dispute.refunded_minor or 0, dispute.amount_minor or 0
    found = difference(paid, awarded) if paid else None
    if found is None:
        return None
    direction, minor = found
    return Entry(
        dispute_id=dispute.id,
        direction=direction,
        amount_minor=minor,
        currency=dispute.currency,
        recorded_at=tx.now,
    )


async def carry_out(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    dispute: Dispute,
    event: VerdictReplaced,
    amount: RefundAmount,
    open_: Entry | None,
) -> Dispute:
    """Do what is still possible of the verdict of a dispute that is executing again. Raises: UnitsHeldByAnother."""
    paid = dispute.refunded_minor or 0
    if amount.total_minor and not paid:
        return await _pay(tx, full, order, dispute, event, amount)
    if open_ is not None:
        await tx.insert(ENTRIES, open_)
    executed = effects.executed(tx, dispute, paid)
    done = effects.executed_event(tx, executed)
    return await save_dispute(tx, executed, DisputeAction.REPLACE_VERDICT, event, done, note=dispute.grounds)


async def _pay(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    dispute: Dispute,
    event: VerdictReplaced,
    amount: RefundAmount,
) -> Dispute:
    facts = CaseFacts(full=full, order=order, units_free=await openings.units_free(tx, full))
    awarded = apply(full, CaseAction.AWARD, tx, facts)
    reopened = replace(awarded, case=replace(awarded.case, close_cause=None)).inspected(accept_all(full.lines))
    saved = await tx.save(DISPUTES, replace(dispute, refunded_minor=None), event)
    decision = step(tx, saved, DisputeAction.REPLACE_VERDICT, dispute.grounds)
    keeps = dispute.remedy is Remedy.COMPENSATION
    cause = RefundCause.COMPENSATION if keeps else RefundCause.VERDICT
    await effects.save(tx, full, reopened, None, terms=RefundTerms(order, cause, amount))
    await tx.insert(STEPS, decision)
    return saved
