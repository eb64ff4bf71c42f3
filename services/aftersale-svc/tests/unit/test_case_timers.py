"""When a case waits for whom, and what its timers do then."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from aftercare_chassis.lifecycle import SystemContext
from aftersale_svc import main
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.lifecycle import CASE, of
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.settings import Settings

Acting = Callable[..., SystemContext]


@pytest.mark.parametrize("type_", CaseType)
def test_every_state_but_the_ends_and_a_dispute_has_a_timer(type_: CaseType) -> None:
    lifecycle = CASE[type_]
    for state, timeout in lifecycle.timeouts.items():
        if state is not CaseState.DISPUTED:
            for each in timeout.alternatives:
                assert each.hours in Settings.model_fields
                assert each.then
                assert each.effect


def test_an_action_sets_turn_and_deadline(acting: Acting, a_case: Callable[..., Case]) -> None:
    case = a_case()
    approved = of(case).apply(case, CaseAction.APPROVE, acting("seller"))
    assert (approved.state, approved.whose_turn) == (CaseState.AWAIT_BUYER_SHIPMENT, "buyer")
    assert approved.deadline_at == acting().now + timedelta(days=7)
    cancelled = of(case).apply(case, CaseAction.CANCEL, acting("buyer"))
    assert (cancelled.whose_turn, cancelled.deadline_at) == ("nobody", None)


@pytest.mark.parametrize("type_", CaseType)
def test_every_timer_of_a_case_has_a_command(type_: CaseType) -> None:
    timeouts = [each for timeout in CASE[type_].timeouts.values() for each in timeout.alternatives]
    assert {timeout.then for timeout in timeouts} - {None} <= main.timers.case_timer.actions


def test_a_timer_that_repeats_sets_a_new_deadline(acting: Acting, a_case: Callable[..., Case]) -> None:
    case = a_case(CaseState.MANUAL_REVIEW)
    assert of(case).apply(case, CaseAction.ESCALATE, acting()).deadline_at == acting().now + timedelta(hours=24)


def test_the_timer_looks_at_the_row_again(acting: Acting, a_case: Callable[..., Case]) -> None:
    now = acting().now
    assert of(a_case()).due(a_case(deadline_at=now), now) is CaseAction.APPROVE
    for later in (
        a_case(deadline_at=now + timedelta(seconds=1)),
        a_case(CaseState.CANCELLED, deadline_at=None),
        a_case(CaseState.DISPUTED, deadline_at=None),
    ):
        assert of(later).due(later, now) is None
