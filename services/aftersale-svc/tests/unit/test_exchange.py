"""A third type of case is one row, plus what is new in it: here a leg with its states, and the commands of that leg."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from aftercare_chassis.lifecycle import SystemContext, Timeout, Transition
from aftercare_chassis.lifecycle.diagram import draw
from aftercare_chassis.settings import Hours
from aftercare_events import AfterSaleCompleted, CaseEvent
from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.deadlines import case_timer
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.codes import Reason, RefundCause
from aftersale_svc.domain.cases.errors import StageUnsuitable
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.legs.goods_return import RETURN, ReturnExit
from aftersale_svc.domain.cases.legs.inspection import INSPECTION, InspectionExit
from aftersale_svc.domain.cases.legs.interruptions import DisputeExit
from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.legs.refund import REFUND, RefundExit
from aftersale_svc.domain.cases.legs.review import REVIEW, ReviewExit
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseLine, CaseState
from aftersale_svc.domain.cases.policy import check_needs
from aftersale_svc.domain.cases.requests import Request
from aftersale_svc.domain.cases.types import ENDED, TYPES, TypeRow
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.freight import expected_freight
from aftersale_svc.domain.money.holds import balances, holds_of
from aftersale_svc.domain.options import options_of
from aftersale_svc.domain.orders.model import Order, OrderState, Stage
from aftersale_svc.domain.permissions import MERCHANT, SYSTEM_ONLY, Permission
from aftersale_svc.settings import Settings
from case_walk import CASE, PEOPLE, Command, explore
from graph_ends import stuck
from memory_transaction import Snapshot
from order_book import NOW, OrderBook

# What is new: two states, three actions, the leg, its settings, and the type's own codes.


class NewState(StrEnum):
    AWAIT_RESHIP = "await_reship"
    RESHIP_IN_TRANSIT = "reship_in_transit"


class NewAction(StrEnum):
    SEND_REPLACEMENT = "send_replacement"
    OUT_OF_STOCK = "out_of_stock"
    CONFIRM = "confirm"


class NewCode(StrEnum):
    EXCHANGE = "exchange"
    NONE = "none"


class ReshipExit(Exit):
    RECEIVED = "received"
    OUT_OF_STOCK = "out_of_stock"


class ExchangeSettings(Settings):
    reship_hours: Hours = 48
    reship_transit_hours: Hours = 7 * 24


_S, _A = NewState, NewAction
BUYER_OR_SYSTEM = Permission("buyer_only", frozenset({"buyer", "system"}))
ROWS: Any = {
    (_S.AWAIT_RESHIP, _A.SEND_REPLACEMENT): Transition(_S.RESHIP_IN_TRANSIT, MERCHANT),
    (_S.AWAIT_RESHIP, _A.OUT_OF_STOCK): Transition(ReshipExit.OUT_OF_STOCK, MERCHANT),
    (_S.AWAIT_RESHIP, CaseAction.ESCALATE): Transition(CaseState.MANUAL_REVIEW, SYSTEM_ONLY, cause="replacement_late"),
    (_S.RESHIP_IN_TRANSIT, _A.CONFIRM): Transition(ReshipExit.RECEIVED, BUYER_OR_SYSTEM),
}
TIMEOUTS: Any = {
    _S.AWAIT_RESHIP: Timeout("merchant", "reship_hours", CaseAction.ESCALATE, "escalated_replacement_late"),
    _S.RESHIP_IN_TRANSIT: Timeout("buyer", "reship_transit_hours", _A.CONFIRM, "completed_by_timeout"),
}
RESHIP = Leg("reship", _S.AWAIT_RESHIP, ROWS, TIMEOUTS)  # type: ignore[arg-type]

# The row.
EXCHANGE = TypeRow(
    name=NewCode.EXCHANGE,
    legs=(REVIEW, RETURN, INSPECTION, RESHIP, REFUND),
    exits={
        ReviewExit.APPROVED: RETURN,
        ReviewExit.REFUND_ORDERED: REFUND,
        ReturnExit.ARRIVED: INSPECTION,
        InspectionExit.ACCEPTED: RESHIP,
        ReshipExit.RECEIVED: CaseState.COMPLETED,
        ReshipExit.OUT_OF_STOCK: REFUND,
        RefundExit.PAID: CaseState.COMPLETED,
        DisputeExit.AWARDED: REFUND,
    },
    goods=NewCode.EXCHANGE,  # type: ignore[arg-type]
    money=NewCode.NONE,  # type: ignore[arg-type]
    stages=frozenset({Stage.POST_RECEIPT}),
)
TYPE: Any = NewCode.EXCHANGE
ASKED = Request("ord_1", TYPE, Reason.WRONG_SIZE_OR_MODEL, None, [], [])


async def send_replacement(tx: Any) -> FullCase:
    full = await locking.case(tx, CASE)
    sent = apply(full, _A.SEND_REPLACEMENT, tx)  # type: ignore[arg-type]
    return await effects.save(tx, full, sent, _A.SEND_REPLACEMENT, _event(tx, sent))


async def out_of_stock(tx: Any) -> FullCase:
    full, order = await locking.case_and_order(tx, CASE)
    refunding = apply(full, _A.OUT_OF_STOCK, tx)  # type: ignore[arg-type]
    terms = RefundTerms(order, RefundCause.APPROVAL)
    return await effects.save(tx, full, refunding, _A.OUT_OF_STOCK, terms=terms)


async def confirm(tx: Any) -> FullCase:
    return await confirm_locked(tx, *await locking.case_and_order(tx, CASE))


@case_timer(_A.CONFIRM)  # type: ignore[arg-type]
async def confirm_locked(tx: Any, full: FullCase, _: Order) -> FullCase:
    received = apply(full, _A.CONFIRM, tx)  # type: ignore[arg-type]
    event = AfterSaleCompleted(**case_fields(tx, received.case), refunded_minor=0, currency="CNY", lines=())
    return await effects.save(tx, full, received, _A.CONFIRM, event)


def _event(tx: Any, full: FullCase) -> CaseEvent:
    return CaseEvent(**case_fields(tx, full.case), matter="replacement")


NEW: dict[str, Command] = {"send": send_replacement, "out of stock": out_of_stock, "confirm": confirm}


@pytest.fixture(autouse=True)
def _exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that a third type adds to the table of types."""
    monkeypatch.setitem(TYPES, TYPE, EXCHANGE)


@pytest.fixture
def first(
    a_case: Callable[..., Case], an_order: Callable[..., Order], acting: Callable[..., SystemContext]
) -> Snapshot:
    """A new exchange of all that was ordered."""
    case = a_case(type=TYPE)
    line = CaseLine(
        case_id=case.id,
        line_id="line_1",
        sku="KETTLE-1",
        quantity=2,
        amount_minor=19133,
        line_units=2,
        line_paid_minor=19133,
        units_before=0,
    )
    [hold] = holds_of([line], EXCHANGE)
    return Snapshot(an_order(), lifecycle.of(case).start(case, acting()), line, hold)


async def test_everything_that_an_exchange_can_reach_leads_to_an_end(first: Snapshot) -> None:
    graph, places = await explore(first, {**PEOPLE, **NEW}, ExchangeSettings.model_construct())
    assert not stuck(graph, places)
    seen = {snapshot.case.state for snapshot in places.values()}
    assert seen == EXCHANGE.lifecycle.timeouts.keys() | ENDED
    for place, snapshot in places.items():
        if snapshot.case.state is CaseState.COMPLETED:
            refunded = snapshot.refund is not None and snapshot.refund.state == "succeeded"
            assert snapshot.hold.state is (HoldState.SETTLED if refunded else HoldState.RELEASED), place
    completed = {snapshot.refund is None for snapshot in places.values() if snapshot.case.state is CaseState.COMPLETED}
    assert completed == {True, False}, "with the replacement, or with the money"


def test_the_diagram_of_an_exchange_joins_its_legs() -> None:
    printed = draw(EXCHANGE.lifecycle)
    for line in (
        "await_inspection --> await_reship: inspect (seller, system) / after inspection_hours",
        "await_reship --> reship_in_transit: send_replacement (seller)",
        "await_reship --> refunding: out_of_stock (seller)",
        "reship_in_transit --> completed: confirm (buyer, system) / after reship_transit_hours",
        "reship_in_transit --> disputed: freeze (system, unless order_cancelled, unless verdict_in_execution)",
        "disputed --> await_reship: resume (arbitrator, buyer, seller, as an outcome of dispute, "
        "unless order_cancelled, where it was before)",
        "await_reship --> closed: end_with_order (system, unless order_not_cancelled)",
    ):
        assert f"    {line}\n" in printed


def test_an_exchange_is_for_goods_that_were_received(an_order: Callable[..., Order]) -> None:
    check_needs(EXCHANGE, an_order(), Stage.POST_RECEIPT, ASKED)
    with pytest.raises(StageUnsuitable):
        check_needs(EXCHANGE, an_order(), Stage.IN_TRANSIT, ASKED)


@pytest.mark.parametrize(("state", "why_not"), [(OrderState.DELIVERED, None), (OrderState.SHIPPED, "stage_unsuitable")])
def test_an_exchange_is_among_the_options(state: OrderState, why_not: str | None) -> None:
    book = OrderBook([(300, 3)], fee=0, state=state)
    [line] = options_of(book.order, balances(book.holds()), NOW).lines
    refusals = {option.type: option.refusal for option in line.options}
    found = refusals[TYPE]
    assert (found.code if found else None) == why_not


def test_an_exchange_is_not_expected_to_bring_the_freight_back(first: Snapshot) -> None:
    assert expected_freight(first.order, first.case, {"line_1": 2}, []) == 0


def test_events_carry_what_an_exchange_is_for(first: Snapshot, acting: Callable[..., Any]) -> None:
    fields = case_fields(acting("buyer"), first.case)
    assert (fields["case_type"], fields["goods"], fields["money"]) == ("exchange", "exchange", "none")
