"""The table of an order's states: its rows, its guards and its timers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aftercare_chassis.lifecycle import SYSTEM, ActionNotAllowed, Actor, IllegalTransition, SystemContext
from aftercare_chassis.lifecycle.diagram import draw
from aftercare_chassis.refusals import Refusal
from order_svc import main
from order_svc.domain import errors, policy
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import AfterSaleState, LineFulfilment, Order, OrderLine, OrderState
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.recorded_ends import DeliveryNotOverdue
from order_svc.domain.sales.errors import AddressChangesUsed, GoodsDelivered, NoVirtualGoods, ReceiptExtensionsUsed

S, A = OrderState, OrderAction
BUYER, SELLER, AGENT = Actor("buyer-1", "buyer"), Actor("seller-1", "seller", "m-1"), Actor("agent-1", "agent")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOURS = SimpleNamespace(payment_hours=0.5, review_hours=24, virtual_receipt_hours=24, auto_receipt_hours=240)
ROWS = [
    (S.CREATED, A.PAY, BUYER, S.CREATED),
    (S.CREATED, A.MARK_PAID, SYSTEM, S.PAID),
    (S.CREATED, A.EXPIRE, SYSTEM, S.CANCELLED),
    (S.CREATED, A.CANCEL, BUYER, S.CANCELLED),
    (S.PAID, A.CANCEL, SELLER, S.CANCELLED),
    (S.PAID, A.CHANGE_ADDRESS, AGENT, S.PAID),
    (S.PAID, A.PACK, SELLER, S.PAID),
    (S.SHIPPED, A.PACK, SELLER, S.SHIPPED),
    (S.PAID, A.SHIP, SELLER, S.SHIPPED),
    (S.PAID, A.DELIVER_VIRTUAL, SELLER, S.PAID),
    (S.PAID, A.DELIVER, SYSTEM, S.DELIVERED),
    (S.PAID, A.MARK_OVERDUE, SYSTEM, S.PAID),
    (S.SHIPPED, A.MARK_OVERDUE, SYSTEM, S.SHIPPED),
    (S.SHIPPED, A.MARK_UNDELIVERED, SYSTEM, S.SHIPPED),
    (S.SHIPPED, A.RECORD_DELIVERY, AGENT, S.SHIPPED),
    (S.SHIPPED, A.RECORD_LOSS, AGENT, S.SHIPPED),
    (S.SHIPPED, A.CANCEL, BUYER, S.SHIPPED),
    (S.SHIPPED, A.SHIP, SELLER, S.SHIPPED),
    (S.SHIPPED, A.DELIVER, SYSTEM, S.DELIVERED),
    (S.SHIPPED, A.CONFIRM_RECEIPT, BUYER, S.RECEIVED),
    (S.SHIPPED, A.REFUND_WHOLLY, SYSTEM, S.CANCELLED),
    (S.DELIVERED, A.CONFIRM_RECEIPT, BUYER, S.RECEIVED),
    (S.DELIVERED, A.CONFIRM_RECEIPT, SYSTEM, S.RECEIVED),
    (S.DELIVERED, A.EXTEND_RECEIPT, BUYER, S.DELIVERED),
    (S.DELIVERED, A.REFUND_WHOLLY, SYSTEM, S.COMPLETED),
    (S.RECEIVED, A.COMPLETE, SYSTEM, S.COMPLETED),
]
ILLEGAL = [
    (S.CREATED, A.SHIP, SELLER),
    (S.CREATED, A.CONFIRM_RECEIPT, BUYER),
    (S.PAID, A.PAY, BUYER),
    (S.PAID, A.EXPIRE, SYSTEM),
    (S.PAID, A.COMPLETE, SYSTEM),
    (S.CREATED, A.PACK, SELLER),
    (S.DELIVERED, A.PACK, SELLER),
    (S.DELIVERED, A.SHIP, SELLER),
    (S.DELIVERED, A.COMPLETE, SYSTEM),
    (S.RECEIVED, A.SHIP, SELLER),
    (S.CANCELLED, A.PAY, BUYER),
    (S.CANCELLED, A.MARK_PAID, SYSTEM),
    (S.COMPLETED, A.CANCEL, BUYER),
]


def order(state: OrderState, after_sale: AfterSaleState = AfterSaleState.NONE) -> Order:
    return Order(
        id="o",
        version=1,
        merchant_id="m-1",
        buyer_id="buyer-1",
        state=state,
        after_sale_state=after_sale,
        currency="CNY",
        total_minor=300,
        shipping_fee_minor=0,
        created_at=NOW,
        deadline_at=None,
        delivered_at=NOW - timedelta(hours=40),
        receipt_extensions_left=1,
        window_ends_at=NOW + timedelta(hours=168),
    )


def line(**units: Any) -> OrderLine:
    price = {"unit_price_minor": 100, "discount_minor": 0, "paid_minor": 300}
    return OrderLine(id="l", order_id="o", position=1, sku="K", title="K", category=None, quantity=3, **price, **units)


def by(actor: Actor) -> SystemContext:
    return SystemContext(NOW, HOURS, actor)


SHIPPED = [line(shipped_quantity=3)]
PACKED = replace(order(S.PAID), packed_at=NOW, packages=[{"lines": [{"line_id": "l", "quantity": 3}]}])


@pytest.mark.parametrize(("state", "action", "actor", "target"), ROWS)
def test_a_row_leads_to_its_target(state: OrderState, action: OrderAction, actor: Actor, target: OrderState) -> None:
    facts = OrderFacts(SHIPPED) if action is A.CONFIRM_RECEIPT else None
    assert ORDER.apply(order(state), action, by(actor), facts).state is target


@pytest.mark.parametrize(("state", "action", "actor"), ILLEGAL)
def test_an_action_without_a_row_is_refused_with_what_is_possible(
    state: OrderState, action: OrderAction, actor: Actor
) -> None:
    with pytest.raises(IllegalTransition) as refused:
        ORDER.apply(order(state), action, by(actor))
    assert refused.value.facts["state"] == state
    assert action not in refused.value.facts["allowed"]


@pytest.mark.parametrize("action", [A.SHIP, A.MARK_PAID, A.DELIVER, A.COMPLETE, A.EXPIRE])
def test_a_buyer_cannot_take_the_actions_of_others(action: OrderAction) -> None:
    for state, each in ORDER.transitions:
        if each is action:
            with pytest.raises(ActionNotAllowed):
                ORDER.apply(order(state), action, by(BUYER))


OPEN = [AfterSaleState.IN_AFTER_SALE, AfterSaleState.IN_DISPUTE]
GUARDED: list[tuple[Order, OrderAction, Actor, list[OrderLine], type[Refusal]]] = [
    *((order(S.PAID, each), A.CANCEL, BUYER, [line()], errors.AfterSaleOpen) for each in OPEN),
    *((order(S.RECEIVED, each), A.COMPLETE, SYSTEM, SHIPPED, errors.AfterSaleOpen) for each in OPEN),
    (order(S.SHIPPED), A.CONFIRM_RECEIPT, BUYER, [line(shipped_quantity=2)], errors.NotFullyShipped),
    (order(S.RECEIVED), A.CONFIRM_RECEIPT, BUYER, SHIPPED, errors.AlreadyReceived),
    (replace(order(S.DELIVERED), receipt_extensions_left=0), A.EXTEND_RECEIPT, BUYER, SHIPPED, ReceiptExtensionsUsed),
    (order(S.SHIPPED), A.SHIP, SELLER, SHIPPED, errors.NothingLeftToShip),
    (order(S.PAID), A.SHIP, SELLER, [line(held_quantity=3)], errors.AllUnitsHeld),
    (order(S.PAID), A.PACK, SELLER, [line(held_quantity=3)], errors.AllUnitsHeld),
    (PACKED, A.PACK, SELLER, [line()], errors.AlreadyPacked),
    (order(S.PAID), A.UNPACK, SELLER, [line()], errors.NotPacked),
    (PACKED, A.CANCEL, BUYER, [line()], errors.PackedNeedsMerchant),
    *((PACKED, A.CHANGE_ADDRESS, who, [line()], errors.OrderPacked) for who in (BUYER, SELLER, AGENT)),
    (order(S.SHIPPED), A.CHANGE_ADDRESS, BUYER, [line(shipped_quantity=3)], errors.AlreadyShipped),
    (replace(PACKED, state=S.SHIPPED), A.CHANGE_ADDRESS, BUYER, [line(shipped_quantity=1)], errors.OrderPacked),
    (replace(PACKED, state=S.SHIPPED), A.CANCEL_LINES, BUYER, [line(shipped_quantity=1)], errors.PackedNeedsMerchant),
    (replace(PACKED, state=S.SHIPPED), A.UNPACK, SELLER, [line(shipped_quantity=3)], errors.NothingLeftToShip),
    *(
        (replace(order(state), address_changes_left=0), A.CHANGE_ADDRESS, BUYER, [line()], AddressChangesUsed)
        for state in (S.CREATED, S.PAID)
    ),
    *(
        (order(state), action, BUYER, SHIPPED, errors.AlreadyShipped)
        for state in (S.DELIVERED, S.RECEIVED)
        for action in (A.CANCEL, A.CHANGE_ADDRESS)
    ),
    (order(S.SHIPPED), A.CHANGE_ADDRESS, BUYER, SHIPPED, errors.AlreadyShipped),
    *((order(S.SHIPPED), action, SELLER, SHIPPED, DeliveryNotOverdue) for action in (A.RECORD_DELIVERY, A.RECORD_LOSS)),
    (order(S.PAID), A.DELIVER_VIRTUAL, SELLER, [line()], NoVirtualGoods),
    (order(S.PAID), A.SHIP, SELLER, [line(fulfilment=LineFulfilment.VIRTUAL)], errors.NothingLeftToShip),
    (replace(order(S.PAID), virtual_delivered_at=NOW), A.CANCEL, BUYER, SHIPPED, GoodsDelivered),
]


@pytest.mark.parametrize("who", [SELLER, AGENT])
def test_the_merchant_and_an_agent_may_cancel_what_is_packed(who: Actor) -> None:
    assert ORDER.apply(PACKED, A.CANCEL, by(who), OrderFacts([line()])).state is S.CANCELLED
    assert ORDER.permits(PACKED, A.CANCEL, who, OrderFacts([line()]))
    assert not ORDER.permits(PACKED, A.CANCEL, BUYER, OrderFacts([line()]))


@pytest.mark.parametrize(("row", "action", "actor", "lines", "refusal"), GUARDED)
def test_a_guard_refuses_with_the_reason_that_the_api_shows(
    row: Order, action: OrderAction, actor: Actor, lines: list[OrderLine], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal) as refused:
        ORDER.apply(row, action, by(actor), OrderFacts(lines))
    assert refused.value.detail("en") != refused.value.detail("zh-CN")
    (shown,) = (each for each in ORDER.allowed(row, actor, OrderFacts(lines)) if each.action == action)
    assert (shown.allowed, shown.why_not) == (False, refusal.code)


def test_the_api_shows_the_actions_of_people_only() -> None:
    shown = policy.allowed(order(S.PAID), OrderFacts([line(shipped_quantity=1, held_quantity=1)]), SELLER)
    assert [(each.action, each.why_not) for each in shown] == [
        ("pay", "not_in_this_state"),
        ("approve", "not_in_this_state"),
        ("reject", "not_in_this_state"),
        ("cancel", None),
        ("cancel_lines", None),
        ("change_address", None),
        ("pack", None),
        ("unpack", "not_packed"),
        ("ship", None),
        ("deliver_virtual", "no_virtual_goods"),
        ("confirm_receipt", "not_in_this_state"),
        ("extend_receipt", "not_in_this_state"),
        ("record_delivery", "not_in_this_state"),
        ("record_loss", "not_in_this_state"),
    ]


def test_automatic_receipt_counts_from_the_delivery_and_completion_is_due_at_the_end_of_the_window() -> None:
    delivered = ORDER.apply(order(S.SHIPPED), A.DELIVER, by(SYSTEM))
    assert delivered.deadline_at == NOW + timedelta(hours=200)
    assert ORDER.due(delivered, NOW + timedelta(hours=200)) is A.CONFIRM_RECEIPT
    received = ORDER.apply(delivered, A.CONFIRM_RECEIPT, by(SYSTEM))
    assert received.deadline_at == NOW + timedelta(hours=168)
    assert ORDER.due(received, NOW + timedelta(hours=168)) is A.COMPLETE
    effects = [ORDER.deadline_effect(each) for each in (delivered, received, order(S.PAID))]
    assert effects == ["received_by_timeout", "completed_by_timeout", None]


def test_the_receipt_of_virtual_goods_alone_is_due_earlier_and_counts_its_extensions() -> None:
    virtual = replace(order(S.PAID), virtual_only=True, receipt_extended_days=1)
    delivered = ORDER.apply(virtual, A.DELIVER, by(SYSTEM))
    assert delivered.deadline_at == NOW - timedelta(hours=40) + timedelta(hours=24 + 24)
    assert ORDER.reschedule(delivered, by(SYSTEM)) == delivered


@pytest.mark.parametrize("state", [S.DELIVERED, S.RECEIVED])
def test_the_timer_is_paused_while_a_case_is_open(state: OrderState) -> None:
    waiting = ORDER.reschedule(order(state, AfterSaleState.IN_AFTER_SALE), by(SYSTEM))
    assert waiting.deadline_at is None
    going_on = ORDER.reschedule(replace(waiting, after_sale_state=AfterSaleState.DONE), by(SYSTEM))
    assert going_on.deadline_at is not None


def test_every_timer_of_an_order_has_a_command() -> None:
    timeouts = [each for state in ORDER.timeouts for each in ORDER.alternatives(state)]
    assert {each.then for each in timeouts} - {None} == main.deadlines.order_timer.actions


def test_the_timer_of_an_unpaid_order_is_not_rescheduled() -> None:
    unpaid = ORDER.start(order(S.CREATED), by(SELLER))
    assert unpaid.deadline_at == NOW + timedelta(hours=0.5)
    later: Any = SystemContext(NOW + timedelta(hours=0.1), HOURS)
    assert ORDER.reschedule(unpaid, later) == unpaid


def test_only_completed_and_cancelled_orders_are_over() -> None:
    assert {state for state in S if state in ORDER.ends} == {S.COMPLETED, S.CANCELLED}
    assert [policy.whose_turn(order(state), OrderFacts(SHIPPED, [])) for state in S] == [
        "buyer",
        "merchant",
        "buyer",
        "buyer",
        "system",
        None,
        None,
    ]


def test_the_diagram_shows_the_guards_and_the_timers() -> None:
    diagram = draw(ORDER)
    packed = "unless after_sale_open, unless virtual_goods_delivered, unless packed_needs_merchant for buyer"
    assert f"paid --> cancelled: cancel (agent, buyer, seller, {packed})\n" in diagram
    timed = "/ after auto_receipt_hours from receipt_since, unless after_sale_open, not while only_virtual_goods"
    timed += " / after virtual_receipt_hours from receipt_since, unless after_sale_open, while only_virtual_goods\n"
    assert f"delivered --> received: confirm_receipt (buyer, system) {timed}" in diagram
    assert "/ at window_ends_at, unless after_sale_open\n" in diagram
    assert "received --> received: confirm_receipt (buyer, never, as already_received)\n" in diagram
