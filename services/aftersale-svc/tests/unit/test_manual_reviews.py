"""Which agent decides in manual review: whoever has the case, and else anybody."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aftercare_chassis.lifecycle import Actor, SystemContext
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.callers import is_for_caller
from aftersale_svc.domain.cases.codes import CaseType, Initiator
from aftersale_svc.domain.cases.full_case import FullCase, facts_for
from aftersale_svc.domain.cases.lifecycle import CASE, allowed, apply, permits
from aftersale_svc.domain.cases.manual_reviews.rows import ASSIGNMENT, SECOND_PERSON
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.permissions import STAFF
from aftersale_svc.domain.work_lists import WorkList, lists_of

ACase = Callable[..., Case]
Acting = Callable[..., SystemContext]
OWN = {action for _, action in (*ASSIGNMENT, *SECOND_PERSON)} | {CaseAction.DISPUTE}


def decided_by_agents(type_: CaseType) -> list[CaseAction]:
    """What agents decide in manual review of cases of this type."""
    rows = CASE[type_].transitions.items()
    return [
        action
        for (state, action), row in rows
        if state is CaseState.MANUAL_REVIEW and "agent" in row.permission.roles and action not in OWN
    ]


@pytest.mark.parametrize("type_", CaseType)
def test_nobody_else_decides_what_an_agent_has_taken(type_: CaseType, a_case: ACase, acting: Acting) -> None:
    case = a_case(CaseState.MANUAL_REVIEW, type=type_, agent_id="agent-2", whose_turn="agent")
    full, me = FullCase(case=case), acting("agent")
    actions = decided_by_agents(type_)
    assert CaseAction.CLOSE in actions
    for action in actions:
        assert not permits(full, action, me), action
    with pytest.raises(Refusal) as refused:
        apply(full, CaseAction.CLOSE, me)
    assert (refused.value.code, refused.value.facts) == ("assigned_to_another", {"agent_id": "agent-2"})
    for agent_id in (None, "agent-1"):  # nobody has it, or I do
        assert permits(replace(full, case=replace(case, agent_id=agent_id)), CaseAction.CLOSE, me)


def test_what_others_do_is_not_barred(a_case: ACase, acting: Acting) -> None:
    case = a_case(CaseState.MANUAL_REVIEW, type=CaseType.CONSULT, agent_id="agent-2", whose_turn="agent")
    full = FullCase(case=case)
    assert permits(full, CaseAction.ANSWER, acting("seller"))
    assert permits(full, CaseAction.ESCALATE, acting())
    assert not permits(full, CaseAction.ANSWER, acting("agent"))


@pytest.mark.parametrize(
    ("action", "holder", "code"),
    [
        (CaseAction.TAKE, "agent-2", "already_assigned"),
        (CaseAction.TAKE, "agent-1", None),
        (CaseAction.TAKE, None, None),
        (CaseAction.RELEASE, "agent-2", "not_assigned_to_you"),
        (CaseAction.RELEASE, None, "not_assigned_to_you"),
        (CaseAction.RELEASE, "agent-1", None),
        (CaseAction.ASSIGN, "agent-2", None),
    ],
)
def test_who_takes_and_releases(
    action: CaseAction, holder: str | None, code: str | None, a_case: ACase, acting: Acting
) -> None:
    full = FullCase(case=a_case(CaseState.MANUAL_REVIEW, agent_id=holder, whose_turn="agent"))
    me = acting("agent")
    if code is None:
        deadline_at = full.case.deadline_at
        moved = apply(full, action, me).case
        assert (moved.state, moved.deadline_at) == (CaseState.MANUAL_REVIEW, deadline_at), "the time goes on"
        return
    with pytest.raises(Refusal) as refused:
        apply(full, action, me)
    assert refused.value.code == code


@pytest.mark.parametrize("type_", CaseType)
@pytest.mark.parametrize(
    "party",
    [
        {"buyer_id": "me"},
        {"merchant_id": "me"},
        {"applicant_id": "me", "initiator": Initiator.MERCHANT},
        {"party_ids": ["me"]},
    ],
)
def test_a_party_decides_nothing_for_the_platform(
    type_: CaseType, party: dict[str, Any], a_case: ACase, acting: Acting
) -> None:
    checked = 0
    for (state, action), row in CASE[type_].transitions.items():
        full = FullCase(case=a_case(state, type=type_, deadline_at=None, **party))
        for role in STAFF:
            me = replace(acting(role), actor=Actor("me", role))
            if action is CaseAction.RELEASE or not row.can_be_asked_for(role) or is_for_caller(row, me.actor):
                continue
            with pytest.raises(Refusal) as refused:
                apply(full, action, me)
            assert refused.value.code == "party_cannot_decide", (state, action, role)
            shown = {each.action: each.why_not for each in allowed(full, me.actor, facts_for(full, me.actor))}
            assert shown[action] == "party_cannot_decide", (state, action, role)
            checked += 1
    assert checked > 5


def test_who_opened_a_case_for_somebody_is_no_party(a_case: ACase, acting: Acting) -> None:
    opened = {"applicant_id": "agent-1", "initiator": Initiator.AGENT}
    assert permits(FullCase(case=a_case(CaseState.MANUAL_REVIEW, **opened)), CaseAction.TAKE, acting("agent"))


def test_the_lists_of_reviews_are_for_agents() -> None:
    reviews = {WorkList.UNASSIGNED_REVIEWS, WorkList.MY_REVIEWS}
    assert reviews <= set(lists_of("agent"))
    for role in ("buyer", "seller", "arbitrator"):
        assert not reviews & set(lists_of(role))
