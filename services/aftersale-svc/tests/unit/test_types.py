"""Types of cases are composed of legs, and a composition that makes no sense is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aftercare_chassis.lifecycle import Permission, TableError, Timeout, Transition
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.errors import DescriptionMissing, EvidenceRequired, StageUnsuitable
from aftersale_svc.domain.cases.legs.goods_return import RETURN, ReturnExit
from aftersale_svc.domain.cases.legs.interruptions import DisputeExit
from aftersale_svc.domain.cases.legs.leg import Leg
from aftersale_svc.domain.cases.legs.refund import REFUND
from aftersale_svc.domain.cases.legs.review import REVIEW, ReviewExit
from aftersale_svc.domain.cases.model import CaseAction, CaseLine, CaseState
from aftersale_svc.domain.cases.policy import check_needs, check_stage
from aftersale_svc.domain.cases.requests import Request
from aftersale_svc.domain.cases.types import TYPES, TypeRow
from aftersale_svc.domain.money.holds import holds_of
from aftersale_svc.domain.orders.model import Order, Stage

REFUND_ONLY = TYPES[CaseType.REFUND_ONLY]
ANYBODY = Permission("anybody", frozenset({"buyer"}))


def without(exit_: Any) -> TypeRow:
    return replace(REFUND_ONLY, exits={each: to for each, to in REFUND_ONLY.exits.items() if each is not exit_})


def a_request(reason: Reason = Reason.QUALITY_DEFECT, **more: Any) -> Request:
    asked: dict[str, Any] = {"type": CaseType.REFUND_ONLY, "description": None, "lines": [], "evidence": []}
    return Request(order_id="ord_1", reason=reason, **{**asked, **more})


def with_leg(rows: Any, timeouts: Any = None) -> TypeRow:
    leg = Leg("more", CaseState.AWAIT_INSPECTION, rows, timeouts or {})
    return replace(REFUND_ONLY, legs=(*REFUND_ONLY.legs, leg))


_S, _A = CaseState, CaseAction
TO_LEG = {(_S.MANUAL_REVIEW, _A.RECEIVE): Transition(_S.AWAIT_INSPECTION, ANYBODY)}
OUT = {(_S.AWAIT_INSPECTION, _A.CLOSE): Transition(_S.CANCELLED, ANYBODY)}
CLOSED = {(_S.AWAIT_INSPECTION, _A.CLOSE): Transition(_S.CLOSED, ANYBODY)}


@pytest.mark.parametrize(
    ("type_", "message"),
    [
        (without(ReviewExit.REFUND_ORDERED), "refund_ordered leads nowhere"),
        (without(DisputeExit.AWARDED), "awarded leads nowhere"),
        (replace(REFUND_ONLY, exits={**REFUND_ONLY.exits, ReturnExit.ARRIVED: REFUND}), "arrived belongs to no leg"),
        (replace(REFUND_ONLY, exits={**REFUND_ONLY.exits, ReviewExit.APPROVED: RETURN}), "leads to the leg return"),
        (replace(REFUND_ONLY, legs=(REVIEW, REVIEW, REFUND)), "have a row for cancel in pending_review"),
        (with_leg(OUT, {_S.AWAIT_INSPECTION: Timeout("merchant")}), "await_inspection cannot be reached"),
        (with_leg({**TO_LEG, **OUT}), "await_inspection is nobody's turn"),
        (
            with_leg({**TO_LEG, **OUT}, {_S.AWAIT_INSPECTION: Timeout("merchant", "review_hours", _A.CLOSE)}),
            "await_inspection has a timer that the system may not take",
        ),
        (with_leg({**TO_LEG, **CLOSED}), "close in await_inspection has no cause"),
        (replace(REFUND_ONLY, holds_money=False), "holds units without their money"),
    ],
)
def test_a_composition_that_makes_no_sense_is_refused(type_: TypeRow, message: str) -> None:
    with pytest.raises(TableError, match=message):
        _ = type_.lifecycle


def test_the_same_legs_lead_elsewhere_in_another_type() -> None:
    approved = {
        name: type_.lifecycle.transitions[CaseState.PENDING_REVIEW, CaseAction.APPROVE].target
        for name, type_ in TYPES.items()
        if (CaseState.PENDING_REVIEW, CaseAction.APPROVE) in type_.lifecycle.transitions
    }
    assert approved == {
        CaseType.RETURN_REFUND: CaseState.AWAIT_BUYER_SHIPMENT,
        CaseType.REFUND_ONLY: CaseState.REFUNDING,
        CaseType.CANCEL_UNSHIPPED: CaseState.REFUNDING,
        CaseType.RESHIP_PARTS: CaseState.AWAIT_RESHIP,
        CaseType.PRICE_ADJUST: CaseState.REFUNDING,
        CaseType.EXCHANGE: CaseState.AWAIT_BUYER_SHIPMENT,
        CaseType.REPAIR: CaseState.AWAIT_BUYER_SHIPMENT,
        CaseType.FAST_EXCHANGE: CaseState.AWAIT_RESHIP,
    }


def test_each_exit_belongs_to_one_leg() -> None:
    """A variant of a leg has its name and its exits."""
    legs = {leg.name: leg for type_ in TYPES.values() for leg in type_.legs}
    found = [each for leg in legs.values() for each in leg.exits]
    assert len(found) == len(set(found))


def test_a_type_is_opened_at_its_stages_and_with_what_it_needs(an_order: Callable[..., Order]) -> None:
    needy = replace(REFUND_ONLY, stages=frozenset({Stage.POST_RECEIPT}), needs_evidence=True)
    order, asked = an_order(), a_request(evidence=["sha256:0"])
    check_needs(needy, order, Stage.POST_RECEIPT, asked)
    with pytest.raises(StageUnsuitable):
        check_needs(needy, order, Stage.PRE_SHIP, asked)
    with pytest.raises(EvidenceRequired) as refused:
        check_needs(needy, order, Stage.POST_RECEIPT, a_request())
    assert refused.value.pointer == "/evidence"


def test_a_question_needs_its_words(an_order: Callable[..., Order]) -> None:
    consult = TYPES[CaseType.CONSULT]
    check_needs(consult, an_order(), Stage.PRE_SHIP, a_request(description="?"))
    with pytest.raises(DescriptionMissing) as refused:
        check_needs(consult, an_order(), Stage.PRE_SHIP, a_request())
    assert refused.value.pointer == "/description"


def test_units_that_have_not_left_can_be_cancelled_while_others_are_on_their_way(
    an_order: Callable[..., Order],
) -> None:
    cancel = TYPES[CaseType.CANCEL_UNSHIPPED]
    assert [cancel.stage(stage) for stage in Stage] == [Stage.PRE_SHIP, Stage.PRE_SHIP, Stage.POST_RECEIPT]
    check_needs(cancel, an_order(), Stage.IN_TRANSIT, a_request())
    with pytest.raises(StageUnsuitable) as refused:
        check_stage(cancel, an_order(), Stage.POST_RECEIPT)
    assert refused.value.awaits is None, "the goods have left for good"


def test_only_a_stage_that_the_goods_have_yet_to_reach_is_waited_for(an_order: Callable[..., Order]) -> None:
    """The events of the order may be on their way; those of an earlier stage are not."""
    early = replace(REFUND_ONLY, stages=frozenset({Stage.PRE_SHIP}))
    late = replace(REFUND_ONLY, stages=frozenset({Stage.POST_RECEIPT}))
    for type_, awaits, retry_after in ((early, None, None), (late, "ord_1", 1)):
        with pytest.raises(StageUnsuitable) as refused:
            check_stage(type_, an_order(), Stage.IN_TRANSIT)
        assert (refused.value.awaits, refused.value.retry_after) == (awaits, retry_after)
        possible = [name for name in CaseType if name not in (CaseType.REPAIR, CaseType.FAST_EXCHANGE)]
        assert refused.value.facts["allowed"] == possible, "a part of the order may not have left"


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({}, (2, 19133)),
        ({"holds_units": False}, (0, 19133)),
        ({"holds_units": False, "holds_money": False}, (0, 0)),
    ],
)
def test_a_type_determines_what_its_cases_hold(changes: dict[str, bool], held: tuple[int, int]) -> None:
    line = CaseLine(
        case_id="case_1",
        line_id="line_1",
        sku="KETTLE-1",
        quantity=2,
        amount_minor=19133,
        line_units=3,
        line_paid_minor=28700,
        units_before=0,
    )
    [hold] = holds_of([line], replace(REFUND_ONLY, **changes))
    assert (hold.units, hold.amount_minor) == held
