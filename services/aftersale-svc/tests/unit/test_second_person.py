"""Decisions of agents about much money: one proposes, another one confirms, and nothing is stuck between them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aftercare_chassis.lifecycle import Actor, SystemContext
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.settings import SettingsInvalid
from aftersale_svc.commands.cases import confirmations, second_person
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply, of, permits
from aftersale_svc.domain.cases.manual_reviews.proposals import needs_second_person
from aftersale_svc.domain.cases.manual_reviews.rows import DECIDED_BY_TWO
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseLine, CaseState
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.holds import holds_of
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from case_graph import explore
from case_walk import CASE, PEOPLE, Command
from graph_ends import stuck
from memory_transaction import Snapshot
from offline_walk import PAID_OUTSIDE

ACase = Callable[..., Case]
Acting = Callable[..., SystemContext]


def waiting(a_case: ACase, **more: Any) -> FullCase:
    proposed = {"proposal_id": "prd_1", "proposed_by": "agent-1", "proposed_action": "approve"}
    return FullCase(case=a_case(CaseState.MANUAL_REVIEW, whose_turn="agent", **{**proposed, **more}))


@pytest.mark.parametrize(
    ("role", "limit", "amount", "state", "needed"),
    [
        ("agent", 100, 101, CaseState.MANUAL_REVIEW, True),
        ("agent", 100, 100, CaseState.MANUAL_REVIEW, False),
        ("agent", 0, 1, CaseState.MANUAL_REVIEW, True),
        ("seller", 100, 101, CaseState.PENDING_REVIEW, False),
        ("system", 100, 101, CaseState.MANUAL_REVIEW, False),
    ],
)
def test_which_decisions_need_a_second_person(
    role: str, limit: int, amount: int, state: CaseState, needed: bool, a_case: ACase
) -> None:
    assert needs_second_person(FullCase(case=a_case(state)), role, limit, amount) is needed


def test_every_currency_has_a_limit() -> None:
    """By its own amount, else by whole units of it, whatever its minor unit is."""
    settings = Settings.model_construct(second_person_above={"CNY": 5}, second_person_above_units=1000)
    limits = {code: settings.second_person_limit(code) for code in ("CNY", "GBP", "VND", "KWD")}
    assert limits == {"CNY": 5, "GBP": 100_000, "VND": 1000, "KWD": 1_000_000}
    with pytest.raises(SettingsInvalid, match="CYN"):
        Settings(second_person_above={"CYN": 5})


def test_who_proposed_it_cannot_confirm_it(a_case: ACase, acting: Acting) -> None:
    full, me = waiting(a_case), acting("agent")
    other = replace(me, actor=Actor("agent-2", "agent"))
    for action, code in (
        (CaseAction.CONFIRM_DECISION, "second_person_needed"),
        (CaseAction.TAKE, "second_person_needed"),
    ):
        with pytest.raises(Refusal) as refused:
            apply(full, action, me)
        assert refused.value.code == code
        assert permits(full, action, other)
    assert permits(full, CaseAction.DECLINE_DECISION, me), "one's own proposal can be taken back"
    for action in DECIDED_BY_TWO & {each for state, each in of(full.case).transitions if state == full.case.state}:
        assert not permits(full, action, other), action
    with pytest.raises(Refusal) as refused:
        apply(full, CaseAction.APPROVE, other)
    assert (refused.value.code, refused.value.facts) == ("decision_proposed", {"proposed_by": "agent-1"})
    assert permits(full, CaseAction.REJECT, other), "what moves no money is decided by one"


def test_without_a_proposal_nothing_is_confirmed(a_case: ACase, acting: Acting) -> None:
    full = waiting(a_case, proposal_id=None, proposed_by=None, proposed_action=None)
    for action in (CaseAction.CONFIRM_DECISION, CaseAction.DECLINE_DECISION):
        with pytest.raises(Refusal) as refused:
            apply(full, action, acting("agent"))
        assert refused.value.code == "no_decision_proposed"


def by_another(command: Command) -> Command:
    """The command of a second agent."""

    async def act(tx: Any) -> object:
        if tx.actor.role == "agent":
            tx.actor = Actor("agent-2", "agent")
        return await command(tx)

    return act


TWO: dict[str, Command] = {
    "confirm": by_another(lambda tx: confirmations.confirm(tx, CASE)),
    "confirm one's own": lambda tx: confirmations.confirm(tx, CASE),
    "decline the proposal": lambda tx: second_person.decline(tx, CASE),
}


async def test_every_proposal_leads_on(a_case: ACase, an_order: Callable[..., Order], acting: Acting) -> None:
    """Each amount needs two agents: whatever one proposes is confirmed, declined or void, and the case ends."""
    type_ = CaseType.REFUND_ONLY
    case = a_case(type=type_, shipping_refund_minor=800)
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
    [hold] = holds_of([line], TYPES[type_])
    first = Snapshot(an_order(), of(case).start(case, acting()), line, hold)
    settings = Settings.model_construct(second_person_above={"CNY": 0})
    graph, places = await explore(first, PEOPLE | PAID_OUTSIDE | TWO, settings)
    assert not stuck(graph, places)
    proposed = {snapshot.case.proposed_action for snapshot in places.values()} - {None}
    assert proposed == {"approve", "refund", "offer", "accept_offer", "state_offline_refund"}
    for place, snapshot in places.items():
        found = snapshot.case
        assert found.proposed_action is None or found.state is CaseState.MANUAL_REVIEW, place
        for name, after in graph[place].items():
            if "(agent)" in name and after.case.state in (CaseState.REFUNDING, CaseState.OFFER_PENDING):
                assert name == "confirm (agent)", (place, name)
