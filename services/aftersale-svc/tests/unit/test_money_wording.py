"""What goes back in a case, as people read it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aftercare_chassis.lifecycle import NOBODY, Actor
from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.codes import CaseType, RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.repairs.model import Repair
from aftersale_svc.domain.cases.replacements.model import Replacement
from aftersale_svc.domain.wording.explanation import explain
from order_book import NOW

BUYER = Actor("buyer-1", "buyer")
FREIGHT_ONCE = "; of that, the freight of 8.00 CNY goes back once for the order"


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


@pytest.mark.parametrize("state", [CaseState.REFUNDING, CaseState.COMPLETED])
def test_nothing_goes_back_by_a_refund_of_nothing(
    full: FullCase, a_refund: Callable[..., Any], state: CaseState
) -> None:
    refund = a_refund(RefundState.REQUESTED if state is CaseState.REFUNDING else RefundState.SUCCEEDED)
    nothing = replace(refund, units_minor=0, freight_minor=0)
    case = replace(full.case, state=state, whose_turn=NOBODY, deadline_at=None, refund_id="ref_1")
    found = explain(replace(full, case=case).keeping(nothing), BUYER)
    assert (found.money.zh, found.money.en) == ("无应退款项", "Nothing is due to go back")
    assert found.money_when is None


def test_of_a_rejected_request_nothing_is_due(full: FullCase) -> None:
    rejected = replace(full, case=replace(full.case, state=CaseState.REJECTED))
    assert explain(rejected, BUYER).money.zh == "申请已被拒绝，目前没有应退款项"
    question = replace(rejected, case=replace(rejected.case, type=CaseType.CONSULT))
    assert explain(question, BUYER).money.zh == "不涉及退款"


def test_the_price_of_a_repair_is_shown_as_asked_for_then_as_agreed_then_as_paid(full: FullCase) -> None:
    case = replace(full.case, type=CaseType.REPAIR, state=CaseState.QUOTE_PENDING)
    quoted = replace(full, case=case).keeping(Repair(case_id=case.id))
    asked = Charge(case_id=case.id, amount_minor=3000)
    agreed = replace(asked, agreed_at=NOW)
    found = [explain(quoted.keeping(each), BUYER).money.zh for each in (asked, agreed, replace(agreed, paid_at=NOW))]
    assert found == [
        "维修费用 30.00 CNY，由买家同意后支付",
        "买家已同意支付维修费用 30.00 CNY，尚未登记到账",
        "买家已支付维修费用 30.00 CNY",
    ]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (CaseState.AWAIT_RESHIP, "If the buyer takes the money instead, up to 199.33 CNY goes back" + FREIGHT_ONCE),
        (CaseState.MANUAL_REVIEW, "If an agent decides so, up to 199.33 CNY goes back" + FREIGHT_ONCE),
    ],
)
def test_the_money_of_goods_whose_replacement_is_late_is_shown(full: FullCase, state: CaseState, expected: str) -> None:
    case = replace(full.case, type=CaseType.EXCHANGE, state=state)
    late = replace(full, case=case).keeping(Replacement(case_id=case.id, refund_offered_at=NOW))
    assert explain(late, BUYER).money.en == expected


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
