"""Replacing a verdict that was executed: what is still possible is done, and any other difference is recorded (R13).

Where this verdict awards more than the former one has paid, the case is opened again and pays the rest, as a refund of its own.
What was paid too much is an entry that is never changed: nobody's account is debited.
"""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import VerdictReplaced

from aftersale_svc.commands import effects
from aftersale_svc.commands.disputes import executions, verdicts
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.record import save_dispute, step
from aftersale_svc.domain.cases.codes import BUYER_KEEPS_GOODS, RefundCause
from aftersale_svc.domain.cases.findings import accept_all
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction, RefundAmount
from aftersale_svc.domain.disputes.appeals import Entry, EntryDirection
from aftersale_svc.domain.disputes.errors import AmountExceedsPaid, RemedyNotPossible
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, Remedy, Verdict
from aftersale_svc.domain.disputes.policy import check_no_amount
from aftersale_svc.domain.disputes.remedies import buyer_has_goods
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.money.refunds import refunded_lines
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import STEPS
from aftersale_svc.tables.disputes.appeals import ENTRIES
from aftersale_svc.tables.disputes.disputes import DISPUTES
from aftersale_svc.tables.money.holders import with_holders
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER


async def amount_of(tx: Transaction[Settings], full: FullCase, order: Order, verdict: Verdict) -> RefundAmount:
    """What the buyer gets by a verdict in place of one that was executed, all together.

    Raises:
        RemedyNotPossible: the case cannot be stopped again to do what it orders, or has paid for goods that came back where they
            are to be kept now, or the other way round.
        OrderWasCancelled, AmountMissing, CurrencyForeign, AmountExceedsPaid: see `awarded`.
        AmountWithoutRefund, CurrencyForeign: a verdict that awards nothing names an amount.
    """
    possible = [Remedy.REFUND, Remedy.NONE, *([Remedy.COMPENSATION] if buyer_has_goods(full) else [])]
    if verdict.remedy not in possible:
        raise RemedyNotPossible(pointer="/remedy", remedy=verdict.remedy, allowed=possible)
    if verdict.remedy is Remedy.NONE:
        check_no_amount(verdict, full.case.currency)
        return RefundAmount(0, 0)
    amount = await verdicts.bounded(tx, full, order, verdict)
    if full.refund is not None and full.is_refunded and amount.total_minor > full.paid_minor:
        kept = full.refund.cause in BUYER_KEEPS_GOODS
        if (verdict.remedy is Remedy.COMPENSATION) is not kept:
            allowed = [Remedy.COMPENSATION if kept else Remedy.REFUND, Remedy.NONE]
            raise RemedyNotPossible(pointer="/remedy", remedy=verdict.remedy, allowed=allowed)
        await _check_left(tx, full, amount, kept=kept)
    return amount


async def _check_left(tx: Transaction[Settings], full: FullCase, amount: RefundAmount, *, kept: bool) -> None:
    """A compensation has held its own money alone, and other cases may have the rest by now. Raises: AmountExceedsPaid."""
    if not kept:
        return
    holds = await tx.all(HOLDS_OF_ORDER, order_id=full.case.order_id)
    left = {balance.line_id: balance for balance in balances(holds)}
    own = {hold.line_id: hold.taken_minor for hold in holds if hold.case_id == full.case.id}
    for line, units, minor in refunded_lines(accept_all(full.lines), amount, keeps_goods=True):
        most = left[line.line_id].left_minor + own.get(line.line_id, 0)
        if minor > most or units > left[line.line_id].free_units:
            raise AmountExceedsPaid(pointer="/amount/amount", left=full.refunded_minor, currency=full.case.currency)


def entry(tx: Transaction[Settings], dispute: Dispute) -> Entry | None:
    """What was paid more than is awarded now; None where nothing was."""
    more = (dispute.refunded_minor or 0) - (dispute.amount_minor or 0)
    if more <= 0:
        return None
    return Entry(
        dispute_id=dispute.id,
        direction=EntryDirection.BUYER_OWES,
        amount_minor=more,
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
    if amount.total_minor > paid:
        return await _pay(tx, full, order, dispute, event, amount)
    if open_ is not None:
        await tx.insert(ENTRIES, open_)
    executed = executions.executed(tx, dispute, paid)
    done = executions.event(tx, executed)
    return await save_dispute(tx, executed, DisputeAction.REPLACE_VERDICT, event, done, note=dispute.grounds)


async def _pay(
    tx: Transaction[Settings],
    full: FullCase,
    order: Order,
    dispute: Dispute,
    event: VerdictReplaced,
    amount: RefundAmount,
) -> Dispute:
    [full] = await with_holders(tx, [full])
    awarded = apply(full, CaseAction.AWARD, tx, CaseFacts(full=full, order=order))
    more, before = _more(full, amount)
    case = replace(
        awarded.case,
        close_cause=None,
        paid_before_minor=before.total_minor,
        paid_before_freight_minor=before.freight_minor,
    )
    reopened = replace(awarded, case=case).inspected(accept_all(full.lines))
    saved = await tx.save(DISPUTES, replace(dispute, refunded_minor=None), event)
    decision = step(tx, saved, DisputeAction.REPLACE_VERDICT, dispute.grounds, events=[event])
    keeps = dispute.remedy is Remedy.COMPENSATION
    cause = RefundCause.COMPENSATION if keeps else RefundCause.VERDICT
    await effects.save(tx, full, reopened, None, terms=RefundTerms(order, cause, more, beside_deposit=True))
    await tx.insert(STEPS, decision)
    return saved


def _more(full: FullCase, amount: RefundAmount) -> tuple[RefundAmount, RefundAmount]:
    """What is still to be paid of this amount, and what was paid before."""
    if full.refund is None or not full.is_refunded:
        return amount, RefundAmount(0, 0)
    freight = full.refund.freight_minor
    before = RefundAmount(full.paid_minor - freight, freight)
    return RefundAmount(amount.units_minor - before.units_minor, amount.freight_minor - before.freight_minor), before
