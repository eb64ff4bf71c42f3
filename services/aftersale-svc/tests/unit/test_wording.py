"""Whatever a case can be, people read about it in both languages."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from aftercare_chassis.lifecycle import (
    NOBODY,
    NOT_IN_THIS_STATE,
    Actor,
    IllegalTransition,
    Lifecycle,
    SystemContext,
)
from aftercare_chassis.refusals import Refusal
from aftersale_svc.commands.cases.case_messages import LEAVE_MESSAGE
from aftersale_svc.commands.effects import RESTAGE
from aftersale_svc.commands.goods.returns import SCAN
from aftersale_svc.commands.money.resharing import RESHARE
from aftersale_svc.commands.money.shown_freight import STEP as UPDATE_FREIGHT
from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.amounts import RefundAmount
from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.codes import CaseType, EvidenceKind, Reason, RefundState
from aftersale_svc.domain.cases.deposit_covers.model import DepositCover
from aftersale_svc.domain.cases.full_case import FullCase, facts_for
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.cases.money_holds.model import MoneyHold
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import DisputeAction, DisputeState
from aftersale_svc.domain.evidence.errors import EvidenceUnusable
from aftersale_svc.domain.evidence.model import CitedState, EvidenceAction, EvidenceState
from aftersale_svc.domain.wording import names
from aftersale_svc.domain.wording.actions import ACTION_NAMES, WHY_NOT
from aftersale_svc.domain.wording.anomalies import anomaly_step
from aftersale_svc.domain.wording.context import CaseContext
from aftersale_svc.domain.wording.dispute_actions import DISPUTE_ACTION_NAMES
from aftersale_svc.domain.wording.disputes import DISPUTE_STATES
from aftersale_svc.domain.wording.effects import DISPUTE_EFFECTS
from aftersale_svc.domain.wording.explanation import explain, sentence
from aftersale_svc.domain.wording.states import EFFECTS, STATE_NAMES, TURN_NAMES, TYPE_NAMES
from aftersale_svc.domain.wording.steps import ACTORS, STEPS
from aftersale_svc.settings import Settings
from order_book import NOW

BUYER = Actor("buyer-1", "buyer")
SETTINGS = Settings.model_construct()


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
                *(SCAN, RESTAGE, RESHARE, UPDATE_FREIGHT, LEAVE_MESSAGE),
            },
        ),
    ],
)
def test_every_code_of_the_tables_has_its_words(labels: dict[str, Label], needed: set[str]) -> None:
    assert needed - labels.keys() == set()
    assert all(label.zh and label.en for label in labels.values())


def test_the_buyer_reads_what_is_waited_for_and_what_comes_back(full: FullCase) -> None:
    found = explain(full, BUYER)
    assert found.what == Label(
        "退货退款，共 2 件，原因：质量问题或瑕疵", "Return and refund, 2 units. Reason: A defect or flaw"
    )
    assert found.where.en == "The merchant has to review the request"
    assert found.turn == Label(
        "等待商家处理，截止 2026-03-04 17:00 Asia/Shanghai",
        "It is the turn of the merchant, until 2026-03-04 17:00 Asia/Shanghai",
    )
    assert found.then == Label("逾期未处理：系统自动同意申请", "If nothing happens by then, the request is approved")
    assert found.money.en.startswith("If all of it is granted, up to 199.33 CNY goes back")


def test_the_buyer_reads_what_can_be_done_and_why_the_rest_cannot(full: FullCase) -> None:
    actions = {each.action: each.why_not for each in explain(full, BUYER).actions}
    assert actions[CaseAction.CANCEL] is None
    assert actions[CaseAction.APPROVE] == WHY_NOT["merchant_only"]
    assert CaseAction.SHIP not in actions, "not in this state"


def test_what_the_deposit_has_paid_takes_the_place_of_the_refund(full: FullCase, a_refund: Callable[..., Any]) -> None:
    waiting = replace(full.case, state=CaseState.MANUAL_REVIEW, refund_id="ref_1")
    failed = replace(full, case=waiting).keeping(a_refund(RefundState.FAILED))
    claimed = failed.keeping(DepositCover(id="gc_1", case_id="case_1", state="platform_review"))
    assert explain(claimed, BUYER).money.en.startswith("The refund of 191.33 CNY was refused; a claim")
    paid = failed.keeping(DepositCover(id="gc_1", case_id="case_1", state="paid", owed_minor=19133, refund_id="ref_1"))
    ended = replace(paid, case=replace(waiting, state=CaseState.CLOSED, whose_turn=NOBODY))
    for found in (explain(paid, BUYER), explain(ended, BUYER)):
        assert found.money.en == "191.33 CNY was paid from the guarantee deposit of the merchant"
        assert found.money_when is None, "no refund is tried again"


def test_a_charge_is_shown_as_owed_then_as_agreed_then_as_paid(full: FullCase) -> None:
    case = replace(full.case, type=CaseType.EXCHANGE, state=CaseState.AWAIT_RESHIP, difference_minor=3000)
    asked = replace(full, case=case).keeping(Charge(case_id="case_1", amount_minor=3000))
    agreed = asked.keeping(Charge(case_id="case_1", amount_minor=3000, agreed_at=NOW))
    paid = asked.keeping(Charge(case_id="case_1", amount_minor=3000, agreed_at=NOW, paid_at=NOW))
    found = [explain(each, BUYER) for each in (asked, agreed, paid)]
    assert found[0].where.en == "The buyer has to agree to pay 30.00 CNY"
    assert found[0].money.en == "The replacement costs more: the buyer owes 30.00 CNY"
    assert found[1].where.en.startswith("The buyer has to pay 30.00 CNY, as agreed; the merchant records the payment")
    assert found[2].where == STATE_NAMES[CaseState.AWAIT_RESHIP]
    completed = replace(paid, case=replace(case, state=CaseState.COMPLETED, whose_turn=NOBODY))
    assert {explain(each, BUYER).money.zh for each in (paid, completed)} == {"买家已支付换货差价 30.00 CNY"}


def test_the_hold_that_is_asked_for_has_its_amount(full: FullCase) -> None:
    case = replace(full.case, type=CaseType.FAST_EXCHANGE, state=CaseState.AWAIT_RESHIP, whose_turn="buyer")
    asked = replace(full, case=case)
    assert explain(asked, BUYER).where.zh == "等待买家同意担保 191.33 CNY"
    assert "191.33 CNY is to be held" in explain(asked, BUYER).money.en
    held = asked.keeping(MoneyHold(case_id="case_1", amount_minor=19133, agreed_at=NOW))
    assert explain(held, BUYER).where == STATE_NAMES[CaseState.AWAIT_RESHIP]
    assert explain(held, BUYER).money.en == "191.33 CNY is held until the goods are back"


def test_every_code_in_a_refusal_has_a_name() -> None:
    for codes, named in names.NAMES.items():
        assert named.keys() == {each.value for each in codes}, codes


def test_a_refusal_names_what_is_refused_and_what_the_guards_leave(full: FullCase) -> None:
    shipped, tx = replace(full.case, state=CaseState.RETURN_IN_TRANSIT), SystemContext(NOW, SETTINGS, BUYER)
    with pytest.raises(IllegalTransition) as refused:
        lifecycle.of(shipped).apply(shipped, CaseAction.SHIP, tx, facts_for(full, BUYER))
    assert refused.value.facts["allowed"] == ["correct_waybill"], "the buyer cannot dispute a case that goes on in time"
    assert refused.value.detail("zh-CN") == ("当前状态（商品退回途中）下不能执行：填写退货运单；可执行：更正运单号。")


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


CODE = re.compile("[a-z]+_[a-z]+")


def _asked(table: Lifecycle[Any, Any], row: Any, roles: Iterable[str], actions: Iterable[Any]) -> Iterator[Refusal]:
    """What each role is refused with, action by action."""
    for role, action in product(roles, actions):
        try:
            table.apply(row, action, SystemContext(NOW, SETTINGS, Actor("x", role)))
        except Refusal as refused:
            yield refused


def test_no_sentence_of_a_refusal_has_a_code(a_case: Callable[..., Case], a_dispute: Callable[..., Any]) -> None:
    late, count = NOW - timedelta(hours=1), 0
    for type_, table in CASE.items():
        for state in table.timeouts:
            row = a_case(state, type=type_, deadline_at=late, frozen_state=CaseState.PENDING_REVIEW)
            for refused in _asked(table, row, ACTORS, CaseAction):
                assert not CODE.findall(refused.detail("zh-CN") + refused.detail("en")), refused.detail("en")
                count += 1
    for state in DISPUTE.timeouts:
        for refused in _asked(DISPUTE, a_dispute(state), ACTORS, DisputeAction):
            assert not CODE.findall(refused.detail("zh-CN") + refused.detail("en")), refused.detail("en")
    assert count > 10_000


def test_no_label_has_a_code() -> None:
    tables = (
        TYPE_NAMES,
        STATE_NAMES,
        TURN_NAMES,
        EFFECTS,
        ACTION_NAMES,
        WHY_NOT,
        STEPS,
        DISPUTE_STATES,
        DISPUTE_EFFECTS,
    )
    for label in (label for table in (*tables, *names.NAMES.values()) for label in table.values()):
        assert not CODE.findall(label.zh + label.en), label
    assert set(DISPUTE_STATES) == set(DisputeState)
    assert set(DISPUTE_ACTION_NAMES) == set(DisputeAction)


@pytest.mark.parametrize(
    ("state", "more", "expected"),
    [
        (CaseState.PENDING_REVIEW, {}, "once the request was approved, and the returned goods were inspected"),
        (CaseState.PENDING_REVIEW, {"type": CaseType.REFUND_ONLY}, "once the request was approved"),
        (CaseState.AWAIT_INSPECTION, {}, "once the goods were inspected and accepted"),
        (CaseState.RESHIP_IN_TRANSIT, {"type": CaseType.EXCHANGE, "difference_minor": -1}, "has the replacement"),
        (CaseState.REFUNDING, {}, "by 2026-03-04 17:00 Asia/Shanghai; after that, the platform checks the refund"),
    ],
)
def test_the_reader_learns_when_the_money_comes(
    full: FullCase, state: CaseState, more: dict[str, Any], expected: str
) -> None:
    when = explain(replace(full, case=replace(full.case, state=state, **more)), BUYER).money_when
    assert when is not None
    assert when.en.endswith(expected)
    assert when.zh.endswith(("退款", "核查"))


def test_the_reader_of_a_late_refund_learns_who_checks_it(full: FullCase) -> None:
    late = replace(full.case, state=CaseState.REFUNDING, late_since=full.case.created_at)
    when = explain(replace(full, case=late), BUYER).money_when
    assert when is not None
    assert "has not given its result" in when.en
    assert "the money is still owed" in when.en
    assert "正在核查；款项仍应退还" in when.zh
    assert "客服" in when.zh


def test_money_that_does_not_come_has_no_time(full: FullCase) -> None:
    question = replace(full, case=replace(full.case, type=CaseType.CONSULT))
    assert explain(question, BUYER).money_when is None


def test_fees_of_the_return_are_announced(full: FullCase) -> None:
    chosen = replace(full, case=replace(full.case, reason=Reason.CHANGED_MIND))
    due = RefundAmount(19133, 0, restocking_minor=956, return_freight_minor=1200)
    money = explain(chosen, BUYER, context=CaseContext(expected=due)).money
    assert money.en == (
        "If all of it is granted, up to 169.77 CNY goes back; 21.56 CNY that the buyer bears of the return is deducted"
    )
    assert money.zh == "如全部通过，最多退款 169.77 CNY，已扣除买家承担的退货费用 21.56 CNY"


def test_refusals_of_files_are_written_in_words() -> None:
    names.register()
    for refusal in (
        EvidenceUnusable(found=[CitedState.NOT_UPLOADED], allowed=list(CitedState), kinds=list(EvidenceKind)),
        IllegalTransition(state=EvidenceState.UPLOADED, action=EvidenceAction.COMPLETE, allowed=list(EvidenceAction)),
    ):
        assert not re.search("[a-z_]{3}", refusal.detail("zh-CN").replace("/v1/evidence", "")), refusal.detail("zh-CN")
        assert "_" not in refusal.detail("en")


def test_a_parcel_that_comes_back_blames_nobody() -> None:
    """Its receiver may have refused it, which is no call-back."""
    step = anomaly_step("73100001", "returned_to_sender", None)
    assert step == Label(
        "运单 73100001，正在退回寄件人，商家和平台未召回",
        "waybill 73100001, it goes back to its sender, and was not called back",
    )
