"""For which orders something can be asked for, and at which stage their goods are."""

from datetime import UTC, datetime

import pytest
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.orders.errors import OrderUnknown, OrderWasCancelled
from aftersale_svc.domain.orders.model import Order, OrderState, Stage
from aftersale_svc.domain.orders.policy import stage_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def order(state: OrderState, *, window_ends_at: datetime | None = None) -> Order:
    return Order(
        id="ord_1",
        buyer_id="buyer-1",
        merchant_id="m-1",
        state=state,
        currency="CNY",
        shipping_fee_minor=800,
        payment_id=None if state is OrderState.CREATED else "pay_1",
        window_ends_at=window_ends_at,
    )


@pytest.mark.parametrize(
    ("state", "stage"),
    [
        (OrderState.PAID, Stage.PRE_SHIP),
        (OrderState.SHIPPED, Stage.IN_TRANSIT),
        (OrderState.DELIVERED, Stage.POST_RECEIPT),
        (OrderState.COMPLETED, Stage.POST_RECEIPT),
    ],
)
def test_the_stage_is_where_the_goods_are(state: OrderState, stage: Stage) -> None:
    assert stage_of(order(state)) is stage


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        (order(OrderState.CREATED), OrderUnknown),
        (order(OrderState.CANCELLED), OrderWasCancelled),
    ],
)
def test_orders_nothing_can_be_asked_for(at: Order, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        stage_of(at)
