"""The seven stages of an order, and the explanation of actions that are not open."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from aftercare_chassis.lifecycle import SYSTEM, Actor
from order_svc.domain import explanations
from order_svc.domain.lifecycle import ORDER, SHOWN_ACTIONS, OrderAction
from order_svc.domain.model import AfterSaleState, Order, OrderLine, OrderState
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.order_ways import OrderWay
from order_svc.domain.stages import LABELS, STATES_OF, OrderStage, stage_of

S, A, STAGE = OrderState, AfterSaleState, OrderStage
NOW = datetime(2026, 3, 2, tzinfo=UTC)
ROLES = ["buyer", "seller", "agent", "arbitrator", "admin"]
STAGES = [
    (S.CREATED, A.NONE, STAGE.CREATED),
    (S.PAID, A.NONE, STAGE.PAID),
    (S.SHIPPED, A.NONE, STAGE.SHIPPED),
    (S.DELIVERED, A.NONE, STAGE.SHIPPED),
    (S.RECEIVED, A.NONE, STAGE.SHIPPED),
    (S.PAID, A.IN_AFTER_SALE, STAGE.IN_AFTER_SALE),
    (S.COMPLETED, A.IN_AFTER_SALE, STAGE.IN_AFTER_SALE),
    (S.RECEIVED, A.DONE, STAGE.AFTER_SALE_DONE),
    (S.RECEIVED, A.IN_DISPUTE, STAGE.IN_DISPUTE),
    (S.CANCELLED, A.IN_DISPUTE, STAGE.IN_DISPUTE),
    (S.COMPLETED, A.NONE, STAGE.COMPLETED),
    (S.COMPLETED, A.DONE, STAGE.COMPLETED),
    (S.CANCELLED, A.DONE, STAGE.CANCELLED),
]


def order(state: OrderState) -> Order:
    return Order(
        id="o",
        version=1,
        merchant_id="m-1",
        buyer_id="buyer-1",
        state=state,
        after_sale_state=A.NONE,
        currency="CNY",
        total_minor=300,
        shipping_fee_minor=0,
        created_at=NOW,
        deadline_at=None,
    )


def line(**units: int) -> OrderLine:
    price = {"unit_price_minor": 100, "discount_minor": 0, "paid_minor": 300}
    return OrderLine(id="l", order_id="o", position=1, sku="K", title="K", category=None, quantity=3, **price, **units)


PACKAGES = [{"lines": [{"line_id": "l", "quantity": 3}]}]
PACKED = replace(order(S.PAID), packed_at=NOW, packages=PACKAGES)


@pytest.mark.parametrize(("state", "after_sale", "stage"), STAGES)
def test_a_stage_follows_from_both_states(state: OrderState, after_sale: AfterSaleState, stage: OrderStage) -> None:
    assert stage_of(state, after_sale) is stage


def test_every_pair_of_states_is_in_one_stage_and_every_stage_has_its_labels() -> None:
    pairs = [pair for stage in OrderStage for pair in STATES_OF[stage]]
    assert sorted(pairs) == sorted(product(OrderState, AfterSaleState))
    assert all(LABELS[stage].zh and LABELS[stage].en for stage in OrderStage)


def explained(row: Order, lines: list[OrderLine], role: str) -> dict[OrderAction, explanations.ActionExplanation]:
    return {each.action: each for each in explanations.explain(row, OrderFacts(lines), Actor("x", role, "m-1"))}


LINES = [line(), line(shipped_quantity=3), line(held_quantity=3), line(shipped_quantity=1)]


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_open_is_explained_in_every_state(role: str) -> None:
    for state, lines, after_sale in product(OrderState, LINES, (A.NONE, A.IN_AFTER_SALE)):
        for row in (order(state), replace(order(state), packed_at=NOW, packages=PACKAGES)):
            found = explained(replace(row, after_sale_state=after_sale), [lines], role)
            assert list(found) == [each for each in OrderAction if each in SHOWN_ACTIONS]
            for each in found.values():
                assert each.allowed.allowed == (each.why is None)
                assert each.why is None or (each.why.zh and each.why.en)


def test_after_shipment_the_explanation_names_an_intercept_and_the_refusal_of_the_parcel() -> None:
    found = explained(order(S.SHIPPED), [line(shipped_quantity=3)], "buyer")
    assert found[OrderAction.CHANGE_ADDRESS].allowed_in == (S.CREATED, S.PAID, S.SHIPPED), "of what has not left"
    assert found[OrderAction.CHANGE_ADDRESS].ways == (OrderWay.REQUEST_INTERCEPT, OrderWay.REFUSE_DELIVERY)
    assert found[OrderAction.CANCEL].why is None, "its parcels are called back"
    received = explained(order(S.RECEIVED), [line(shipped_quantity=3)], "buyer")[OrderAction.CANCEL]
    assert received.allowed_in == (S.CREATED, S.PAID, S.SHIPPED)
    assert received.ways == (OrderWay.OPEN_CASE,)


def test_the_buyer_of_what_is_packed_opens_a_case_and_the_merchant_may_cancel_it() -> None:
    assert explained(PACKED, [line()], "seller")[OrderAction.CANCEL].why is None
    found = explained(PACKED, [line()], "buyer")[OrderAction.CANCEL]
    assert found.ways == (OrderWay.CANCEL_UNSHIPPED, OrderWay.ASK_TO_UNPACK)


def test_every_reason_of_the_table_has_its_words() -> None:
    shown = {(state, action): row for (state, action), row in ORDER.transitions.items() if action in SHOWN_ACTIONS}
    codes = {guard.code for row in shown.values() for guard in row.guards}
    codes |= {row.permission.why_not for row in shown.values() if row.permission.roles - {SYSTEM.role}}
    assert codes <= explanations.WHY_NOT.keys()
