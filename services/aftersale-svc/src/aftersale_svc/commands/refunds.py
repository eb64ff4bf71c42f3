"""Money back: decide it, take note of its end, try again. Order-svc pays; here it is decided once per refund id."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    AfterSaleCompleted,
    AfterSaleEscalated,
    AfterSaleRefundFailed,
    Event,
    RefundFailed,
    RefundSucceeded,
)
from aftercare_events import CaseLine as ToldLine

from aftersale_svc.commands import effects, holding, orders, stages
from aftersale_svc.commands.record import about
from aftersale_svc.domain import holds, lifecycle, policy
from aftersale_svc.domain.codes import OrderState, RefundCause, Stage
from aftersale_svc.domain.holds import Due
from aftersale_svc.domain.lifecycle import Action
from aftersale_svc.domain.model import Case, Order, State
from aftersale_svc.tables.cases import CASES, LINES_OF
from aftersale_svc.tables.orders import HOLDS

UNITS_SHIPPED = "units_shipped"
"""Order-svc's answer to a refund before shipment of units that have left."""


class RefundUnexpected(Exception):
    """Order-svc tells of a refund that was not decided here like this: set aside for people to look at."""


async def decide(tx: Transaction, order: Order, case: Case, cause: RefundCause) -> Case:
    """The case with a refund of all that is due for its units now. The order is locked, so no other case decides."""
    return decided(tx, case, holds.due(order, case, await tx.all(HOLDS, order_id=order.id)), cause)


def decided(tx: Transaction, case: Case, due: Due, cause: RefundCause) -> Case:
    """The case with a refund of its own number. A refund id is used once: it is the provider's key for ever."""
    return replace(
        case,
        refund_id=tx.new_id("ref"),
        refund_minor=due.total_minor,
        shipping_refund_minor=due.freight_minor,
        refund_cause=cause,
    )


async def refund(tx: Transaction, case_id: str, note: str | None = None) -> Case:
    """An agent lets the money go back: for the first time, or again after a failure, as a new refund.

    What a verdict ordered stays; any other amount is judged anew, for other cases may have ended meanwhile.
    """
    case, order = await holding.case_and_order(tx, case_id)
    moved = lifecycle.move(case, Action.REFUND, tx)
    if case.refund_cause is RefundCause.VERDICT:
        owing = replace(moved, refund_id=tx.new_id("ref"))
    else:
        owing = await decide(tx, order, moved, case.refund_cause or RefundCause.APPROVAL)
    return await effects.enter(tx, owing, Action.REFUND, note=note)


async def finish(tx: Transaction, event: RefundSucceeded) -> None:
    """The money is back with the buyer: the case is complete."""
    if event.case_id is None:
        return  # order-svc pays refunds of its own too, for cancelled orders
    case = await tx.lock(CASES, event.case_id)
    if case.state is State.COMPLETED and case.refund_id == event.refund_id:
        return
    _check(case, event)
    completed = replace(
        lifecycle.move(case, Action.COMPLETE, tx), refunded_minor=case.refunded_minor + case.refund_minor
    )
    await effects.enter(tx, completed, Action.COMPLETE, await _completed(tx, completed))


async def fail(tx: Transaction, event: RefundFailed) -> None:
    """The refund was refused for good; an agent decides, unless the money has gone back with the cancelled order.

    An unknown outcome never comes here: only an answer ends it.
    """
    if event.case_id is None:
        return
    case, order = await holding.case_and_order(tx, event.case_id)
    if case.refund_id == event.refund_id and case.state not in holds.GOING_BACK:
        return
    _check(case, event)
    if order.state is OrderState.CANCELLED:
        await orders.end_case(tx, case, event.failure_code)
        return
    failed = lifecycle.move(case, Action.FAIL, tx)
    told: list[Event] = [
        AfterSaleRefundFailed(**about(tx, failed), refund_id=event.refund_id, failure_code=event.failure_code)
    ]
    if event.failure_code == UNITS_SHIPPED and case.stage is Stage.PRE_SHIP:
        failed = stages.left(tx, failed)
        told.append(stages.event(tx, failed))
    told.append(AfterSaleEscalated(**about(tx, failed), cause="refund_failed", deadline_at=failed.deadline_at))
    await effects.enter(tx, failed, Action.FAIL, *told, note=event.failure_code)


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
