"""What opening a case decides: the same for the case that is opened and for one that is only previewed."""

from collections.abc import Sequence

from aftercare_chassis.lifecycle import NOBODY, Context
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.exchanges.policy import wanted_lines
from aftersale_svc.domain.cases.final_sales import check_goods
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.initiators import initiator_of
from aftersale_svc.domain.cases.manual_reviews.errors import PartyCannotDecide
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.parcel_errors import ParcelUnused
from aftersale_svc.domain.cases.policy import check_needs, check_permission, check_question, permitted
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.reasons import REASONS_VERSION
from aftersale_svc.domain.cases.requests import Request
from aftersale_svc.domain.cases.terms import check_term, is_late, terms_now
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.allocation import allocate_lines
from aftersale_svc.domain.money.freight import expected_freight
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.money.model import LineHold
from aftersale_svc.domain.orders.model import Order, Stage
from aftersale_svc.domain.orders.policy import stage_of
from aftersale_svc.domain.permissions import STAFF, is_side, with_actor


def check_request(order: Order, request: Request, context: Context) -> Stage:
    """Return the stage of the goods of a case that is asked for now.

    Raises:
        PartyCannotDecide: who asks as the platform is a party of the order.
        OrderUnknown, OrderWasCancelled: see `stage_of`.
        StageUnsuitable, StageNotReached, ReasonUnsuitable, ReasonNotReached: see `check_needs`.
        EvidenceRequired, DescriptionMissing, PricesMissing, PricesUnused, PriceNotLower, PriceCurrencyForeign: see `check_needs`.
        ParcelUnused: a parcel is named of a case of another type than those whose goods come back in the one in which they were sent.
        FastExchangeNotAllowed: see `check_permission`.
        VirtualGoods: see `check_goods`.
        WindowPassed, WarrantyPassed, NoWarranty, ReasonClosed, FinalSale, NotLateYet: see `check_term`.
        QuestionOpen: see `check_question`.
    """
    type_ = TYPES[request.type]
    if context.actor.role in STAFF and is_side(context.actor, order.buyer_id, order.merchant_id):
        raise PartyCannotDecide()
    stage = stage_of(order)
    check_needs(type_, order, stage, request, by_buyer=context.actor.role == "buyer")
    if request.parcel_id is not None and not type_.by_outbound:
        raise ParcelUnused(pointer="/parcel_id")
    check_permission(type_, order)
    line_ids = [wanted.line_id for wanted in request.lines]
    check_goods(type_, order, line_ids)
    check_term(type_, stage, request.reason, line_ids, terms_now(order, context), asked_in=request.asked_in)
    check_question(type_, order, line_ids)
    return type_.stage(stage)


def open_case(
    case_id: str, order: Order, stage: Stage, request: Request, holds: Sequence[LineHold], context: Context
) -> FullCase:
    """Return the case that a request opens. `holds` are what all cases of the order hold.

    Raises:
        LineUnknown, LineTwice, QuantityExceedsRemaining, UnitsInLiveCase, UnitsNotBack, UnitsShipped, UnitsNotSent: see `allocate_lines`.
        ReappliedTooOften, AdjustmentExceedsLeft: see `allocate_lines`.
        WantedNotPossible: see `wanted_lines`.
    """
    lines = allocate_lines(case_id, TYPES[request.type], stage, balances(holds), request.lines, order.currency)
    category = _category(request, holds)
    case = _new(case_id, order, stage, request, sum(line.amount_minor for line in lines), category, context)
    wanted = wanted_lines(case_id, TYPES[request.type], request.lines)
    units = {line.line_id: line.quantity for line in lines}
    case = replace(case, shipping_refund_minor=expected_freight(order, case, units, holds))
    missed = {line_id: at for line_id, at in (order.overdue_lines or {}).items() if line_id in units}
    received = order.signed_at or order.received_at
    opened = FullCase(case=case, requested=tuple(lines), overdue=missed, received_since=received).keeping(
        *_price_checks(case_id, request)
    )
    return replace(opened, case=permitted(case, order)).keeping(*wanted)


def _price_checks(case_id: str, request: Request) -> list[PriceCheck]:
    return [
        PriceCheck(
            case_id=case_id,
            line_id=wanted.line_id,
            reference_minor=wanted.prices.reference_minor,
            checked_minor=wanted.prices.checked_minor,
        )
        for wanted in request.lines
        if wanted.prices is not None
    ]


def _category(request: Request, holds: Sequence[LineHold]) -> str | None:
    """The category of the goods that are asked for; None where it is not known, or not one."""
    wanted = {each.line_id for each in request.lines}
    categories = {hold.category for hold in holds if hold.line_id in wanted}
    return next(iter(categories)) if len(categories) == 1 else None


def _new(
    case_id: str,
    order: Order,
    stage: Stage,
    request: Request,
    requested_minor: int,
    category: str | None,
    context: Context,
) -> Case:
    table = TYPES[request.type].lifecycle
    case = Case(
        id=case_id,
        version=0,
        order_id=order.id,
        payment_id=order.payment_id or "",
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
        applicant_id=context.actor.id,
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
        initiator=initiator_of(context.actor.role),
        reapplication_of=request.reapplication_of,
        reasons_version=REASONS_VERSION,
        after_window=is_late(order, request, context),
        category=category,
        buyer_level=order.buyer_level,
        party_ids=with_actor((), context.actor),
        created_at=context.now,
        updated_at=context.now,
    )
    return table.start(case, context)
