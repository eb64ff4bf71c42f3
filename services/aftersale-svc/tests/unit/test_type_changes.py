"""What the buyer may ask for instead, and what becomes of the case then."""

from collections.abc import Callable
from typing import Any

import pytest
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.refusals import Refusal
from aftersale_svc.commands.cases import type_changes
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import CASE, apply, of
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseLine, CaseState, Return
from aftersale_svc.domain.cases.type_changes.policy import changed
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.holds import holds_of
from aftersale_svc.domain.orders.model import Order, OrderState
from aftersale_svc.settings import Settings
from case_graph import explore
from case_walk import CASE as CASE_ID
from case_walk import PEOPLE, Command
from graph_ends import stuck
from memory_transaction import Snapshot

ACase = Callable[..., Case]
AnOrder = Callable[..., Order]
Acting = Callable[..., SystemContext]
PRESENT = {"reason": Reason.QUALITY_DEFECT, "evidence": ()}


def test_which_types_can_be_changed() -> None:
    with_change = {
        type_ for type_, table in CASE.items() if any(a is CaseAction.CHANGE_TYPE for _, a in table.transitions)
    }
    fixed = {CaseType.CANCEL_UNSHIPPED, CaseType.PRICE_ADJUST, CaseType.CONSULT, CaseType.REFUSED_DELIVERY}
    assert {CaseType.RETURN_REFUND, CaseType.REFUND_ONLY, CaseType.EXCHANGE, CaseType.RESHIP_PARTS} <= with_change
    assert not with_change & fixed


def test_what_was_agreed_is_void(a_case: ACase, an_order: AnOrder) -> None:
    case = a_case(agreed_minor=5000, difference_minor=-300, evidence=["sha256:a"], type_changes=1)
    more = {**PRESENT, "evidence": ("sha256:a", "sha256:b"), "reason": Reason.WRONG_ITEM}
    found = changed(case, an_order(), type_=CaseType.EXCHANGE, **more)  # type: ignore[arg-type]
    assert (found.type, found.reason, found.type_changes) == (CaseType.EXCHANGE, Reason.WRONG_ITEM, 2)
    assert (found.agreed_minor, found.difference_minor) == (None, None)
    assert found.evidence == ["sha256:a", "sha256:b"]
    assert found.requested_minor == case.requested_minor, "the same units and the same money"


@pytest.mark.parametrize(
    ("type_", "more", "state", "code"),
    [
        (CaseType.RETURN_REFUND, {}, OrderState.DELIVERED, "type_unchanged"),
        (CaseType.CANCEL_UNSHIPPED, {}, OrderState.DELIVERED, "type_unsuitable"),
        (CaseType.PRICE_ADJUST, {}, OrderState.DELIVERED, "type_unsuitable"),
        (CaseType.REFUSED_DELIVERY, {}, OrderState.SHIPPED, "type_unsuitable"),
        (CaseType.REFUND_ONLY, {"reason": Reason.WARRANTY_REPAIR}, OrderState.SHIPPED, "reason_unsuitable"),
    ],
)
def test_what_a_case_cannot_become(
    type_: CaseType, more: dict[str, Any], state: OrderState, code: str, a_case: ACase, an_order: AnOrder
) -> None:
    with pytest.raises(Refusal) as refused:
        changed(a_case(), an_order(state), type_=type_, **{**PRESENT, **more})
    assert refused.value.code == code


def test_goods_that_were_sent_and_too_many_changes_bar_it(a_case: ACase, acting: Acting) -> None:
    waiting = FullCase(case=a_case(CaseState.AWAIT_BUYER_SHIPMENT))
    sent = waiting.keeping(Return(case_id="case_1", carrier="sf", waybill_no="SF1001"))
    often = FullCase(case=a_case(type_changes=3))
    for full, code in ((sent, "return_already_shipped"), (often, "type_changed_too_often")):
        with pytest.raises(Refusal) as refused:
            apply(full, CaseAction.CHANGE_TYPE, acting("buyer"))
        assert refused.value.code == code
    assert apply(waiting, CaseAction.CHANGE_TYPE, acting("buyer")).case.state is CaseState.PENDING_REVIEW


def to(type_: CaseType) -> Command:
    return lambda tx: type_changes.change(tx, CASE_ID, type_=type_)


async def test_a_changed_case_ends_too(a_case: ACase, an_order: AnOrder, acting: Acting) -> None:
    """There and back again: whatever was approved or negotiated before, the case leads to an end of its new type."""
    type_ = CaseType.RETURN_REFUND
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
    [hold] = holds_of([line], TYPES[type_])
    case = a_case(type=type_, shipping_refund_minor=800)
    first = Snapshot(an_order(), of(case).start(case, acting()), line, hold)
    chosen = (
        "approve with an address",
        "reject",
        "offer",
        "make a counter-offer",
        "ship",
        "accept all",
        "close",
        "answer",
        "dismiss",
    )
    people = {name: PEOPLE[name] for name in chosen} | {
        "ask for the money alone": to(CaseType.REFUND_ONLY),
        "ask to send it back": to(CaseType.RETURN_REFUND),
    }
    graph, places = await explore(first, people, Settings.model_construct())
    assert not stuck(graph, places)
    types = {(snapshot.case.type, snapshot.case.state) for snapshot in places.values()}
    assert (CaseType.REFUND_ONLY, CaseState.COMPLETED) in types
    for place, snapshot in places.items():
        if snapshot.case.state is CaseState.AWAIT_BUYER_SHIPMENT:
            assert snapshot.case.type is CaseType.RETURN_REFUND, place
        assert snapshot.hold.units == 2 or snapshot.line.accepted is not None, place
