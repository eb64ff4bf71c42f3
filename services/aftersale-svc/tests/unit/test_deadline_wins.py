"""Once the time of the buyer or the merchant has passed, the deadline decides: their own actions are refused until the timer has acted."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from aftercare_chassis.lifecycle import History, Lifecycle, SystemContext
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import CASE, allowed, of
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.deadlines.binding import ROLES
from aftersale_svc.domain.deadlines.errors import DeadlinePassed
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeState
from aftersale_svc.domain.wording.effects import effect_label
from aftersale_svc.domain.wording.explanation import explain

Acting = Callable[..., SystemContext]
# Any: states and actions differ per table.
TABLES: dict[str, Lifecycle[Any, Any]] = {**{name.value: table for name, table in CASE.items()}, "dispute": DISPUTE}
LATE = timedelta(milliseconds=1)


def binding_turns(table: Lifecycle[Any, Any]) -> Iterator[tuple[Any, str, str]]:
    """Every state in which the time of a side is binding: the state, the turn, and the role that acts for it."""
    for state in table.timeouts:
        for timeout in table.alternatives(state):
            for role in sorted(ROLES.get(timeout.turn, ())):
                if timeout.then is not None:
                    yield state, timeout.turn, role


def code_of(table: Lifecycle[Any, Any], row: Any, action: Any, context: SystemContext) -> str | None:
    try:
        table.apply(row, action, context)
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize("name", TABLES)
def test_what_a_late_side_may_do_in_every_state(
    name: str, acting: Acting, a_case: Callable[..., Case], a_dispute: Callable[..., Dispute]
) -> None:
    table, refused = TABLES[name], 0
    for state, turn, role in binding_turns(table):
        for action in table.possible(state, role):
            row = table.transitions[state, action]
            moves = row.restarts or isinstance(row.target, History) or row.target is not state
            context = acting(role)
            made: Any = a_dispute if name == "dispute" else lambda *a, **m: a_case(*a, type=CaseType(name), **m)
            for due_at, late in ((context.now + LATE, False), (context.now, True), (context.now - LATE, True)):
                document = made(state, whose_turn=turn, deadline_at=due_at)
                code = code_of(table, document, action, context)
                assert (code == "deadline_passed") == (late and moves), (state, action, role, late)
                [shown] = [
                    each for each in table.allowed(document, context.actor, None, context.now) if each.action == action
                ]
                assert (shown.why_not == "deadline_passed") == (late and moves), (state, action, role, late)
                refused += late and moves
    assert refused


@pytest.mark.parametrize("role", ["agent", "system", "buyer"])
def test_who_waits_for_the_late_side_still_acts(role: str, acting: Acting, a_case: Callable[..., Case]) -> None:
    case = a_case(deadline_at=acting().now - timedelta(hours=1))
    action = CaseAction.ESCALATE if role == "system" else CaseAction.CANCEL
    assert of(case).apply(case, action, acting(role)).state is not case.state


def test_a_late_agent_loses_nothing(acting: Acting, a_case: Callable[..., Case]) -> None:
    case = a_case(CaseState.MANUAL_REVIEW, whose_turn="agent", deadline_at=acting().now - timedelta(days=3))
    assert of(case).apply(case, CaseAction.APPROVE, acting("agent")).state is not case.state


def test_the_refusal_names_when_the_time_ended_and_what_happens_now(
    acting: Acting, a_case: Callable[..., Case], a_dispute: Callable[..., Dispute]
) -> None:
    context = acting("seller")
    case = a_case(deadline_at=context.now - LATE)
    with pytest.raises(DeadlinePassed) as refused:
        of(case).apply(case, CaseAction.REJECT, context)
    assert refused.value.kind.status == 409
    assert refused.value.facts["ended_at"] == case.deadline_at
    assert refused.value.facts["deadline_effect"] == "approved_by_timeout"
    for language in ("en", "zh-CN"):
        assert "2026-03-02 16:59:59 Asia/Shanghai" in refused.value.detail(language)
    dispute = a_dispute(DisputeState.AWAIT_MERCHANT_ANSWER, whose_turn="merchant", deadline_at=context.now - LATE)
    with pytest.raises(DeadlinePassed) as unanswered:
        DISPUTE.apply(dispute, DisputeAction.ANSWER, context)
    assert unanswered.value.facts["deadline_effect"] == "escalated_merchant_silent"


def test_a_reader_sees_that_the_time_has_passed(acting: Acting, a_case: Callable[..., Case]) -> None:
    context = acting("seller")
    full = FullCase(case=a_case(deadline_at=context.now - LATE))
    shown = {each.action: each.why_not for each in allowed(full, context.actor, CaseFacts(full=full), context.now)}
    assert shown["approve"] == shown["reject"] == shown["offer"] == "deadline_passed"
    texts = {each.action: each.why_not for each in explain(full, context.actor, context.now).actions}
    assert texts[CaseAction.APPROVE] is not None
    assert texts[CaseAction.APPROVE].en == "the time has passed, and the deadline decides"


def test_every_effect_of_a_binding_deadline_has_words() -> None:
    for table in TABLES.values():
        for state in table.timeouts:
            for timeout in table.alternatives(state):
                if timeout.effect is not None and timeout.then is not None:
                    assert effect_label(timeout.effect).zh != timeout.effect
