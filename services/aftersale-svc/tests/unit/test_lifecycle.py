"""Every row of the tables, and that nothing else is possible. The tables are written out a second time here."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition, Lifecycle
from aftersale_svc.api.schemas.cases import CaseTurn
from aftersale_svc.api.schemas.disputes import DisputeTurn
from aftersale_svc.domain.codes import CaseType, CloseCause, OrderState
from aftersale_svc.domain.errors import RefundDecided, ReturnAlreadyScanned
from aftersale_svc.domain.lifecycle import (
    BARRED_BY_REFUND,
    CASE,
    CLOSE_CAUSES,
    DISPUTE,
    Action,
    DisputeAction,
    allowed,
    close,
    dispute_roles,
    end_with_order,
    ends_with,
    move,
    possible,
    resume,
    roles,
    timer,
)
from aftersale_svc.domain.model import Case, DisputeState, Order, State
from aftersale_svc.domain.occasions import NOBODY
from aftersale_svc.settings import Settings

ROLES = ("buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin", "system")
EVERY_TYPE = """
pending_review  cancel    cancelled      buyer agent
pending_review  approve   {approved}     seller system
pending_review  reject    rejected       seller
pending_review  escalate  manual_review  seller agent
manual_review   cancel    cancelled      agent
manual_review   approve   {approved}     agent
manual_review   reject    rejected       agent
manual_review   refund    refunding      agent
manual_review   close     closed         agent
manual_review   escalate  manual_review  system
rejected        accept    closed         buyer
rejected        close     closed         system
refunding       escalate  refunding      system
refunding       complete  completed      system
refunding       fail      manual_review  system
pending_review  freeze    disputed       system
manual_review   freeze    disputed       system
rejected        freeze    disputed       system
closed          freeze    disputed       system
disputed        resume    pending_review arbitrator buyer
disputed        award     refunding      arbitrator
disputed        dismiss   closed         arbitrator
pending_review  end_with_order  closed   system
manual_review   end_with_order  closed   system
rejected        end_with_order  closed   system
refunding       end_with_order  closed   system
disputed        end_with_order  closed   system
"""
RETURNS = """
await_buyer_shipment  ship      return_in_transit  buyer
await_buyer_shipment  cancel    cancelled          buyer agent
await_buyer_shipment  close     closed             system
return_in_transit     correct_waybill return_in_transit buyer
return_in_transit     receive   await_inspection   seller system
return_in_transit     escalate  manual_review      system
manual_review         receive   await_inspection   system
await_inspection      inspect   refunding          seller system
await_inspection      refuse    rejected           seller
await_buyer_shipment  freeze    disputed           system
return_in_transit     freeze    disputed           system
await_inspection      freeze    disputed           system
await_buyer_shipment  end_with_order  closed       system
return_in_transit     end_with_order  closed       system
await_inspection      end_with_order  closed       system
"""
DISPUTES = """
await_merchant_answer  answer        platform_review        seller
await_merchant_answer  add_evidence  await_merchant_answer  buyer seller
await_merchant_answer  withdraw      withdrawn              buyer
await_merchant_answer  escalate      platform_review        system
platform_review        add_evidence  platform_review        buyer seller
platform_review        decide        executing              arbitrator
platform_review        withdraw      withdrawn              buyer
platform_review        escalate      platform_review        system
executing              execute       executed               system
"""
Rows = dict[tuple[str, str], tuple[str, set[str]]]


def read(table: str) -> Rows:
    rows = [line.split() for line in table.split("\n") if line]
    return {(state, action): (to, set(by)) for state, action, to, *by in rows}


TABLES: list[tuple[Lifecycle[Any, Any], Any, Any, Rows]] = [
    (
        CASE[CaseType.RETURN_REFUND],
        State,
        Action,
        read(EVERY_TYPE.format(approved="await_buyer_shipment") + RETURNS),
    ),
    (CASE[CaseType.REFUND_ONLY], State, Action, read(EVERY_TYPE.format(approved="refunding"))),
    (DISPUTE, DisputeState, DisputeAction, read(DISPUTES)),
]


@pytest.mark.parametrize(
    ("lifecycle", "states", "actions", "rows"), TABLES, ids=["return_refund", "refund_only", "dispute"]
)
def test_every_move_is_in_the_table_or_refused(
    lifecycle: Lifecycle[Any, Any], states: Any, actions: Any, rows: Rows, on: Callable[..., Any]
) -> None:
    for state, action, role in product(states, actions, ROLES):
        to, by = rows.get((state, action), (None, set()))
        actor = on(role).actor
        if to is None:
            with pytest.raises(IllegalTransition) as refused:
                lifecycle.move(state, action, actor)
            assert action not in refused.value.facts["allowed"]
        elif role not in by:
            with pytest.raises(ActionNotAllowed):
                lifecycle.move(state, action, actor)
        else:
            assert lifecycle.move(state, action, actor) == to


@pytest.mark.parametrize(
    ("lifecycle", "states", "actions", "rows"), TABLES, ids=["return_refund", "refund_only", "dispute"]
)
def test_the_api_shows_exactly_what_move_does(
    lifecycle: Lifecycle[Any, Any], states: Any, actions: Any, rows: Rows, on: Callable[..., Any]
) -> None:
    for state, role in product(states, ROLES):
        shown = lifecycle.allowed(SimpleNamespace(state=state), on(role).actor)
        assert {a.action for a in shown if a.allowed} == {
            action for (at, action), (_, by) in rows.items() if at == state and role in by
        }
        assert all(a.why_not for a in shown if not a.allowed)


@pytest.mark.parametrize("type_", CaseType)
def test_every_state_that_is_not_final_waits_for_somebody(type_: CaseType) -> None:
    lifecycle = CASE[type_]
    reached = {row.target for row in lifecycle.transitions.values()} | {State.PENDING_REVIEW}
    waiting = reached - {State.COMPLETED, State.CLOSED, State.CANCELLED}
    assert {state for state in reached if lifecycle.timeout(state)} == waiting
    for state in waiting - {State.DISPUTED}:
        wait = lifecycle.timeout(state)
        assert wait is not None
        assert wait.hours in Settings.model_fields
        assert wait.then
        assert wait.effect


def test_a_move_sets_turn_and_deadline(on: Callable[..., Any], a_case: Callable[..., Case]) -> None:
    approved = move(a_case(), Action.APPROVE, on("seller"))
    assert (approved.state, approved.whose_turn) == (State.AWAIT_BUYER_SHIPMENT, "buyer")
    assert approved.deadline_at == on().now + timedelta(days=7)
    cancelled = move(a_case(), Action.CANCEL, on("buyer"))
    assert (cancelled.whose_turn, cancelled.deadline_at) == ("nobody", None)


@pytest.mark.parametrize("action", sorted(BARRED_BY_REFUND))
def test_a_request_whose_refund_was_decided_is_not_judged_again(
    action: Action, on: Callable[..., Any], a_case: Callable[..., Case]
) -> None:
    case = a_case(State.MANUAL_REVIEW, refund_id="ref_1")
    role = "system" if action is Action.RECEIVE else "agent"
    with pytest.raises(RefundDecided):
        move(case, action, on(role))
    assert not possible(case, action, on(role).actor)
    why = {each.action: each.why_not for each in allowed(case, on(role).actor)}
    assert why[action] == "refund_already_decided"


def test_a_failed_refund_is_tried_again_disputed_or_given_up(
    on: Callable[..., Any], a_case: Callable[..., Case]
) -> None:
    case = a_case(State.MANUAL_REVIEW, refund_id="ref_1")
    assert {each.action for each in allowed(case, on("agent").actor) if each.allowed} == {"refund", "close"}
    assert move(case, Action.REFUND, on("agent")).state is State.REFUNDING
    assert move(case, Action.FREEZE, on()).state is State.DISPUTED
    closed = close(case, on("agent"))
    assert (closed.state, closed.close_cause, closed.whose_turn) == (State.CLOSED, CloseCause.CLOSED_BY_AGENT, NOBODY)


@pytest.mark.parametrize("type_", CaseType)
def test_every_closing_has_a_cause(type_: CaseType) -> None:
    assert {state for state, action in CASE[type_].transitions if action is Action.CLOSE} <= CLOSE_CAUSES.keys()


@pytest.mark.parametrize("state", State)
def test_which_cases_end_when_their_order_is_cancelled(
    state: State, on: Callable[..., Any], a_case: Callable[..., Case], an_order: Callable[..., Order]
) -> None:
    case = a_case(state)
    waiting = state not in (State.COMPLETED, State.CLOSED, State.CANCELLED, State.REFUNDING, State.DISPUTED)
    assert ends_with(an_order(OrderState.CANCELLED), case) is waiting
    assert not ends_with(an_order(OrderState.PAID), case)
    if waiting:
        ended = end_with_order(case, on("buyer"))
        assert (ended.state, ended.close_cause, ended.deadline_at) == (State.CLOSED, CloseCause.ORDER_CANCELLED, None)


def test_a_waybill_can_be_corrected_until_the_first_scan(on: Callable[..., Any], a_case: Callable[..., Case]) -> None:
    due = on().now + timedelta(days=3)
    sent = a_case(State.RETURN_IN_TRANSIT, deadline_at=due)
    corrected = move(sent, Action.CORRECT_WAYBILL, on("buyer"))
    assert (corrected.state, corrected.whose_turn, corrected.deadline_at) == (State.RETURN_IN_TRANSIT, "courier", due)
    scanned = a_case(State.RETURN_IN_TRANSIT, return_scanned_at=on().now)
    with pytest.raises(ReturnAlreadyScanned):
        move(scanned, Action.CORRECT_WAYBILL, on("buyer"))
    why = {each.action: each.why_not for each in allowed(scanned, on("buyer").actor)}
    assert why[Action.CORRECT_WAYBILL] == "return_already_scanned"
    assert not possible(
        a_case(State.DISPUTED, frozen_state=State.RETURN_IN_TRANSIT), Action.CORRECT_WAYBILL, on("buyer").actor
    )


def test_a_case_that_escalates_in_its_state_gets_a_new_deadline(
    on: Callable[..., Any], a_case: Callable[..., Case]
) -> None:
    again = move(a_case(State.MANUAL_REVIEW), Action.ESCALATE, on())
    assert again.deadline_at == on().now + timedelta(hours=24)


@pytest.mark.parametrize("frozen", [State.REJECTED, State.AWAIT_INSPECTION, State.CLOSED])
def test_a_resumed_case_goes_on_where_it_stood(
    frozen: State, on: Callable[..., Any], a_case: Callable[..., Case]
) -> None:
    resumed = resume(a_case(State.DISPUTED, frozen_state=frozen), on("buyer"))
    assert (resumed.state, resumed.frozen_state) == (frozen, None)
    assert (resumed.deadline_at is None) == (frozen is State.CLOSED)
    with pytest.raises(IllegalTransition):
        resume(a_case(State.REJECTED), on("buyer"))


def test_the_timer_looks_at_the_row_again(on: Callable[..., Any], a_case: Callable[..., Case]) -> None:
    now = on().now
    assert timer(a_case(deadline_at=now), on()) is Action.APPROVE
    assert timer(a_case(deadline_at=now + timedelta(seconds=1)), on()) is None
    assert timer(a_case(State.CANCELLED, deadline_at=None), on()) is None
    assert timer(a_case(State.DISPUTED, deadline_at=None), on()) is None


def test_routes_let_through_whom_some_row_lets_through() -> None:
    assert roles(Action.APPROVE) == ("agent", "seller")
    assert roles(Action.SHIP) == ("buyer",)
    assert dispute_roles(DisputeAction.DECIDE) == ("arbitrator",)


def test_the_diagram_is_printed_from_the_table() -> None:
    printed = CASE[CaseType.RETURN_REFUND].diagram()
    assert "[*] --> pending_review" in printed
    assert "await_buyer_shipment --> closed: close (system) / after buyer_ship_hours" in printed


def test_lists_can_be_asked_for_every_turn_there_is() -> None:
    assert set(get_args(CaseTurn)) == {wait.turn for table in CASE.values() for wait in table.timeouts.values()} | {
        NOBODY
    }
    assert set(get_args(DisputeTurn)) == {wait.turn for wait in DISPUTE.timeouts.values()} | {NOBODY}
