"""Which remedies a case can do: by its type, and by where its goods and its money are."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from aftercare_chassis.lifecycle import SystemContext
from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.codes import CaseType, Reason, RefundState
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState, Refund, RefundAmount, Return
from aftersale_svc.domain.cases.replacements.model import Replacement
from aftersale_svc.domain.disputes.errors import RemedyNotPossible
from aftersale_svc.domain.disputes.model import Remedy
from aftersale_svc.domain.disputes.remedies import check_remedy, ordered_as
from aftersale_svc.domain.money.holds import compensation_holds
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.orders.model import Order, OrderState, Stage
from case_walk import PARCEL
from memory_transaction import NOW

ALWAYS = {Remedy.REFUND, Remedy.NONE, Remedy.RESUME}
KEPT = {Remedy.COMPENSATION}
POSSIBLE = {
    CaseType.RETURN_REFUND: {Remedy.EXCHANGE, Remedy.RETURN} | KEPT,
    CaseType.REFUND_ONLY: {Remedy.EXCHANGE, Remedy.RETURN} | KEPT,
    CaseType.CANCEL_UNSHIPPED: set[Remedy](),
    CaseType.RESHIP_PARTS: {Remedy.EXCHANGE, Remedy.RETURN} | KEPT,
    CaseType.PRICE_ADJUST: set[Remedy](),
    CaseType.REFUSED_DELIVERY: set[Remedy](),
    CaseType.EXCHANGE: {Remedy.EXCHANGE, Remedy.RETURN} | KEPT,
    CaseType.REPAIR: {Remedy.EXCHANGE, Remedy.RETURN} | KEPT,
    CaseType.FAST_EXCHANGE: KEPT,
}


@pytest.fixture
def disputed(a_case: Callable[..., Case]) -> Callable[..., FullCase]:
    def of(type_: CaseType, **more: object) -> FullCase:
        stage = Stage.PRE_SHIP if type_ is CaseType.CANCEL_UNSHIPPED else Stage.POST_RECEIPT
        case = a_case(CaseState.DISPUTED, type=type_, stage=stage, frozen_state=CaseState.REJECTED)
        return FullCase(case=replace(case, **more))

    return of


def possible(full: FullCase, order: Order, context: SystemContext) -> set[Remedy]:
    found = set()
    for remedy in Remedy:
        try:
            check_remedy(remedy, context, CaseFacts(full=full, order=order))
            found.add(remedy)
        except RemedyNotPossible:
            pass
    return found


@pytest.mark.parametrize("type_", POSSIBLE)
def test_the_remedies_of_each_type(
    type_: CaseType,
    disputed: Callable[..., FullCase],
    an_order: Callable[..., Order],
    acting: Callable[..., SystemContext],
) -> None:
    for role in ("arbitrator", "buyer", "seller"):
        assert possible(disputed(type_), an_order(), acting(role)) == ALWAYS | POSSIBLE[type_]


def test_goods_and_money_that_are_under_way_bar_another_leg(
    disputed: Callable[..., FullCase],
    an_order: Callable[..., Order],
    acting: Callable[..., SystemContext],
    a_refund: Callable[..., Refund],
) -> None:
    arbitrator, order = acting("arbitrator"), an_order()
    back, exchange = disputed(CaseType.RETURN_REFUND), disputed(CaseType.EXCHANGE)
    sent = Return(case_id="case_1", **PARCEL)
    assert possible(back.keeping(sent), order, arbitrator) == ALWAYS
    assert possible(exchange.keeping(sent), order, arbitrator) == ALWAYS
    arrived = replace(sent, delivered_at=NOW)
    assert possible(back.keeping(arrived), order, arbitrator) == ALWAYS | {Remedy.EXCHANGE}
    assert possible(exchange.keeping(arrived), order, arbitrator) == ALWAYS | {Remedy.EXCHANGE}
    owed = exchange.keeping(arrived).keeping(Replacement(case_id="case_1"))
    assert possible(owed, order, arbitrator) == ALWAYS
    refused = disputed(CaseType.RETURN_REFUND, refund_id="ref_1").keeping(a_refund(RefundState.FAILED))
    assert possible(refused, order, arbitrator) == ALWAYS | KEPT


@pytest.mark.parametrize(
    ("type_", "reason", "made"),
    [
        (CaseType.RETURN_REFUND, Reason.QUALITY_DEFECT, CaseType.EXCHANGE),
        (CaseType.REFUND_ONLY, Reason.QUALITY_DEFECT, CaseType.EXCHANGE),
        (CaseType.REPAIR, Reason.WARRANTY_REPAIR, CaseType.EXCHANGE),
        (CaseType.REFUND_ONLY, Reason.LOST_IN_TRANSIT, CaseType.RESHIP_PARTS),
        (CaseType.RESHIP_PARTS, Reason.QUALITY_DEFECT, CaseType.RESHIP_PARTS),
        (CaseType.FAST_EXCHANGE, Reason.QUALITY_DEFECT, CaseType.FAST_EXCHANGE),
    ],
)
def test_an_ordered_exchange_waits_for_goods_that_the_buyer_has(
    type_: CaseType, reason: Reason, made: CaseType, disputed: Callable[..., FullCase]
) -> None:
    assert ordered_as(Remedy.EXCHANGE, disputed(type_, reason=reason)).case.type is made


def test_a_price_bars_a_return_once_the_buyer_has_agreed_to_pay_it(
    disputed: Callable[..., FullCase], an_order: Callable[..., Order], acting: Callable[..., SystemContext]
) -> None:
    exchange = disputed(CaseType.EXCHANGE, difference_minor=700)
    priced = exchange.keeping(Charge(case_id="case_1", amount_minor=700))
    assert possible(priced, an_order(), acting("arbitrator")) == ALWAYS | POSSIBLE[CaseType.EXCHANGE]
    assert ordered_as(Remedy.RETURN, priced).charge == Charge(case_id="case_1", amount_minor=0)
    agreed = exchange.keeping(Charge(case_id="case_1", amount_minor=700, agreed_at=NOW))
    assert Remedy.RETURN not in possible(agreed, an_order(), acting("arbitrator"))


@pytest.mark.parametrize("remedy", [Remedy.RETURN, Remedy.EXCHANGE, Remedy.COMPENSATION])
def test_nothing_is_sent_or_paid_for_a_cancelled_order(
    remedy: Remedy,
    disputed: Callable[..., FullCase],
    an_order: Callable[..., Order],
    acting: Callable[..., SystemContext],
) -> None:
    facts = CaseFacts(full=disputed(CaseType.RETURN_REFUND), order=an_order(OrderState.CANCELLED))
    with pytest.raises(OrderWasCancelled):
        check_remedy(remedy, acting("arbitrator"), facts)


@pytest.mark.parametrize(
    ("paid", "held"),
    [
        (100, [(0, 66), (0, 34)]),
        (3000, [(2, 2000), (1, 1000)]),
        (2999, [(0, 1999), (1, 1000)]),
    ],
)
def test_a_compensation_holds_the_units_of_which_all_was_paid_back(paid: int, held: list[tuple[int, int]]) -> None:
    lines = [
        CaseLine(
            case_id="case_1",
            line_id=f"line_{number}",
            sku="CUP-1",
            quantity=units,
            amount_minor=minor,
            line_units=units,
            line_paid_minor=minor,
            units_before=0,
        )
        for number, (units, minor) in enumerate([(2, 2000), (1, 1000)], 1)
    ]
    holds = compensation_holds(lines, RefundAmount(paid, 0))
    assert [(hold.units, hold.amount_minor) for hold in holds] == held
