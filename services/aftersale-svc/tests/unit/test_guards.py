"""What bars an action besides the state of the case and the role: the rows of the table with their guards."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from aftercare_chassis.lifecycle import NOBODY, SystemContext
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CaseType, CloseCause, RefundState
from aftersale_svc.domain.cases.errors import RefundDecided, ReturnAlreadyScanned
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.holders import HeldUntil, Holder
from aftersale_svc.domain.cases.lifecycle import CASE, of
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState, Refund, Return
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.orders.model import Order, OrderState
from case_facts import facts

Acting = Callable[..., SystemContext]


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
    decides = {"refund", "close", "record_return_freight"} | {
        "take",
        "assign",
        "release",
        "confirm_decision",
        "decline_decision",
    }
    assert {each.action for each in table.allowed(case, agent.actor) if each.allowed} == decides
    assert table.apply(case, CaseAction.REFUND, agent).state is CaseState.REFUNDING
    assert table.apply(case, CaseAction.FREEZE, acting(), facts(case)).state is CaseState.DISPUTED
    closed = table.apply(case, CaseAction.CLOSE, agent)
    assert (closed.state, closed.whose_turn) == (CaseState.CLOSED, NOBODY)


@pytest.mark.parametrize("state", CaseState)
def test_which_cases_end_when_their_order_is_cancelled(
    state: CaseState,
    acting: Acting,
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
    a_refund: Callable[..., Refund],
) -> None:
    case = a_case(state, type=next(name for name, table in CASE.items() if state in {*table.timeouts, *table.ends}))
    # A disputed one may, with a verdict that has waited: `endings.order_cancelled` leaves it to its dispute.
    others = (CaseState.COMPLETED, CaseState.CLOSED, CaseState.CANCELLED, CaseState.REFUNDING)
    refund = a_refund(RefundState.REQUESTED) if state is CaseState.REFUNDING else None
    cancelled = replace(
        facts(case, an_order(OrderState.CANCELLED)),
        full=FullCase(case=case, legs={Refund: (refund,)} if refund else {}),
    )
    ends = of(case).permits(case, CaseAction.END_WITH_ORDER, acting().actor, cancelled)
    assert ends is (state not in others)
    assert not of(case).permits(case, CaseAction.END_WITH_ORDER, acting().actor, facts(case, an_order(OrderState.PAID)))
    if ends:
        ended = of(case).apply(case, CaseAction.END_WITH_ORDER, acting(), cancelled)
        assert (ended.state, ended.deadline_at) == (CaseState.CLOSED, None)


@pytest.mark.parametrize("frozen", [CaseState.RETURN_IN_TRANSIT, CaseState.MANUAL_REVIEW])
def test_goods_that_arrive_in_a_dispute_wait_for_its_end(
    frozen: CaseState, acting: Acting, a_case: Callable[..., Case]
) -> None:
    case = a_case(CaseState.DISPUTED, frozen_state=frozen, deadline_at=None)
    if frozen is CaseState.MANUAL_REVIEW:
        assert not of(case).permits(case, CaseAction.RECEIVE, acting().actor, facts(case))
        return
    arrived = of(case).apply(case, CaseAction.RECEIVE, acting(), facts(case))
    assert (arrived.state, arrived.frozen_state) == (CaseState.DISPUTED, CaseState.AWAIT_INSPECTION)
    assert (arrived.whose_turn, arrived.deadline_at) == (case.whose_turn, None)


def test_a_disputed_case_of_a_cancelled_order_is_not_resumed(
    acting: Acting, a_case: Callable[..., Case], an_order: Callable[..., Order]
) -> None:
    case = a_case(CaseState.DISPUTED, frozen_state=CaseState.REJECTED)
    cancelled = facts(case, an_order(OrderState.CANCELLED))
    with pytest.raises(OrderWasCancelled):
        of(case).apply(case, CaseAction.RESUME, acting("buyer"), cancelled)
    assert of(case).apply(case, CaseAction.END_WITH_ORDER, acting("buyer"), cancelled).state is CaseState.CLOSED


def test_a_waybill_can_be_corrected_until_the_first_scan(acting: Acting, a_case: Callable[..., Case]) -> None:
    buyer, deadline_at = acting("buyer"), acting().now + timedelta(days=3)
    sent = a_case(CaseState.RETURN_IN_TRANSIT, whose_turn="courier", deadline_at=deadline_at)
    named = FullCase(case=sent).keeping(Return(case_id=sent.id, carrier="sf", waybill_no="SF1"))
    corrected = of(sent).apply(sent, CaseAction.CORRECT_WAYBILL, buyer, CaseFacts(full=named))
    assert (corrected.state, corrected.whose_turn, corrected.deadline_at) == (sent.state, "courier", deadline_at)
    scanned = CaseFacts(full=named.keeping(replace(named.return_, scanned_at=acting().now)))
    with pytest.raises(ReturnAlreadyScanned):
        of(sent).apply(sent, CaseAction.CORRECT_WAYBILL, buyer, scanned)
    why = {each.action: each.why_not for each in of(sent).allowed(sent, buyer.actor, scanned)}
    assert why[CaseAction.CORRECT_WAYBILL] == "return_already_scanned"
    disputed = a_case(CaseState.DISPUTED, frozen_state=CaseState.RETURN_IN_TRANSIT)
    assert not of(disputed).permits(disputed, CaseAction.CORRECT_WAYBILL, buyer.actor, CaseFacts(full=named))


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ((False, ()), "dispute_window_passed"),
        ((True, (Holder("case_2", HeldUntil.CASE_ENDED),)), "units_held_by_another_case"),
    ],
)
def test_what_bars_a_dispute_about_a_closed_case(
    known: tuple[bool, tuple[Holder, ...]],
    code: str,
    acting: Acting,
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
) -> None:
    closed = a_case(CaseState.CLOSED, deadline_at=None, whose_turn=NOBODY, close_cause=CloseCause.BUYER_LATE)
    timely, held_by = known
    about = CaseFacts(full=FullCase(case=closed, held_by=held_by), order=an_order(), in_dispute_window=timely)
    with pytest.raises(Refusal) as refused:
        of(closed).apply(closed, CaseAction.FREEZE, acting(), about)
    assert refused.value.code == code


def test_goods_are_not_ordered_before_the_others_are_back(acting: Acting, a_case: Callable[..., Case]) -> None:
    disputed = a_case(CaseState.DISPUTED, type=CaseType.EXCHANGE, frozen_state=CaseState.AWAIT_BUYER_SHIPMENT)
    with pytest.raises(Refusal) as refused:
        of(disputed).apply(
            disputed, CaseAction.ORDER_REPLACEMENT, acting("arbitrator"), CaseFacts(full=FullCase(case=disputed))
        )
    assert refused.value.code == "goods_not_back"
