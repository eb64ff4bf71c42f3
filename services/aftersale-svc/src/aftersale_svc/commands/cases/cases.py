"""Opening a case."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleRequested, digest
from aftercare_events import CaseLine as EventLine

from aftersale_svc.commands import effects, history
from aftersale_svc.commands.cases import rule_reviews
from aftersale_svc.commands.claims import courier_claim_openings
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.goods import returns
from aftersale_svc.commands.record import case_fields, record_step, settings_used
from aftersale_svc.domain.cases.exchanges.model import ReplacementLine
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import by_parcel
from aftersale_svc.domain.cases.model import Case, CaseLine, Return
from aftersale_svc.domain.cases.outbound_parcels import carrying
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.reasons import PARCEL_MISSING
from aftersale_svc.domain.cases.requests import Request
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.allocation import instead_of_refusing
from aftersale_svc.domain.money.holds import balances, holds_of
from aftersale_svc.domain.money.opening import check_request, open_case
from aftersale_svc.domain.money.shown_freight import shows_estimate
from aftersale_svc.domain.orders.errors import OrderUnknown
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.case_rules import ORDER_TO_OPEN
from aftersale_svc.tables.cases.cases import CASE_LINES, CASES
from aftersale_svc.tables.cases.legs import RETURNS
from aftersale_svc.tables.cases.price_checks import PRICE_CHECKS
from aftersale_svc.tables.goods.exchanges import REPLACEMENT_LINES
from aftersale_svc.tables.goods.sent_parcels import PARCELS_OF_ORDER
from aftersale_svc.tables.money.holds import HOLDS, HOLDS_OF_ORDER


async def create(tx: Transaction[Settings], request: Request) -> FullCase:
    """Ask for after-sales service. The order is locked, so that no unit gets into two open cases.

    A parcel that was refused at the door is followed under its own waybill; where it is back already, its goods have arrived. Where a rule of the merchant matches, it decides about the case at once.

    Raises:
        OrderUnknown: the order is not known here as paid, or this actor may not see it.
        PartyCannotDecide, OrderWasCancelled, WindowPassed, WarrantyPassed, NoWarranty, ReasonClosed, FinalSale, NotLateYet, VirtualGoods, QuestionOpen, StageUnsuitable, StageNotReached, ReasonUnsuitable, ReasonNotReached,
        EvidenceRequired, DescriptionMissing, PricesMissing, PricesUnused, PriceNotLower, PriceCurrencyForeign, ParcelUnused, FastExchangeNotAllowed: see `check_request`.
        LineUnknown, LineTwice, QuantityExceedsRemaining, UnitsInLiveCase, UnitsNotBack, UnitsShipped, UnitsNotSent, ReappliedTooOften,
        AdjustmentExceedsLeft: see `open_case`.
        UnitsInNoParcel, ParcelUnclear: see `carrying`.
        WantedNotPossible: see `open_case`.
        EvidenceUnusable: see `cited_evidence.check_request`.
    """
    order = await tx.one(ORDER_TO_OPEN, order_id=request.order_id)
    if order is None:
        raise OrderUnknown(order_id=request.order_id, awaits=request.order_id)
    stage = check_request(order, request, tx)
    holds = await tx.all(HOLDS_OF_ORDER, order_id=order.id)
    opened = open_case(tx.new_id("case"), order, stage, request, holds, tx)
    case, lines, parcel = opened.case, opened.requested, None
    if TYPES[case.type].by_outbound:
        parcels = await tx.all(PARCELS_OF_ORDER, order_id=order.id)
        otherwise = instead_of_refusing(balances(holds), request.lines)
        parcel = carrying(order.id, parcels, request.lines, request.parcel_id, otherwise=otherwise)
        back = Return(case_id=case.id, carrier=parcel.carrier, waybill_no=parcel.waybill_no)
        opened = by_parcel(tx, opened, back)
        case = opened.case
    await cited_evidence.check_request(tx, order, request)
    by_rule = await rule_reviews.decision(tx, order, case, lines)
    claims = await courier_claim_openings.beside(tx, opened)
    created = await tx.create(CASES, case, _requested(tx, case, lines))
    await tx.insert(CASE_LINES, *lines)
    await tx.insert(HOLDS, *holds_of(lines, TYPES[case.type]))
    await tx.insert(PRICE_CHECKS, *opened.rows_of(PriceCheck))
    await tx.insert(RETURNS, *opened.rows_of(Return))
    await tx.insert(REPLACEMENT_LINES, *opened.rows_of(ReplacementLine))
    await record_step(tx, case, "request", request.description, request.evidence)
    opened = replace(opened, case=created)
    await history.record(tx, None, opened)
    for claim in claims:
        await courier_claim_openings.create(tx, claim)
    if any(map(shows_estimate, holds)):
        await effects.show_freight(tx, None, opened)
    opened = await rule_reviews.take(tx, opened, order, by_rule)
    if parcel is not None and parcel.returned_at is not None:
        return await returns.arrive(tx.as_system(), opened, parcel.parcel_id, parcel.returned_at)
    return opened


def _requested(tx: Transaction[Settings], case: Case, lines: Sequence[CaseLine]) -> AfterSaleRequested:
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
        initiator=case.initiator,
        reasons_version=case.reasons_version,
        reapplication_of=case.reapplication_of,
        settings=settings_used(case.settings),
        not_received=case.reason in PARCEL_MISSING,
    )
