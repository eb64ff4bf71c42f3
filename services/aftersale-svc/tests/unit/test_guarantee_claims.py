"""Claims on a guarantee: every row of their table, every way out, what is covered, and words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from aftercare_chassis.lifecycle import NOT_IN_THIS_STATE, ActionNotAllowed, Actor, IllegalTransition, SystemContext
from aftersale_svc.commands.claims import guarantee_claims, guarantee_payments, guarantee_steps
from aftersale_svc.domain.cases.codes import CaseType, RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseState, Refund, Return
from aftersale_svc.domain.claims.parties import ClaimFacts
from aftersale_svc.domain.guarantee_claims.codes import (
    GuaranteeAction,
    GuaranteeFailure,
    GuaranteeKind,
    GuaranteeOrigin,
    GuaranteeState,
)
from aftersale_svc.domain.guarantee_claims.errors import NotInsured, RefundNotFailed, ReturnNotReceived
from aftersale_svc.domain.guarantee_claims.lifecycle import GUARANTEE_CLAIM
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim, GuaranteeRequest
from aftersale_svc.domain.guarantee_claims.policy import covered
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.orders.model import Order, OrderState
from aftersale_svc.domain.wording import guarantee_claims as wording
from aftersale_svc.domain.wording.actions import WHY_NOT
from aftersale_svc.domain.wording.claims import explain
from aftersale_svc.domain.wording.states import TURN_NAMES
from claim_walk import CLAIM, NOW, Command, explore, stuck

ROLES = ("buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin", "system")
ROWS = """
merchant_review  agree             paying           seller
merchant_review  object            platform_review  seller
merchant_review  escalate          platform_review  system
platform_review  request_evidence  await_evidence   agent
platform_review  approve           paying           agent
platform_review  decline           nothing_owed     agent
platform_review  escalate          platform_review  system
await_evidence   submit_evidence   platform_review  buyer
await_evidence   escalate          platform_review  system
paying           record_payment    paid             agent admin
paying           record_failure    failed           agent admin
paying           escalate          paying           system
merchant_review  cancel            cancelled        buyer agent system
platform_review  cancel            cancelled        buyer agent system
await_evidence   cancel            cancelled        buyer agent system
paying           cancel            cancelled        system
"""
PEOPLE: dict[str, Command] = {
    "agree": lambda tx: guarantee_claims.answer(tx, CLAIM, agreed=True),
    "object": lambda tx: guarantee_claims.answer(tx, CLAIM, agreed=False),
    "ask": lambda tx: guarantee_claims.request_evidence(tx, CLAIM, missing="?"),
    "submit": lambda tx: guarantee_claims.submit_evidence(tx, CLAIM, evidence=[]),
    "approve": lambda tx: guarantee_claims.approve(tx, CLAIM),
    "fail": lambda tx: guarantee_payments.record_failure(tx, CLAIM, cause=GuaranteeFailure.OTHER),
    "cancel": lambda tx: guarantee_claims.cancel(tx, CLAIM),
}
"""A payment, and that nothing is owed, is recorded under the lock of the case, which `test_guarantee_claims.py` of the integration tests has."""


@pytest.fixture
def a_claim() -> Callable[..., GuaranteeClaim]:
    def claim(**more: Any) -> GuaranteeClaim:
        values: dict[str, Any] = {
            "id": CLAIM,
            "version": 1,
            "kind": GuaranteeKind.MERCHANT_DEPOSIT,
            "case_id": "case_1",
            "order_id": "ord_1",
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "refund_id": "ref_1",
            "origin": GuaranteeOrigin.BUYER,
            "opened_by": "buyer-1",
            "state": GUARANTEE_CLAIM.initial,
            "whose_turn": "merchant",
            "deadline_at": NOW + timedelta(hours=1),
            "evidence": [],
            "claimed_minor": 19133,
            "currency": "CNY",
            "created_at": NOW,
            "updated_at": NOW,
        }
        return GuaranteeClaim(**{**values, **more})

    return claim


@pytest.mark.parametrize("state", GuaranteeState)
def test_every_action_is_in_the_table_or_refused(
    state: GuaranteeState, acting: Callable[..., SystemContext], a_claim: Callable[..., GuaranteeClaim]
) -> None:
    rows = {(at, action): (to, set(by)) for at, action, to, *by in map(str.split, ROWS.strip().split("\n"))}
    for action, role in product(GuaranteeAction, ROLES):
        to, by = rows.get((state, action), (None, set()))
        if to is None:
            with pytest.raises(IllegalTransition):
                GUARANTEE_CLAIM.apply(a_claim(state=state), action, acting(role))
        elif role not in by:
            with pytest.raises(ActionNotAllowed):
                GUARANTEE_CLAIM.apply(a_claim(state=state), action, acting(role))
        else:
            assert GUARANTEE_CLAIM.apply(a_claim(state=state), action, acting(role)).state == to


async def test_every_state_of_a_claim_leads_to_an_end(
    acting: Callable[..., SystemContext], a_claim: Callable[..., GuaranteeClaim]
) -> None:
    def facts(claim: GuaranteeClaim) -> object:
        asked = claim.evidence_requests
        return (
            claim.state,
            asked,
            claim.owed_minor,
            claim.decided_by,
            claim.merchant_silent,
            claim.refusal,
            claim.failure,
        )

    first = GUARANTEE_CLAIM.start(a_claim(), acting())
    timer = guarantee_steps.STEPS.timer.act
    graph, places = await explore(first, PEOPLE, timer, facts, ("buyer", "seller", "agent", "admin"))
    ends = {place for place, claim in places.items() if claim.state in GUARANTEE_CLAIM.ends}
    assert not stuck(graph, ends)
    assert {claim.state for claim in places.values()} == set(GuaranteeState) - {
        GuaranteeState.PAID,
        GuaranteeState.NOTHING_OWED,
    }
    assert max(claim.evidence_requests for claim in places.values()) == 3
    for claim in places.values():
        assert (claim.deadline_at is None) == (claim.state in GUARANTEE_CLAIM.ends)


def test_who_approved_a_claim_does_not_pay_it(a_claim: Callable[..., GuaranteeClaim]) -> None:
    owed = a_claim(state=GuaranteeState.PAYING, owed_minor=1, decided_by="agent-1")
    for actor, barred in ((Actor("agent-1", "agent"), True), (Actor("agent-2", "agent"), False)):
        permitted = GUARANTEE_CLAIM.permits(owed, GuaranteeAction.RECORD_PAYMENT, actor, ClaimFacts(actor))
        assert permitted is not barred


@pytest.mark.parametrize("party", [{"buyer_id": "me"}, {"merchant_id": "me"}, {"party_ids": ["me"]}])
def test_a_party_decides_nothing_for_the_platform(
    party: dict[str, Any], a_claim: Callable[..., GuaranteeClaim]
) -> None:
    decided = 0
    for (state, action), row in GUARANTEE_CLAIM.transitions.items():
        for role in row.permission.roles & {"agent", "admin"}:
            me = Actor("me", role)
            claim = a_claim(state=state, **party)
            assert not GUARANTEE_CLAIM.permits(claim, action, me, ClaimFacts(me)), (state, action)
            decided += 1
    assert decided == 10


def test_what_the_deposit_covers(
    a_case: Callable[..., Case], an_order: Callable[..., Order], a_refund: Callable[..., Refund]
) -> None:
    request = GuaranteeRequest(GuaranteeKind.MERCHANT_DEPOSIT, None, None, [], None)
    case = FullCase(case=a_case(state=CaseState.MANUAL_REVIEW, refund_id="ref_1"))
    failed = case.keeping(a_refund(RefundState.FAILED))
    assert covered(failed, an_order(), request) == 19133
    for full in (
        case,
        case.keeping(a_refund()),
        case.keeping(a_refund(RefundState.SUCCEEDED)),
        replace(failed, case=replace(case.case, state=CaseState.CLOSED)),
    ):
        with pytest.raises(RefundNotFailed):
            covered(full, an_order(), request)
    with pytest.raises(OrderWasCancelled):
        covered(failed, an_order(OrderState.CANCELLED), request)


def test_what_the_insurance_covers(a_case: Callable[..., Case], an_order: Callable[..., Order]) -> None:
    request = GuaranteeRequest(GuaranteeKind.FREIGHT_INSURANCE, 900, "CNY", [], None)
    insured = an_order(settings={"freight_insurance": ["ins_1", 1, {"CNY": 1000}]})
    case = FullCase(case=a_case())
    back = case.keeping(Return(case_id="case_1", delivered_at=NOW))
    assert covered(back, insured, request) == 1000
    with pytest.raises(ReturnNotReceived):
        covered(case, insured, request)
    with pytest.raises(NotInsured):
        covered(back, an_order(), request)
    with pytest.raises(NotInsured):
        covered(back, replace(insured, currency="JPY"), request)
    with pytest.raises(NotInsured):
        covered(FullCase(case=a_case(type=CaseType.REFUND_ONLY)), insured, request)


def test_every_code_of_a_claim_has_its_words(
    acting: Callable[..., SystemContext], a_claim: Callable[..., GuaranteeClaim]
) -> None:
    table = GUARANTEE_CLAIM
    timeouts = [each for state in table.timeouts for each in table.alternatives(state)]
    whys = {row.permission.why_not for row in table.transitions.values()} - {NOT_IN_THIS_STATE}
    whys |= {guard.code for row in table.transitions.values() for guard in row.guards}
    needed: list[tuple[Any, set[Any]]] = [
        (wording.GUARANTEE_KINDS, set(GuaranteeKind)),
        (wording.GUARANTEE_STATES, set(GuaranteeState)),
        (wording.GUARANTEE_ACTIONS, set(GuaranteeAction)),
        (wording.GUARANTEE_EFFECTS, {timeout.effect for timeout in timeouts}),
        (TURN_NAMES, {timeout.turn for timeout in timeouts}),
        ({**WHY_NOT, **wording.GUARANTEE_WHY_NOT}, whys),
    ]
    for labels, codes in needed:
        assert codes <= labels.keys()
        assert all(label.zh and label.en for label in labels.values())
    found = explain(wording.GUARANTEE_WORDS, a_claim(), acting("seller"))
    assert found.money.en == "191.33 CNY is claimed"
    assert found.then is not None
    assert found.then.en == "If nothing happens by then, an agent decides without the merchant"
    assert {each.action: each.why_not for each in found.actions}["cancel"] == wording.GUARANTEE_WHY_NOT[
        "claimants_only"
    ]
