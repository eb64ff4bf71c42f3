"""Whatever a case can be, people read about it in both languages."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aftercare_chassis.lifecycle import NOBODY, NOT_IN_THIS_STATE, Actor
from aftersale_svc.commands.case_messages import LEAVE_MESSAGE
from aftersale_svc.commands.effects import RESTAGE
from aftersale_svc.commands.resharing import RESHARE
from aftersale_svc.commands.returns import SCAN
from aftersale_svc.domain.cases.codes import CaseType, RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseLine, CaseState, TimelineStep
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.wording.actions import ACTION_NAMES, WHY_NOT
from aftersale_svc.domain.wording.explanation import explain, sentence
from aftersale_svc.domain.wording.states import EFFECTS, STATE_NAMES, TURN_NAMES, TYPE_NAMES
from aftersale_svc.domain.wording.steps import ACTORS, STEPS
from order_book import NOW

BUYER = Actor("buyer-1", "buyer")


def _why_nots() -> Iterator[str]:
    for table in CASE.values():
        for row in table.transitions.values():
            yield row.permission.why_not
            yield from (guard.code for guard in row.guards)
            if row.outcome_of is not None:
                yield f"outcome_of_{row.outcome_of}"


def _timeouts() -> Iterator[Any]:
    for table in CASE.values():
        for state in table.timeouts:
            yield from table.alternatives(state)


@pytest.mark.parametrize(
    ("labels", "needed"),
    [
        (TYPE_NAMES, set(CaseType)),
        (STATE_NAMES, set(CaseState)),
        (TURN_NAMES, {timeout.turn for timeout in _timeouts()} | {NOBODY}),
        (EFFECTS, {timeout.effect for timeout in _timeouts() if timeout.effect is not None}),
        (ACTION_NAMES, set(CaseAction)),
        (WHY_NOT, set(_why_nots()) - {NOT_IN_THIS_STATE}),
        (
            STEPS,
            {
                *(action for _, action in DISPUTE.transitions),
                *CaseAction,
                "request",
                "open",
                SCAN,
                RESTAGE,
                RESHARE,
                LEAVE_MESSAGE,
            },
        ),
    ],
)
def test_every_code_of_the_tables_has_its_words(labels: dict[str, Label], needed: set[str]) -> None:
    assert needed - labels.keys() == set()
    assert all(label.zh and label.en for label in labels.values())


@pytest.fixture
def full(a_case: Callable[..., Case]) -> FullCase:
    line = CaseLine(
        case_id="case_1",
        line_id="line_1",
        sku="KETTLE-1",
        quantity=2,
        amount_minor=19133,
        line_units=2,
        line_paid_minor=19133,
        units_before=0,
    )
    return FullCase(case=a_case(deadline_at=NOW + timedelta(hours=48), shipping_refund_minor=800), requested=(line,))


def test_the_buyer_reads_what_is_waited_for_and_what_comes_back(full: FullCase) -> None:
    found = explain(full, BUYER)
    assert found.what == Label(
        "退货退款，共 2 件，原因：质量问题或瑕疵", "Return and refund, 2 units. Reason: A defect or flaw"
    )
    assert found.where.en == "The merchant has to review the request"
    assert found.turn == Label(
        "等待商家处理，截止 2026-03-04 09:00 UTC", "It is the turn of the merchant, until 2026-03-04 09:00 UTC"
    )
    assert found.then == Label("逾期未处理：系统自动同意申请", "If nothing happens by then, the request is approved")
    assert found.money.en == "If all of it is granted, up to 199.33 CNY goes back"


def test_the_buyer_reads_what_can_be_done_and_why_the_rest_cannot(full: FullCase) -> None:
    actions = {each.action: each.why_not for each in explain(full, BUYER).actions}
    assert actions[CaseAction.CANCEL] is None
    assert actions[CaseAction.APPROVE] == WHY_NOT["merchant_only"]
    assert CaseAction.SHIP not in actions, "not in this state"


def test_the_money_is_shown_as_decided_and_then_as_paid(full: FullCase, a_refund: Callable[..., Any]) -> None:
    refunding = replace(full.case, state=CaseState.REFUNDING, whose_turn="system", refund_id="ref_1")
    decided = replace(full, case=refunding).keeping(a_refund())
    assert explain(decided, BUYER).money.en == "A refund of 191.33 CNY was decided, and is on its way"
    completed = replace(refunding, state=CaseState.COMPLETED, whose_turn=NOBODY, deadline_at=None)
    paid = replace(full, case=completed).keeping(a_refund(RefundState.SUCCEEDED))
    assert explain(paid, BUYER).money.zh == "已退款 191.33 CNY"
    assert explain(paid, BUYER).then is None
    closed = replace(full.case, state=CaseState.CLOSED, whose_turn=NOBODY, deadline_at=None)
    assert explain(replace(full, case=closed), BUYER).money.en == "No money goes back"


def test_a_refund_that_was_refused_is_no_decided_one(full: FullCase, a_refund: Callable[..., Any]) -> None:
    waiting = replace(full.case, state=CaseState.MANUAL_REVIEW, whose_turn="agent", refund_id="ref_1")
    failed = replace(full, case=waiting).keeping(a_refund(RefundState.FAILED))
    assert explain(failed, BUYER).money.en == "The refund of 191.33 CNY was refused; an agent has to decide"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"agreed_minor": 5000}, "As agreed, 50.00 CNY goes back"),
        ({"type": CaseType.EXCHANGE}, "No money goes back"),
        ({"type": CaseType.EXCHANGE, "difference_minor": -300}, "The replacement costs less: 3.00 CNY goes back"),
        ({"type": CaseType.EXCHANGE, "difference_minor": 300}, "The replacement costs more: the buyer owes 3.00 CNY"),
        ({"type": CaseType.CONSULT}, "No money goes back"),
    ],
)
def test_the_money_follows_what_was_agreed(full: FullCase, more: dict[str, Any], expected: str) -> None:
    assert explain(replace(full, case=replace(full.case, **more)), BUYER).money.en == expected


@pytest.mark.parametrize("role", sorted(ACTORS))
def test_a_step_reads_as_a_sentence(role: str) -> None:
    step = TimelineStep(
        id="step_1",
        case_id="case_1",
        dispute_id=None,
        at=NOW,
        actor_id="x",
        actor_role=role,
        action="reject",
        state="rejected",
        note=None,
        evidence=[],
    )
    assert sentence(step).en == f"{ACTORS[role].en} rejected the request"
    assert sentence(replace(step, action="new_action")).en == f"{ACTORS[role].en}: new_action"
