"""Why an action on an order is not open to somebody: in words, with the states that have it and what can be done instead."""

from collections.abc import Mapping
from dataclasses import dataclass

from aftercare_chassis.lifecycle import NOT_IN_THIS_STATE, Actor, Allowed

from order_svc.domain import errors, policy, recalls
from order_svc.domain.cancellation_errors import NothingToCallBack, PartlyPaid, PriceAdjusted
from order_svc.domain.fulfilment import shippable
from order_svc.domain.intercepts.errors import InterceptOpen
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order, OrderState
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.order_ways import WAYS, OrderWay, ways_after_shipment
from order_svc.domain.payments.errors import PartyCannotDecide
from order_svc.domain.permissions import BUYER, MERCHANT, MERCHANT_OR_AGENT, OPERATOR, PARTIES
from order_svc.domain.recorded_ends import DeliveryNotOverdue, ParcelNotAwaited
from order_svc.domain.sales.errors import (
    AddressChangesUsed,
    GoodsDelivered,
    NoVirtualGoods,
    OrderInReview,
    OrderNotInReview,
    ReceiptExtensionsUsed,
)
from order_svc.domain.stages import Label

WHY_NOT: Mapping[str, Label] = {
    NOT_IN_THIS_STATE: Label("订单当前状态下不能执行", "the order is not in a state for it"),
    BUYER.why_not: Label("仅买家可以执行", "only the buyer may do it"),
    MERCHANT.why_not: Label("仅商家可以执行", "only the merchant may do it"),
    PARTIES.why_not: Label("仅买家、商家和客服可以执行", "only the buyer, the merchant and agents may do it"),
    errors.AfterSaleOpen.code: Label("订单有进行中的售后或纠纷", "a case or dispute about the order is open"),
    errors.NothingLeftToShip.code: Label("订单已无可发货商品", "nothing of the order is left to ship"),
    errors.AllUnitsHeld.code: Label("未发货的商品均由售后单处理", "after-sale cases hold all units that have not left"),
    errors.NotFullyShipped.code: Label("订单尚有商品未发货", "something of the order is still to be shipped"),
    errors.AlreadyReceived.code: Label("已确认收货", "the receipt is confirmed"),
    errors.AlreadyShipped.code: Label("已有商品发出", "something of the order was shipped"),
    NothingToCallBack.code: Label(
        "商品均已发出，且没有可以拦截退回的包裹",
        "all of it was shipped, and no courier can be asked to bring any of it back",
    ),
    InterceptOpen.code: Label(
        "在途包裹的快递拦截正在等待快递公司答复", "the couriers have yet to answer the intercepts of what is on its way"
    ),
    errors.OrderPacked.code: Label("商品已打包", "the goods are packed"),
    errors.PackedNeedsMerchant.code: Label(
        "商品已打包，取消须经商家同意", "the goods are packed, so that it needs the merchant's consent"
    ),
    PartlyPaid.code: Label(
        "按计划分期付款或已付部分款项，付清前只能整单取消",
        "a part is paid, or it is paid by a plan: until the rest is paid it is cancelled as a whole",
    ),
    errors.PaymentInProgress.code: Label("有支付正在处理中", "a payment of the order is in progress"),
    PriceAdjusted.code: Label(
        "售后已退部分款项但未退商品，请通过售后取消商品",
        "cases have given money back without units, so that units are cancelled in a case",
    ),
    errors.AlreadyPacked.code: Label("订单已打包", "the order is packed"),
    errors.NotPacked.code: Label("订单未打包", "the order is not packed"),
    NoVirtualGoods.code: Label("没有可交付的虚拟商品", "no virtual goods are left to deliver"),
    OrderInReview.code: Label("订单正在审核", "the order is in review"),
    OrderNotInReview.code: Label("订单无需审核", "the order waits for no review"),
    PartyCannotDecide.code: Label("交易一方不能审核订单", "a party of the order does not review it"),
    OPERATOR.why_not: Label("仅平台人员可以执行", "only the platform's staff may do it"),
    ReceiptExtensionsUsed.code: Label(
        "延长收货次数已用完", "the time to confirm was extended as often as is permitted"
    ),
    MERCHANT_OR_AGENT.why_not: Label("仅商家和客服可以执行", "only the merchant and agents may do it"),
    DeliveryNotOverdue.code: Label("尚未超过送达时限", "the delivery is not overdue"),
    ParcelNotAwaited.code: Label("没有在送往买家途中的包裹", "no parcel of the order is on its way to the buyer"),
    GoodsDelivered.code: Label("虚拟商品已交付", "virtual goods were delivered"),
    AddressChangesUsed.code: Label(
        "修改收货地址的次数已用完", "the buyer has changed the address as often as is permitted"
    ),
}
"""By the code of `why_not`; every code that the table of orders can give to people."""

WAY_NAMES: Mapping[OrderWay, Label] = {
    OrderWay.ASK_TO_UNPACK: Label("请商家拆包", "ask the merchant to unpack"),
    OrderWay.CANCEL_UNSHIPPED: Label("申请未发货退款", "open a case to cancel before shipment"),
    OrderWay.REQUEST_INTERCEPT: Label("申请快递拦截", "request an intercept of the parcel"),
    OrderWay.REFUSE_DELIVERY: Label("拒收包裹", "refuse the delivery"),
    OrderWay.OPEN_CASE: Label("申请售后", "open an after-sale case"),
    OrderWay.ASK_TO_CHANGE_ADDRESS: Label(
        "请商家或客服修改收货地址", "ask the merchant or an agent to change the address"
    ),
    OrderWay.CANCEL_AND_REORDER: Label("取消订单后重新下单", "cancel the order and place it again"),
}


CALLED_BACK = Label(
    "请快递公司拦截并退回在途包裹；包裹退回后退款",
    "asks the couriers to bring back what is on its way; its money goes back once it has come back",
)
REST_CANCELLED = Label("取消未发出的商品并退款", "cancels and refunds what has not left")


@dataclass(frozen=True, slots=True)
class ActionExplanation:
    """An action, and where it is not open to somebody: why, in which states their role has it, and what they may do instead.

    `effect` is what it does where it is open and its name does not say so.
    """

    action: OrderAction
    allowed: Allowed
    why: Label | None = None
    allowed_in: tuple[OrderState, ...] = ()
    ways: tuple[OrderWay, ...] = ()
    effect: Label | None = None


def explain(order: Order, facts: OrderFacts, actor: Actor) -> list[ActionExplanation]:
    """Every action that the API shows, for this reader."""
    return [_explained(order, facts, each, actor) for each in policy.allowed(order, facts, actor)]


def _explained(order: Order, facts: OrderFacts, shown: Allowed, actor: Actor) -> ActionExplanation:
    action = OrderAction(shown.action)
    if shown.why_not is None:
        return ActionExplanation(action, shown, effect=_effect(order, facts, action))
    states = tuple(state for state in OrderState if action in ORDER.possible(state, actor.role))
    return ActionExplanation(action, shown, WHY_NOT[shown.why_not], states, _ways(order, facts, shown.why_not))


def _ways(order: Order, facts: OrderFacts, why_not: str) -> tuple[OrderWay, ...]:
    if why_not in (errors.AlreadyShipped.code, NothingToCallBack.code):
        return ways_after_shipment(order.state, facts.parcels)
    return WAYS.get(why_not, ())


def _effect(order: Order, facts: OrderFacts, action: OrderAction) -> Label | None:
    """What the cancellation of a shipped order does: the order goes on until its parcels have ended."""
    if action is not OrderAction.CANCEL or order.state is not OrderState.SHIPPED:
        return None
    effects = list[Label]()
    if recalls.to_call_back(facts.parcels or (), facts.intercepts, facts.contents, facts.cases):
        effects.append(CALLED_BACK)
    if any(shippable(line) for line in facts.lines):
        effects.append(REST_CANCELLED)
    return Label("；".join(each.zh for each in effects), "; ".join(each.en for each in effects)) if effects else None
