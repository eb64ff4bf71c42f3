"""Requests for refunds: by the decision of a case, or by an operator.

A refund is allocated to the payments of its order under the locks of the order and of these, never for more than was paid, and each
share of it is always made under the same key.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import RefundFailed, RefundRequested
from aftercare_events.catalogue.cases import GoodsOutcome
from aftercare_events.catalogue.refund_parts import PartKind

from order_svc.commands import effects
from order_svc.commands.cases import after_sales, holds
from order_svc.commands.orders import order_units
from order_svc.commands.payments import payment_locks, refund_shares, refunds
from order_svc.commands.payments.postings import returned_in
from order_svc.commands.payments.refund_creation import insert, new_refund, refund
from order_svc.commands.record import refund_fields
from order_svc.domain import fulfilment
from order_svc.domain.cases import CaseState, completed
from order_svc.domain.line_cancellations import are_cancelled
from order_svc.domain.model import Amount, Order
from order_svc.domain.order_units import OrderUnits
from order_svc.domain.payments.allocation import allocate, borne_by_share, refusal, rooms_of
from order_svc.domain.payments.codes import FailureCode, OwnRefundCause
from order_svc.domain.payments.compensations import compensated
from order_svc.domain.payments.lifecycle import PAYMENT, REFUND, PaymentAction, PaymentFacts, RefundAction
from order_svc.domain.payments.model import Payment, Refund
from order_svc.domain.payments.owed import remainder_of
from order_svc.domain.payments.postings import Shares
from order_svc.domain.payments.shares import borne_before
from order_svc.integrations.payments.port import Outcome, ProviderResult
from order_svc.settings import Settings
from order_svc.tables.compensations import COMPENSATIONS_OF
from order_svc.tables.order_money import MONEY_OF_ORDERS
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import (
    PAYMENTS,
    REFUNDS,
    REFUNDS_OF,
    REFUNDS_OF_CASE,
    TAKEN_PAYMENTS_LOCKED,
)


async def accept(tx: Transaction[Settings], event: RefundRequested) -> None:
    """Execute the refund that a case has decided, in full or not at all.

    It is made from the payments of the order: those that the event chooses, in their order, then the newest. RefundFailed is the answer to
    more than was paid, to what a guarantee has paid in the place of the refund, to a refund before
    shipment of units that were shipped, to one of units that were cancelled, and to what the provider does not refund any more.

    Raises:
        NotFound: there is no such order or payment.
        ValueError: the payment belongs to another order.
    """
    order = await tx.lock(ORDERS, event.order_id)
    payment, payments = await payments_for(tx, order, event.payment_id)
    if await tx.find(REFUNDS, event.refund_id) is not None:
        return
    asked = Amount(event.amount_minor, event.currency)
    refund = new_refund(tx, payment, asked, event.cause, refund_id=event.refund_id, case_id=event.case_id)
    refund = replace(refund, borne=_borne(event, borne_before(await tx.all(REFUNDS_OF_CASE, case_id=event.case_id))))
    rooms = rooms_of(payments, await tx.all(REFUNDS_OF, payment_ids=[each.id for each in payments]), tx.now)
    paid = await tx.all(COMPENSATIONS_OF, order_id=order.id)
    # The case may not know yet of what a guarantee has paid: then it asks for too much.
    is_unknown = compensated(event.case_id, paid) > (event.compensated_minor or 0)
    refused = FailureCode.COMPENSATED if is_unknown else refusal(asked, rooms, paid)
    if refused is None:
        order, refused = await _claim_units(tx, order, event)
    if refused is not None:
        await refuse(tx, order, payment, refund, refused)
        return
    rows = refund_shares.split(refund, allocate(asked.minor, rooms, event.payment_ids or ()))
    await _execute(tx, order, payments, rows, returned_in(event.parts or ()))


async def payments_for(tx: Transaction[Settings], order: Order, payment_id: str) -> tuple[Payment, Sequence[Payment]]:
    """The payment that an event names, and those of the locked order that a refund is made from, locked: that one alone, where the order
    has not taken it.

    Raises:
        NotFound: there is no such payment.
        ValueError: it belongs to another order.
    """
    taken = await tx.lock_all(TAKEN_PAYMENTS_LOCKED, order_id=order.id)
    for each in taken:
        if each.id == payment_id:
            return each, taken
    payment = await tx.lock(PAYMENTS, payment_id)
    if payment.order_id != order.id:
        raise ValueError("the payment belongs to another order")
    return payment, [payment]


def _borne(event: RefundRequested, before: Counter[str]) -> list[dict[str, Any]] | None:  # Any: JSON
    """Who bears the refund, as its parts have it; None where that is the merchant alone. The parts are those of all that the case gives
    back, `before` is what of that is borne already (rule R8)."""
    others = Counter[str]()
    for part in event.parts or ():
        if part.kind == PartKind.COST_SHARE:
            others[part.payer] += part.amount_minor
    others -= before
    if not others:
        return None
    rest = max(0, event.amount_minor - others.total())
    shares = [("merchant", rest), *sorted(others.items())]
    borne = [{"bearer": bearer, "amount_minor": minor} for bearer, minor in shares]
    return borne_by_share(borne, [event.amount_minor])[0]


async def refuse(tx: Transaction[Settings], order: Order, payment: Payment, refund: Refund, code: FailureCode) -> None:
    """End a new refund of the locked payment as failed, with the code of why it is not made."""
    failed = REFUND.apply(refund, RefundAction.REFUSE, SystemContext.of(tx))
    failed = replace(failed, settled_at=tx.now, failure_code=code)
    fields = refund_fields(tx, payment, failed)
    event = RefundFailed(
        **fields,
        failure_code=code,
        already_shipped=code is FailureCode.UNITS_SHIPPED,
        already_cancelled=code is FailureCode.UNITS_CANCELLED,
    )
    await effects.end_refund(tx, order, payment, failed, event, then=failed.state)


async def _claim_units(
    tx: Transaction[Settings], order: Order, event: RefundRequested
) -> tuple[Order, FailureCode | None]:
    """Hold the units of the case that were not shipped; with a failure code where the case assumes that none was, or has units that were
    cancelled.

    A case may have been opened while its parcel was being registered, or its units cancelled: then nothing is paid, and the
    case is decided again with what is known now.
    """
    before = await order_units.read(tx, order.id)
    case = before.find_case(event.case_id)
    if case is None:
        return order, None
    # A refund that is requested opens the case again, should it have ended.
    case = replace(completed(case, keeps_goods=event.goods_outcome == GoodsOutcome.KEEP), state=CaseState.OPEN)
    units = await holds.hold(tx, before.with_case(case), case, before_shipment=event.is_before_shipment)
    refused = _refusal_of_units(units, case.id, event)
    if refused is None:
        units = units.with_case(replace(case, refunding=True))
    return await after_sales.save(tx, order, before, units), refused


def _refusal_of_units(units: OrderUnits, case_id: str, event: RefundRequested) -> FailureCode | None:
    """Why the units of the case are not refunded; None where they are."""
    of_case = units.case_lines_of(case_id)
    if event.is_before_shipment and fulfilment.any_shipped(of_case):
        gone = fulfilment.any_shipped_line(units.lines, of_case)
        return FailureCode.UNITS_SHIPPED if gone else FailureCode.UNITS_CANCELLED
    accepted = {each.line_id: each.accepted for each in event.accepted or ()}
    return FailureCode.UNITS_CANCELLED if are_cancelled(units, case_id, accepted) else None


async def refund_remainder(tx: Transaction[Settings], payment_id: str) -> Payment:
    """Refund what is left of the payment of an order that is not fulfilled: a new refund, under a new key. Of an order that is
    fulfilled, only what refunds of cancelled units that have failed were to give back.

    For operators, where the provider has declined the refund.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, NotRefundable, NothingToRefund, RefundPeriodOver, TooManyRefunds: see PAYMENT.
    """
    order, payment = await payment_locks.lock(tx, payment_id)
    [money] = await tx.all(MONEY_OF_ORDERS, order_ids=[order.id])
    PAYMENT.apply(payment, PaymentAction.REFUND_REMAINDER, tx, PaymentFacts(order, money, tx.now, tx.actor))
    await refund(tx, payment, remainder_of(payment, order, money, tx.now), OwnRefundCause.OPERATOR)
    return payment


async def _execute(
    tx: Transaction[Settings], order: Order, payments: Sequence[Payment], rows: Sequence[Refund], returned: Shares
) -> None:
    """Insert the shares of the refund and have a worker submit them; a refund of nothing succeeds at once, without a provider."""
    if any(each.amount_minor for each in rows):
        await refund_shares.send(tx, payments, rows, returned)
        return
    [refund] = rows
    [payment] = (each for each in payments if each.id == refund.payment_id)
    await insert(tx, payment, refund, returned)
    payment, refund = await refunds.submit(tx, payment, refund)
    await refunds.succeed(tx, order, payment, refund, ProviderResult(outcome=Outcome.SUCCEEDED))
