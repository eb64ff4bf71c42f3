"""Money back: decide it, hear of its end, try again. Order-svc pays; here it is decided once per refund id."""

from dataclasses import replace

from aftercare_chassis.transaction import Transaction
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleEscalated,
    AfterSaleRefundFailed,
    RefundFailed,
    RefundRequested,
    RefundSucceeded,
)
from aftercare_events import CaseLine as ToldLine

from aftersale_svc.commands import disputes
from aftersale_svc.commands.record import about, save
from aftersale_svc.domain import lifecycle, policy
from aftersale_svc.domain.codes import RefundCause
from aftersale_svc.domain.lifecycle import Action
from aftersale_svc.domain.model import Case, State
from aftersale_svc.tables.cases import CASES, LINES_OF


class RefundUnexpected(Exception):
    """Order-svc tells of a refund that was not decided here like this: set aside for people to look at."""


def decide(tx: Transaction, case: Case, amount_minor: int, cause: RefundCause) -> Case:
    """The case with a refund of its own number. A refund id is used once: it is the provider's key for ever."""
    return replace(case, refund_id=tx.new_id("ref"), refund_minor=amount_minor, refund_cause=cause)


def requested(tx: Transaction, case: Case) -> RefundRequested:
    """The event that lets order-svc pay."""
    return RefundRequested(
        **about(tx, case),
        refund_id=case.refund_id or "",
        payment_id=case.payment_id,
        amount_minor=case.refund_minor,
        currency=case.currency,
        cause=case.refund_cause or RefundCause.APPROVAL,
    )


async def refund(tx: Transaction, case_id: str, note: str | None = None) -> Case:
    """An agent lets the money go back: for the first time, or again after a provider's refusal, as a new refund."""
    case = await tx.lock(CASES, case_id)
    moved = lifecycle.move(case, Action.REFUND, tx)
    amount = case.refund_minor if case.refund_id else policy.whole(case)
    decided = decide(tx, moved, amount, case.refund_cause or RefundCause.APPROVAL)
    return await save(tx, decided, Action.REFUND, requested(tx, decided), note=note)


async def finish(tx: Transaction, event: RefundSucceeded) -> None:
    """The money is back with the buyer: the case is complete, and so is the verdict that ordered it."""
    if event.case_id is None:
        return  # order-svc pays refunds of its own too, for cancelled orders
    case = await tx.lock(CASES, event.case_id)
    if case.state is State.COMPLETED and case.refund_id == event.refund_id:
        return
    _check(case, event)
    completed = replace(
        lifecycle.move(case, Action.COMPLETE, tx), refunded_minor=case.refunded_minor + case.refund_minor
    )
    await save(tx, completed, Action.COMPLETE, await _completed(tx, completed))
    if case.refund_cause is RefundCause.VERDICT and case.dispute_id:
        await disputes.execute(tx, case.dispute_id, case.refund_minor)


async def fail(tx: Transaction, event: RefundFailed) -> None:
    """The provider refused for good; an agent decides. An unknown outcome never comes here: only an answer ends it."""
    if event.case_id is None:
        return
    case = await tx.lock(CASES, event.case_id)
    if case.state is State.MANUAL_REVIEW and case.refund_id == event.refund_id:
        return
    _check(case, event)
    failed = lifecycle.move(case, Action.FAIL, tx)
    told = AfterSaleRefundFailed(**about(tx, failed), refund_id=event.refund_id, failure_code=event.failure_code)
    raised = AfterSaleEscalated(**about(tx, failed), cause="refund_failed", deadline_at=failed.deadline_at)
    await save(tx, failed, Action.FAIL, told, raised, note=event.failure_code)


def _check(case: Case, event: RefundSucceeded | RefundFailed) -> None:
    if (case.refund_id, case.refund_minor, case.currency) != (event.refund_id, event.amount_minor, event.currency):
        raise RefundUnexpected(f"{event.refund_id} is not the refund decided for {case.id}")


async def _completed(tx: Transaction, case: Case) -> AfterSaleCompleted:
    lines = await tx.all(LINES_OF, case_id=case.id)
    parts = policy.settled(case, lines)
    return AfterSaleCompleted(
        **about(tx, case),
        refunded_minor=case.refunded_minor,
        currency=case.currency,
        lines=tuple(
            ToldLine(line_id=line.line_id, sku=line.sku, quantity=units, amount_minor=minor)
            for line, units, minor in parts
        ),
    )
