"""Every row of the state tables, and that nothing else is possible. The tables are written out a second time here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from aftercare_chassis.lifecycle import NOBODY, ActionNotAllowed, IllegalTransition, Lifecycle, SystemContext
from aftercare_chassis.lifecycle.diagram import draw
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.errors import RefundDecided, ReturnAlreadyScanned
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import CASE, CLOSE_CAUSES, ESCALATION_CAUSES, of, roles
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState, Return
from aftersale_svc.domain.cases.policy import ends_with_order
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.lifecycle import ESCALATION_CAUSES as DISPUTE_ESCALATION_CAUSES
from aftersale_svc.domain.disputes.model import DisputeAction, DisputeState
from aftersale_svc.domain.orders.model import Order, OrderState
from aftersale_svc.settings import Settings

Acting = Callable[..., SystemContext]
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
        CaseState,
        CaseAction,
        read(EVERY_TYPE.format(approved="await_buyer_shipment") + RETURNS),
    ),
    (CASE[CaseType.REFUND_ONLY], CaseState, CaseAction, read(EVERY_TYPE.format(approved="refunding"))),
    (DISPUTE, DisputeState, DisputeAction, read(DISPUTES)),
]


tables = pytest.mark.parametrize(
    ("lifecycle", "states", "actions", "rows"), TABLES, ids=["return_refund", "refund_only", "dispute"]
)


def in_state(state: Any, a_case: Callable[..., Case]) -> Case:
    return a_case(state, frozen_state=CaseState.PENDING_REVIEW if state == "disputed" else None)


@tables
def test_every_action_is_in_the_table_or_refused(
    lifecycle: Lifecycle[Any, Any], states: Any, actions: Any, rows: Rows, acting: Acting, a_case: Callable[..., Case]
) -> None:
    for state, action, role in product(states, actions, ROLES):
        to, by = rows.get((state, action), (None, set()))
        case = in_state(state, a_case)
        if to is None:
            with pytest.raises(IllegalTransition) as refused:
                lifecycle.apply(case, action, acting(role))
            assert action not in refused.value.facts["allowed"]
        elif role not in by:
            with pytest.raises(ActionNotAllowed):
                lifecycle.apply(case, action, acting(role))
        else:
            assert lifecycle.apply(case, action, acting(role)).state == to


@tables
def test_the_api_shows_exactly_what_is_possible(
    lifecycle: Lifecycle[Any, Any], states: Any, actions: Any, rows: Rows, acting: Acting, a_case: Callable[..., Case]
) -> None:
    for state, role in product(states, ROLES):
        shown = lifecycle.allowed(in_state(state, a_case), acting(role).actor)
        assert {each.action for each in shown if each.allowed} == {
            action for (at, action), (_, by) in rows.items() if at == state and role in by
        }
        assert all(each.why_not for each in shown if not each.allowed)


@pytest.mark.parametrize("type_", CaseType)
def test_every_state_but_the_ends_and_a_dispute_has_a_timer(type_: CaseType) -> None:
    lifecycle = CASE[type_]
    for state, timeout in lifecycle.timeouts.items():
        if state is not CaseState.DISPUTED:
            assert timeout.hours in Settings.model_fields
            assert timeout.then
            assert timeout.effect


def test_an_action_sets_turn_and_deadline(acting: Acting, a_case: Callable[..., Case]) -> None:
    case = a_case()
    approved = of(case).apply(case, CaseAction.APPROVE, acting("seller"))
    assert (approved.state, approved.whose_turn) == (CaseState.AWAIT_BUYER_SHIPMENT, "buyer")
    assert approved.deadline_at == acting().now + timedelta(days=7)
    cancelled = of(case).apply(case, CaseAction.CANCEL, acting("buyer"))
    assert (cancelled.whose_turn, cancelled.deadline_at) == ("nobody", None)


@pytest.mark.parametrize("action", [CaseAction.APPROVE, CaseAction.REJECT, CaseAction.CANCEL, CaseAction.RECEIVE])
def test_a_request_whose_refund_was_decided_is_not_judged_again(
    action: CaseAction, acting: Acting, a_case: Callable[..., Case]
) -> None:
    case = a_case(CaseState.MANUAL_REVIEW, refund_id="ref_1")
    context = acting("system" if action is CaseAction.RECEIVE else "agent")
    with pytest.raises(RefundDecided) as refused:
        of(case).apply(case, action, context)
    assert refused.value.facts == {"action": action, "refund_id": "ref_1"}
    assert not of(case).permits(case, action, context.actor)
    why = {each.action: each.why_not for each in of(case).allowed(case, context.actor)}
    assert why[action] == "refund_already_decided"


def test_a_failed_refund_is_tried_again_disputed_or_given_up(acting: Acting, a_case: Callable[..., Case]) -> None:
    case = a_case(CaseState.MANUAL_REVIEW, refund_id="ref_1")
    table, agent = of(case), acting("agent")
    assert {each.action for each in table.allowed(case, agent.actor) if each.allowed} == {"refund", "close"}
    assert table.apply(case, CaseAction.REFUND, agent).state is CaseState.REFUNDING
    assert table.apply(case, CaseAction.FREEZE, acting()).state is CaseState.DISPUTED
    closed = table.apply(case, CaseAction.CLOSE, agent)
    assert (closed.state, closed.whose_turn) == (CaseState.CLOSED, NOBODY)


@pytest.mark.parametrize("type_", CaseType)
def test_every_closing_and_every_escalation_has_a_cause(type_: CaseType) -> None:
    table = CASE[type_].transitions
    closing = {key for key, row in table.items() if row.target is CaseState.CLOSED}
    assert {key for key in closing if key[1] is not CaseAction.END_WITH_ORDER} <= CLOSE_CAUSES.keys()
    assert {state for state, action in table if action is CaseAction.ESCALATE} <= ESCALATION_CAUSES.keys()
    disputes = {state for state, action in DISPUTE.transitions if action is DisputeAction.ESCALATE}
    assert disputes == DISPUTE_ESCALATION_CAUSES.keys()


@pytest.mark.parametrize("state", CaseState)
def test_which_cases_end_when_their_order_is_cancelled(
    state: CaseState, acting: Acting, a_case: Callable[..., Case], an_order: Callable[..., Order]
) -> None:
    case = a_case(state)
    others = (CaseState.COMPLETED, CaseState.CLOSED, CaseState.CANCELLED, CaseState.REFUNDING, CaseState.DISPUTED)
    assert ends_with_order(an_order(OrderState.CANCELLED), case) is (state not in others)
    assert not ends_with_order(an_order(OrderState.PAID), case)
    if state not in others:
        ended = of(case).apply(case, CaseAction.END_WITH_ORDER, acting())
        assert (ended.state, ended.deadline_at) == (CaseState.CLOSED, None)


def test_a_waybill_can_be_corrected_until_the_first_scan(acting: Acting, a_case: Callable[..., Case]) -> None:
    buyer, deadline_at = acting("buyer"), acting().now + timedelta(days=3)
    sent = a_case(CaseState.RETURN_IN_TRANSIT, whose_turn="courier", deadline_at=deadline_at)
    named = FullCase(case=sent, lines=(), leg=Return(case_id=sent.id, carrier="sf", waybill_no="SF1"))
    corrected = of(sent).apply(sent, CaseAction.CORRECT_WAYBILL, buyer, named)
    assert (corrected.state, corrected.whose_turn, corrected.deadline_at) == (sent.state, "courier", deadline_at)
    scanned = replace(named, leg=replace(named.leg, scanned_at=acting().now))
    with pytest.raises(ReturnAlreadyScanned):
        of(sent).apply(sent, CaseAction.CORRECT_WAYBILL, buyer, scanned)
    why = {each.action: each.why_not for each in of(sent).allowed(sent, buyer.actor, scanned)}
    assert why[CaseAction.CORRECT_WAYBILL] == "return_already_scanned"
    disputed = a_case(CaseState.DISPUTED, frozen_state=CaseState.RETURN_IN_TRANSIT)
    assert not of(disputed).permits(disputed, CaseAction.CORRECT_WAYBILL, buyer.actor, named)


def test_a_timer_that_repeats_sets_a_new_deadline(acting: Acting, a_case: Callable[..., Case]) -> None:
    case = a_case(CaseState.MANUAL_REVIEW)
    assert of(case).apply(case, CaseAction.ESCALATE, acting()).deadline_at == acting().now + timedelta(hours=24)


@pytest.mark.parametrize("before", [CaseState.REJECTED, CaseState.AWAIT_INSPECTION, CaseState.CLOSED])
def test_a_resumed_case_goes_on_where_the_dispute_stopped_it(
    before: CaseState, acting: Acting, a_case: Callable[..., Case]
) -> None:
    case = a_case(before, deadline_at=None)
    frozen = of(case).apply(case, CaseAction.FREEZE, acting())
    assert (frozen.state, frozen.frozen_state, frozen.deadline_at) == (CaseState.DISPUTED, before, None)
    resumed = of(case).apply(frozen, CaseAction.RESUME, acting("buyer"))
    assert (resumed.state, resumed.frozen_state) == (before, None)
    assert (resumed.deadline_at is None) == (before is CaseState.CLOSED)
    with pytest.raises(IllegalTransition):
        of(case).apply(case, CaseAction.RESUME, acting("buyer"))


@pytest.mark.parametrize("action", [CaseAction.AWARD, CaseAction.DISMISS])
def test_a_verdict_forgets_where_the_dispute_stopped_the_case(
    action: CaseAction, acting: Acting, a_case: Callable[..., Case]
) -> None:
    frozen = a_case(CaseState.DISPUTED, frozen_state=CaseState.REJECTED)
    assert of(frozen).apply(frozen, action, acting("arbitrator")).frozen_state is None


def test_the_timer_looks_at_the_row_again(acting: Acting, a_case: Callable[..., Case]) -> None:
    now = acting().now
    assert of(a_case()).due(a_case(deadline_at=now), now) is CaseAction.APPROVE
    for later in (
        a_case(deadline_at=now + timedelta(seconds=1)),
        a_case(CaseState.CANCELLED, deadline_at=None),
        a_case(CaseState.DISPUTED, deadline_at=None),
    ):
        assert of(later).due(later, now) is None


def test_routes_let_through_whom_some_row_lets_through() -> None:
    assert roles(CaseAction.APPROVE) == ("agent", "seller")
    assert roles(CaseAction.SHIP) == ("buyer",)
    assert DISPUTE.roles(DisputeAction.DECIDE) == ("arbitrator",)


def test_the_diagram_shows_timers_guards_and_where_a_dispute_lets_go() -> None:
    printed = draw(CASE[CaseType.RETURN_REFUND])
    assert "[*] --> pending_review" in printed
    assert "await_buyer_shipment --> closed: close (system) / after buyer_ship_hours" in printed
    assert "manual_review --> rejected: reject (agent, unless refund_already_decided)" in printed
    assert "correct_waybill (buyer, unless return_already_scanned)" in printed
    assert "disputed --> await_inspection: resume (arbitrator, buyer, where it was before)" in printed
