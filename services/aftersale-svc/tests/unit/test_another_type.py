"""Another type of case is one row, plus what is new in it: here a visit to the buyer, a leg with its states and commands."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from aftercare_chassis.lifecycle import SystemContext, Timeout, Transition
from aftercare_chassis.lifecycle.diagram import draw
from aftercare_chassis.settings import Hours
from aftercare_events import AfterSaleCompleted, CaseEvent
from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.effects import RefundTerms
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.codes import Money, Reason, RefundCause
from aftersale_svc.domain.cases.errors import StageUnsuitable
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.legs.interruptions import DisputeExit
from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.legs.refund import REFUND, RefundExit
from aftersale_svc.domain.cases.legs.review import REVIEW, ReviewExit
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseLine, CaseState
from aftersale_svc.domain.cases.policy import check_needs
from aftersale_svc.domain.cases.requests import Request
from aftersale_svc.domain.cases.terms import terms_of
from aftersale_svc.domain.cases.types import ENDED, TYPES, TypeRow
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.freight import expected_freight
from aftersale_svc.domain.money.holds import balances, holds_of
from aftersale_svc.domain.options import options_of
from aftersale_svc.domain.orders.model import Order, OrderState, Stage
from aftersale_svc.domain.permissions import BUYER_OR_SYSTEM, MERCHANT, SYSTEM_ONLY
from aftersale_svc.settings import Settings
from case_graph import explore
from case_walk import CASE, PEOPLE, Command
from graph_ends import stuck
from memory_transaction import Snapshot
from offline_walk import OFFLINE
from order_book import NOW, OrderBook

# What is new: two states, three actions, the leg, its settings, and the type's own codes.


class NewState(StrEnum):
    AWAIT_APPOINTMENT = "await_appointment"
    AWAIT_VISIT = "await_visit"


class NewAction(StrEnum):
    APPOINT = "appoint"
    GIVE_UP = "give_up"
    HANDLE = "handle"


class NewCode(StrEnum):
    ONSITE_SERVICE = "onsite_service"
    REPAIR = "repair"


class VisitExit(Exit):
    HANDLED = "handled"
    NOT_POSSIBLE = "not_possible"


class VisitSettings(Settings):
    appointment_hours: Hours = 48
    visit_hours: Hours = 7 * 24


_S, _A = NewState, NewAction
ROWS: Any = {
    (_S.AWAIT_APPOINTMENT, _A.APPOINT): Transition(_S.AWAIT_VISIT, MERCHANT),
    (_S.AWAIT_APPOINTMENT, _A.GIVE_UP): Transition(VisitExit.NOT_POSSIBLE, MERCHANT),
    (_S.AWAIT_APPOINTMENT, CaseAction.ESCALATE): Transition(
        CaseState.MANUAL_REVIEW, SYSTEM_ONLY, cause="appointment_late"
    ),
    (_S.AWAIT_VISIT, _A.HANDLE): Transition(VisitExit.HANDLED, BUYER_OR_SYSTEM),
}
TIMEOUTS: Any = {
    _S.AWAIT_APPOINTMENT: Timeout("merchant", "appointment_hours", CaseAction.ESCALATE, "escalated_appointment_late"),
    _S.AWAIT_VISIT: Timeout("buyer", "visit_hours", _A.HANDLE, "completed_by_timeout"),
}
VISIT = Leg("visit", _S.AWAIT_APPOINTMENT, ROWS, TIMEOUTS)  # type: ignore[arg-type]

# The row.
ONSITE_SERVICE = TypeRow(
    name=NewCode.ONSITE_SERVICE,
    legs=(REVIEW, VISIT, REFUND),
    exits={
        ReviewExit.APPROVED: VISIT,
        ReviewExit.REFUND_ORDERED: REFUND,
        VisitExit.HANDLED: CaseState.COMPLETED,
        VisitExit.NOT_POSSIBLE: REFUND,
        RefundExit.PAID: CaseState.COMPLETED,
        DisputeExit.AWARDED: REFUND,
    },
    goods=NewCode.REPAIR,  # type: ignore[arg-type]
    money=Money.NONE,
    stages=frozenset({Stage.POST_RECEIPT}),
)
TYPE: Any = NewCode.ONSITE_SERVICE
ASKED = Request("ord_1", TYPE, Reason.WRONG_SIZE_OR_MODEL, None, [], [])


async def appoint(tx: Any) -> FullCase:
    full = await locking.case(tx, CASE)
    appointed = apply(full, _A.APPOINT, tx)  # type: ignore[arg-type]
    event = CaseEvent(**case_fields(tx, appointed.case), matter="visit")
    return await effects.save(tx, full, appointed, _A.APPOINT, event)


async def give_up(tx: Any) -> FullCase:
    full, order = await locking.case_and_order(tx, CASE)
    refunding = apply(full, _A.GIVE_UP, tx)  # type: ignore[arg-type]
    terms = RefundTerms(order, RefundCause.APPROVAL)
    return await effects.save(tx, full, refunding, _A.GIVE_UP, terms=terms)


async def handle(tx: Any) -> FullCase:
    return await handle_locked(tx, *await locking.case_and_order(tx, CASE))


@case_timer(_A.HANDLE)  # type: ignore[arg-type]
async def handle_locked(tx: Any, full: FullCase, _: Order) -> FullCase:
    handled = apply(full, _A.HANDLE, tx)  # type: ignore[arg-type]
    event = AfterSaleCompleted(**case_fields(tx, handled.case), refunded_minor=0, currency="CNY", lines=())
    return await effects.save(tx, full, handled, _A.HANDLE, event)


NEW: dict[str, Command] = {"appoint": appoint, "give up": give_up, "handle": handle}


@pytest.fixture(autouse=True)
def _onsite_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that another type adds to the table of types."""
    monkeypatch.setitem(TYPES, TYPE, ONSITE_SERVICE)


@pytest.fixture
def first(
    a_case: Callable[..., Case], an_order: Callable[..., Order], acting: Callable[..., SystemContext]
) -> Snapshot:
    """A new case about all that was ordered."""
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
    [hold] = holds_of([line], ONSITE_SERVICE)
    return Snapshot(an_order(), lifecycle.of(case).start(case, acting()), line, hold)


async def test_everything_that_the_type_can_reach_leads_to_an_end(first: Snapshot) -> None:
    graph, places = await explore(first, {**PEOPLE, **OFFLINE, **NEW}, VisitSettings.model_construct())
    assert not stuck(graph, places)
    seen = {snapshot.case.state for snapshot in places.values()}
    assert seen == ONSITE_SERVICE.lifecycle.timeouts.keys() | ENDED
    for place, snapshot in places.items():
        if snapshot.case.state is CaseState.COMPLETED:
            refunded = snapshot.refund is not None and snapshot.refund.state == "succeeded"
            assert snapshot.hold.state is (HoldState.SETTLED if refunded else HoldState.RELEASED), place
    completed = {snapshot.refund is None for snapshot in places.values() if snapshot.case.state is CaseState.COMPLETED}
    assert completed == {True, False}, "with the visit, or with the money"


def test_the_diagram_of_the_type_joins_its_legs() -> None:
    printed = draw(ONSITE_SERVICE.lifecycle)
    for line in (
        "pending_review --> await_appointment: approve (seller, system) / after review_hours",
        "await_appointment --> await_visit: appoint (seller)",
        "await_appointment --> refunding: give_up (seller)",
        "await_visit --> completed: handle (buyer, system) / after visit_hours",
        "await_visit --> disputed: freeze (system, unless order_cancelled, unless verdict_in_execution, "
        "unless disputed_too_often)",
        "disputed --> await_visit: resume (arbitrator, buyer, seller, system, as an outcome of dispute, "
        "unless order_cancelled, where it was before)",
        "await_visit --> closed: end_with_order (system, unless order_not_cancelled, unless refund_owed_again)",
    ):
        assert f"    {line}\n" in printed


def test_the_type_is_for_goods_that_were_received(an_order: Callable[..., Order]) -> None:
    check_needs(ONSITE_SERVICE, an_order(), Stage.POST_RECEIPT, ASKED)
    with pytest.raises(StageUnsuitable):
        check_needs(ONSITE_SERVICE, an_order(), Stage.IN_TRANSIT, ASKED)


@pytest.mark.parametrize(("state", "why_not"), [(OrderState.DELIVERED, None), (OrderState.SHIPPED, "stage_unsuitable")])
def test_the_type_is_among_the_options(state: OrderState, why_not: str | None) -> None:
    book = OrderBook([(300, 3)], fee=0, state=state)
    [line] = options_of(book.order, balances(book.holds()), terms_of(book.order, NOW, 365, 168)).lines
    refusals = {option.type: option.refusal for option in line.options}
    found = refusals[TYPE]
    assert (found.code if found else None) == why_not


def test_the_type_is_not_expected_to_bring_the_freight_back(first: Snapshot) -> None:
    assert expected_freight(first.order, first.case, {"line_1": 2}, []) == 0


def test_events_carry_what_the_type_is_for(first: Snapshot, acting: Callable[..., Any]) -> None:
    fields = case_fields(acting("buyer"), first.case)
    assert (fields["case_type"], fields["goods"], fields["money"]) == ("onsite_service", "repair", "none")
