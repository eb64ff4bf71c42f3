"""Refunds on their way: submitted to the provider and ended by its result, under the lock of their payment."""

from dataclasses import replace

from aftercare_chassis.database.origins import Origin
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import RefundFailed, RefundReversed, RefundSubmitted, RefundSucceeded, RefundUnknown

from order_svc.commands import effects
from order_svc.commands.payments import postings, refund_shares
from order_svc.commands.record import refund_fields
from order_svc.domain.cases import CaseState
from order_svc.domain.model import Order
from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.payments.lifecycle import REFUND, RefundAction
from order_svc.domain.payments.limits import refund_limit
from order_svc.domain.payments.model import IN_FLIGHT, Payment, Refund, RefundState
from order_svc.integrations.payments.port import Outcome, ProviderResult
from order_svc.settings import Settings
from order_svc.tables.cases import CASES
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import DROP_CALL, PAYMENTS, REFUNDS, REFUNDS_OF


def name_cause(tx: Transaction[Settings], refund: Refund) -> None:
    """Let the events that follow in this transaction name as their cause the event that requested the refund."""
    if refund.asked_by_event and refund.correlation_id:
        tx.caused_by = Origin(refund.asked_by_event, refund.correlation_id)


async def submit(tx: Transaction[Settings], payment: Payment, refund: Refund) -> tuple[Payment, Refund]:
    """The refund of the locked payment is about to be submitted to the provider.

    Raises:
        IllegalTransition: it has been submitted and is not unknown, or it has ended.
    """
    submitted = REFUND.apply(refund, RefundAction.SUBMIT, SystemContext.of(tx))
    event = RefundSubmitted(**refund_fields(tx, payment, submitted), share_id=submitted.share_id)
    return await effects.save_refund(tx, payment, submitted, event), submitted


async def refuse_beyond_limits(tx: Transaction[Settings], refund_id: str) -> bool:
    """End a refund that is not submitted yet as failed where its provider would not make it, so that it is not called in vain: the payment
    is too old by now, or has as many refunds as it may have. Another payment takes its place where one has room."""
    known = await tx.get(REFUNDS, refund_id)
    if known.state is not RefundState.CREATED or await _limit(tx, known) is None:
        return False
    order = await tx.lock(ORDERS, known.order_id)  # before its payment, as in every command
    payment = await tx.lock(PAYMENTS, known.payment_id)
    refund = await tx.get(REFUNDS, refund_id)
    code = await _limit(tx, refund)
    if refund.state is not RefundState.CREATED or code is None:
        return False
    name_cause(tx, refund)
    await _fail(tx, order, payment, refund, ProviderResult(outcome=Outcome.DECLINED, failure_code=code))
    return True


async def _limit(tx: Transaction[Settings], refund: Refund) -> FailureCode | None:
    payment = await tx.get(PAYMENTS, refund.payment_id)
    of_payment = await tx.all(REFUNDS_OF, payment_ids=[payment.id])
    others = [each for each in of_payment if each.id != refund.id]
    return refund_limit(payment, others, tx.now, refund.amount_minor)


async def apply_result(tx: Transaction[Settings], refund_id: str, *, result: ProviderResult) -> RefundState:
    """Apply what the provider reports of a refund by itself, in a callback or a statement; a repeated report changes nothing. One that had
    succeeded and is declined has come back.

    Raises:
        NotFound: there is no such refund.
    """
    order, payment, refund = await _locked(tx, refund_id)
    if refund.state is RefundState.SUCCEEDED and result.outcome is Outcome.DECLINED and refund.outside is None:
        return await _reverse(tx, order, payment, refund, result.failure_code or FailureCode.CAME_BACK)
    return await _apply(tx, order, payment, refund, result)


async def apply_response(tx: Transaction[Settings], refund_id: str, *, result: ProviderResult) -> RefundState:
    """Apply the provider's response to a call about a refund. One that has ended meanwhile stays as it is: the response may be older than
    the callback that has ended it.

    Raises:
        NotFound: there is no such refund.
    """
    order, payment, refund = await _locked(tx, refund_id)
    return await _apply(tx, order, payment, refund, result)


async def _locked(tx: Transaction[Settings], refund_id: str) -> tuple[Order, Payment, Refund]:
    known = await tx.get(REFUNDS, refund_id)
    order = await tx.lock(ORDERS, known.order_id)  # before its payment, as in every command
    payment = await tx.lock(PAYMENTS, known.payment_id)
    return order, payment, await tx.get(REFUNDS, refund_id)


async def _apply(
    tx: Transaction[Settings], order: Order, payment: Payment, refund: Refund, result: ProviderResult
) -> RefundState:
    if refund.state not in IN_FLIGHT:
        return refund.state
    name_cause(tx, refund)
    if refund.state is RefundState.CREATED:  # the callback came before the worker recorded its call
        payment, refund = await submit(tx, payment, refund)
    match result.outcome:
        case Outcome.SUCCEEDED:
            return await succeed(tx, order, payment, refund, result)
        case Outcome.DECLINED:
            return await _fail(tx, order, payment, refund, result)
        case Outcome.UNKNOWN if refund.state is RefundState.SUBMITTED:
            return await _mark_unknown(tx, payment, refund)
        case Outcome.NOT_FOUND if refund.state is RefundState.UNKNOWN:
            return (await submit(tx, payment, refund))[1].state
    return refund.state


async def succeed(
    tx: Transaction[Settings], order: Order, payment: Payment, refund: Refund, result: ProviderResult
) -> RefundState:
    """The submitted refund of the locked payment, of the locked order, has been paid out: all of it, or a share.

    Raises:
        IllegalTransition: it was not submitted, or it has ended.
    """
    done = replace(
        REFUND.apply(refund, RefundAction.SUCCEED, SystemContext.of(tx)),
        settled_at=tx.now,
        provider_reference=result.reference,
    )
    reduced = replace(payment, refunded_minor=payment.refunded_minor + refund.amount_minor)
    await tx.execute(DROP_CALL, call_id=refund.id)
    if done.share_of is not None:
        await refund_shares.succeed(tx, order, reduced, done)
        return done.state
    event = RefundSucceeded(**refund_fields(tx, reduced, done), provider_reference=result.reference)
    await effects.end_refund(tx, order, reduced, done, event, then=done.state)
    return done.state


async def _fail(
    tx: Transaction[Settings], order: Order, payment: Payment, refund: Refund, result: ProviderResult
) -> RefundState:
    code = result.failure_code or FailureCode.DECLINED
    action = RefundAction.REFUSE if refund.state is RefundState.CREATED else RefundAction.FAIL
    failed = REFUND.apply(refund, action, SystemContext.of(tx))
    failed = replace(failed, settled_at=tx.now, failure_code=code)
    await tx.execute(DROP_CALL, call_id=refund.id)
    if await refund_shares.move(tx, order, payment, failed):
        return failed.state
    if failed.share_of is not None:
        await refund_shares.fail(tx, order, payment, failed)
        return failed.state
    event = RefundFailed(**refund_fields(tx, payment, failed), failure_code=code, already_shipped=False)
    await effects.end_refund(tx, order, payment, failed, event, then=failed.state)
    return failed.state


async def _reverse(tx: Transaction[Settings], order: Order, payment: Payment, refund: Refund, code: str) -> RefundState:
    """The refund was paid out, and came back, as from an account that is closed: it is owed to the buyer (rule R13)."""
    name_cause(tx, refund)
    reversed_ = REFUND.apply(refund, RefundAction.REVERSE, SystemContext.of(tx))
    reversed_ = replace(reversed_, settled_at=tx.now, failure_code=code)
    restored = replace(payment, refunded_minor=payment.refunded_minor - refund.amount_minor)
    still_tried = await refund_shares.is_in_flight(tx, refund)
    await postings.refund_reversed(tx, payment, refund, still_tried=still_tried)
    if still_tried:  # it fails as a whole, and its case decides
        await refund_shares.fail(tx, order, restored, reversed_)
        return reversed_.state
    reversed_ = replace(reversed_, reversed_at=tx.now, owed_by_case=await _goes_on(tx, refund.case_id))
    if reversed_.owed_by_case:
        await refund_shares.undo(tx, payment, refund)
    event = RefundReversed(
        **refund_fields(tx, restored, reversed_),
        failure_code=code,
        share_id=reversed_.share_id,
        succeeded_minor=await refund_shares.left_without(tx, reversed_) or None,
    )
    await effects.save_refund(tx, restored, reversed_, event)
    return reversed_.state


async def _goes_on(tx: Transaction[Settings], case_id: str | None) -> bool:
    """Whether there is such a case that decides about its money again: one that ended without its purpose does not."""
    if case_id is None:
        return False
    case = await tx.find(CASES, case_id)
    return case is not None and case.state is not CaseState.ENDED


async def _mark_unknown(tx: Transaction[Settings], payment: Payment, refund: Refund) -> RefundState:
    unknown = REFUND.apply(refund, RefundAction.MARK_UNKNOWN, SystemContext.of(tx))
    event = RefundUnknown(**refund_fields(tx, payment, unknown), share_id=unknown.share_id)
    await effects.save_refund(tx, payment, unknown, event)
    return unknown.state
