"""Opening a case."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import NOBODY
from aftercare_events import AfterSaleRequested, digest
from aftercare_events import CaseLine as EventLine

from aftersale_svc.commands.record import case_fields, record_step
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine, Request
from aftersale_svc.domain.cases.policy import check_needs
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.allocation import allocate_lines
from aftersale_svc.domain.money.freight import expected_freight
from aftersale_svc.domain.money.holds import balances, holds_of
from aftersale_svc.domain.orders.errors import OrderUnknown
from aftersale_svc.domain.orders.model import Order, Stage
from aftersale_svc.domain.orders.policy import stage_of
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases import CASE_LINES, CASES
from aftersale_svc.tables.holds import HOLDS, HOLDS_OF_ORDER
from aftersale_svc.tables.locks import ORDER_TO_LOCK


async def create(tx: Transaction[Settings], request: Request) -> FullCase:
    """Ask for after-sales service. The order is locked, so that no unit gets into two open cases.

    Raises:
        OrderUnknown, OrderWasCancelled, WindowPassed: see `stage_of`; OrderUnknown also where the actor may not see the order.
        StageUnsuitable, StageNotReached, ReasonUnsuitable, ReasonNotReached, EvidenceRequired: see `check_needs`.
        LineUnknown, LineTwice, QuantityExceedsRemaining, UnitsInLiveCase, ReappliedTooOften: see `allocate_lines`.
    """
    order = await tx.one(ORDER_TO_LOCK, order_id=request.order_id)
    if order is None:
        raise OrderUnknown(order_id=request.order_id, awaits=request.order_id)
    type_, stage = TYPES[request.type], stage_of(order, tx.now)
    check_needs(type_, order, stage, request.reason, request.evidence)
    holds = await tx.all(HOLDS_OF_ORDER, order_id=order.id)
    case_id = tx.new_id("case")
    lines = allocate_lines(case_id, balances(holds), request.lines)
    opened = _new(tx, case_id, order, request, stage, sum(line.amount_minor for line in lines))
    units = {line.line_id: line.quantity for line in lines}
    case = replace(opened, shipping_refund_minor=expected_freight(order, opened, units, holds))
    created = await tx.create(CASES, case, _requested(tx, case, lines))
    await tx.insert(CASE_LINES, *lines)
    await tx.insert(HOLDS, *holds_of(lines, type_))
    await record_step(tx, case, "request", request.description, request.evidence)
    return FullCase(case=created, requested=tuple(lines))


def _new(
    tx: Transaction[Settings], case_id: str, order: Order, request: Request, stage: Stage, requested_minor: int
) -> Case:
    table = TYPES[request.type].lifecycle
    case = Case(
        id=case_id,
        version=0,
        order_id=order.id,
        payment_id=order.payment_id or "",
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
        applicant_id=tx.actor.id,
        type=request.type,
        reason=request.reason,
        stage=stage,
        state=table.initial,
        whose_turn=NOBODY,
        deadline_at=None,
        currency=order.currency,
        requested_minor=requested_minor,
        shipping_refund_minor=0,
        description=request.description,
        evidence=request.evidence,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return table.start(case, tx)


def _requested(tx: Transaction[Settings], case: Case, lines: list[CaseLine]) -> AfterSaleRequested:
    return AfterSaleRequested(
        **case_fields(tx, case),
        reason=case.reason,
        stage=case.stage,
        lines=tuple(
            EventLine(line_id=line.line_id, sku=line.sku, quantity=line.quantity, amount_minor=line.amount_minor)
            for line in lines
        ),
        requested_minor=case.requested_minor,
        currency=case.currency,
        deadline_at=case.deadline_at,
        description_hash=digest(case.description) if case.description else None,
        evidence=tuple(case.evidence),
    )
