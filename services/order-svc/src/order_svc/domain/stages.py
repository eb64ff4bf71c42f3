"""The seven stages 订单生命周期 of an order, derived from its trade state and its after-sale state.

A dispute comes first, then an open case; an order that is over is completed or cancelled whatever its cases were before. A
delivered or received order is in the stage of shipped orders until it is completed, unless a case about it is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from order_svc.domain.model import AfterSaleState, OrderState


class OrderStage(StrEnum):
    """The seven stages of an order, and `cancelled` for one that left them before its end."""

    CREATED = "created"
    PAID = "paid"
    SHIPPED = "shipped"
    IN_AFTER_SALE = "in_after_sale"
    AFTER_SALE_DONE = "after_sale_done"
    IN_DISPUTE = "in_dispute"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Label:
    """A text in Chinese (zh-CN) and in English."""

    zh: str
    en: str


LABELS: Mapping[OrderStage, Label] = {
    OrderStage.CREATED: Label("待付款", "awaiting payment"),
    OrderStage.PAID: Label("待发货", "awaiting shipment"),
    OrderStage.SHIPPED: Label("已发货", "shipped"),
    OrderStage.IN_AFTER_SALE: Label("售后中", "in after-sale"),
    OrderStage.AFTER_SALE_DONE: Label("售后完成", "after-sale done"),
    OrderStage.IN_DISPUTE: Label("维权中", "in dispute"),
    OrderStage.COMPLETED: Label("交易完成", "completed"),
    OrderStage.CANCELLED: Label("交易关闭", "cancelled"),
}

BY_TRADE_STATE: Mapping[OrderState, OrderStage] = {
    OrderState.CREATED: OrderStage.CREATED,
    OrderState.PAID: OrderStage.PAID,
    OrderState.SHIPPED: OrderStage.SHIPPED,
    OrderState.DELIVERED: OrderStage.SHIPPED,
    OrderState.RECEIVED: OrderStage.SHIPPED,
    OrderState.COMPLETED: OrderStage.COMPLETED,
    OrderState.CANCELLED: OrderStage.CANCELLED,
}
"""The stage of an order that no case is about."""

_OVER = frozenset({OrderStage.COMPLETED, OrderStage.CANCELLED})


def stage_of(state: OrderState, after_sale: AfterSaleState) -> OrderStage:
    """The stage of an order in this trade state and this after-sale state."""
    if after_sale is AfterSaleState.IN_DISPUTE:
        return OrderStage.IN_DISPUTE
    if after_sale is AfterSaleState.IN_AFTER_SALE:
        return OrderStage.IN_AFTER_SALE
    stage = BY_TRADE_STATE[state]
    return OrderStage.AFTER_SALE_DONE if after_sale is AfterSaleState.DONE and stage not in _OVER else stage


STATES_OF: Mapping[OrderStage, tuple[tuple[OrderState, AfterSaleState], ...]] = {
    stage: tuple((state, each) for state in OrderState for each in AfterSaleState if stage_of(state, each) is stage)
    for stage in OrderStage
}
"""By stage, each pair of states that gives it; every pair gives one."""
