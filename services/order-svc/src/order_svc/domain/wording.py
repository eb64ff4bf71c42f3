"""The steps of an order as sentences, in Chinese and English."""

from collections.abc import Mapping
from typing import NamedTuple

from aftercare_chassis.sentences import fill

from order_svc.domain.anomalies import wording as anomalies
from order_svc.domain.steps import OrderStep
from order_svc.domain.tracking import ParcelStatus


class Sentence(NamedTuple):
    """A sentence or a name in both languages."""

    zh: str
    en: str


_ACTORS = {
    "buyer": Sentence("买家", "The buyer"),
    "seller": Sentence("商家", "The merchant"),
    "agent": Sentence("客服", "Customer service"),
    "arbitrator": Sentence("平台仲裁员", "The arbitrator"),
    "admin": Sentence("平台", "The platform"),
}
_STATUSES: Mapping[str, Sentence] = {
    ParcelStatus.PENDING: Sentence("待揽收", "waiting for the courier"),
    ParcelStatus.PICKED_UP: Sentence("已揽收", "picked up"),
    ParcelStatus.IN_TRANSIT: Sentence("运输中", "in transit"),
    ParcelStatus.CUSTOMS: Sentence("清关中", "in customs"),
    ParcelStatus.OUT_FOR_DELIVERY: Sentence("派送中", "out for delivery"),
    ParcelStatus.READY_FOR_PICKUP: Sentence("待自提", "ready to be collected"),
    ParcelStatus.ATTEMPT_FAILED: Sentence("派送失败，将再次派送", "not delivered at the first attempt"),
    ParcelStatus.DELIVERED: Sentence("已签收", "delivered"),
    ParcelStatus.EXCEPTION: Sentence("异常", "held up"),
    ParcelStatus.RETURNING: Sentence("退回途中", "on its way back to the sender"),
    ParcelStatus.RETURNED: Sentence("已退回寄件人", "returned to the sender"),
    ParcelStatus.LOST: Sentence("已丢失", "lost"),
    ParcelStatus.CANCELLED: Sentence("已取消", "cancelled"),
    ParcelStatus.UNKNOWN: Sentence("状态未知", "of unknown status"),
}
_AFTER_SALE = {
    "none": Sentence("订单没有进行中的售后。", "No after-sale case of the order is open."),
    "in_after_sale": Sentence("订单进入售后处理。", "An after-sale case of the order is open."),
    "after_sale_done": Sentence("售后处理完成。", "The after-sale case of the order is done."),
    "in_dispute": Sentence("订单进入维权处理。", "A dispute about the order is open."),
}
_STEPS = {
    "OrderCreated": Sentence("下单，应付 {total_minor:money}。", "The order was placed for {total_minor:money}."),
    "OrderPaid": Sentence("订单已付款 {total_minor:money}。", "The order is paid: {total_minor:money}."),
    "OrderAddressChanged": Sentence("{actor}修改了收货地址。", "{actor} changed the shipping address."),
    "OrderPacked": Sentence("{actor}已打包。", "{actor} packed the order."),
    "OrderUnpacked": Sentence("订单已拆包。", "The order is not packed any more."),
    "OrderLinesCancelled": Sentence("取消部分商品，涉及 {amount_minor:money}。", "Units of the order were cancelled, which were worth {amount_minor:money}."),
    "OrderShipped": Sentence("{carrier} 运单 {waybill_no} 已发货。", "Shipped with {carrier} under waybill {waybill_no}."),
    "OrderDelivered": Sentence("订单的包裹已全部送达。", "Everything of the order has arrived."),
    "OrderReceiptConfirmed": Sentence("{actor}确认收货，售后期开始。", "{actor} confirmed the receipt; the after-sale window starts."),
    "OrderCancelled": Sentence("订单已取消。", "The order was cancelled."),
    "OrderCompleted": Sentence("订单已完成。", "The order is completed."),
    "PaymentStarted": Sentence("通过 {provider} 发起支付 {amount_minor:money}。", "A payment of {amount_minor:money} through {provider} was started."),
    "PaymentSucceeded": Sentence("{provider} 收款 {amount_minor:money}。", "{provider} received {amount_minor:money}."),
    "PaymentFailed": Sentence("通过 {provider} 支付失败：{failure_code}。", "The payment through {provider} failed: {failure_code}."),
    "RefundSubmitted": Sentence("退款 {amount_minor:money} 已提交。", "A refund of {amount_minor:money} was submitted."),
    "RefundSucceeded": Sentence("已退款 {amount_minor:money}。", "{amount_minor:money} were refunded."),
    "RefundFailed": Sentence("退款 {amount_minor:money} 失败：{failure_code}。", "The refund of {amount_minor:money} failed: {failure_code}."),
    "RefundUnknown": Sentence("退款 {amount_minor:money} 的结果待支付渠道确认。", "The outcome of the refund of {amount_minor:money} is not known yet."),
    "PaymentChargedBack": Sentence("{provider} 因买家拒付收回 {amount_minor:money}。", "{provider} took {amount_minor:money} back for the buyer."),
    "ChargeBackReversed": Sentence("拒付撤销，{provider} 返还 {amount_minor:money}。", "{provider} gave the {amount_minor:money} again that it had taken back."),
    "ChargeBackLost": Sentence("拒付成立，{amount_minor:money} 归买家所有。", "The {amount_minor:money} that were taken back stay with the buyer."),
    "InterceptRequested": Sentence("{actor}申请拦截 {carrier} 运单 {waybill_no}。", "{actor} asked for an intercept of {carrier}, waybill {waybill_no}."),
    "InterceptSubmitted": Sentence("拦截申请已提交 {carrier}。", "The intercept is with {carrier}."),
    "InterceptGranted": Sentence("{carrier} 同意拦截运单 {waybill_no}。", "{carrier} will intercept waybill {waybill_no}."),
    "InterceptRefused": Sentence("{carrier} 拒绝拦截运单 {waybill_no}。", "{carrier} will not intercept waybill {waybill_no}."),
    "InterceptEnded": Sentence("运单 {waybill_no} 的拦截已结束。", "The intercept of waybill {waybill_no} has ended."),
    "ParcelRegistered": Sentence("登记包裹：{carrier} 运单 {waybill_no}。", "A parcel was registered: {carrier}, waybill {waybill_no}."),
    "ParcelStatusChanged": Sentence("{carrier} 运单 {waybill_no}：{status_name}。", "{carrier}, waybill {waybill_no}: {status_name}."),
    "DeliveryMeasured": Sentence("{carrier} 运单 {waybill_no} 的派送已结束。", "The way of {carrier}, waybill {waybill_no}, has ended."),
    "ParcelAnomalyRaised": Sentence("{carrier} 运单 {waybill_no} 出现异常：{anomaly}。", "Something is wrong with {carrier}, waybill {waybill_no}: {anomaly}."),
    "ParcelAnomalyAcknowledged": Sentence("{actor}受理了运单 {waybill_no} 的异常。", "{actor} looks after waybill {waybill_no}."),
    "ParcelAnomalyEnded": Sentence("运单 {waybill_no} 的异常（{anomaly}）已解除。", "What was wrong with waybill {waybill_no} is over ({anomaly})."),
}  # fmt: skip
# Where the event is known and nobody acted, or where nothing is known of it: steps of orders from before steps were kept, too.
_BARE = {
    "OrderCreated": Sentence("下单。", "The order was placed."),
    "OrderPaid": Sentence("订单已付款。", "The order is paid."),
    "OrderShipped": Sentence("订单已发货。", "The order was shipped."),
}
_TIMED_RECEIPT = Sentence(
    "超时自动确认收货，售后期开始。", "The receipt counts as confirmed; the after-sale window starts."
)
_CANCELLED = {
    "buyer": Sentence("买家取消了订单。", "The order was cancelled by the buyer."),
    "seller": Sentence("商家取消了订单。", "The order was cancelled by the merchant."),
    "payment_timeout": Sentence(
        "超时未付款，订单自动取消。", "The order was cancelled, because it was not paid in time."
    ),
    "refunded": Sentence("全部商品已退款，订单关闭。", "The order was closed, because everything was refunded."),
}
_OTHER = Sentence("订单有新进展：{result}。", "The order has progressed: {result}.")


def sentence(step: OrderStep) -> Sentence:
    """What has happened, without personal data."""
    template, facts = _template(step), dict(step.details)
    found = []
    for place, language in enumerate(("zh-CN", "en")):
        named = {
            "actor": _ACTORS.get(step.actor_role, Sentence("系统", "The system"))[place],
            "status_name": _STATUSES.get(str(facts.get("status")), _STATUSES[ParcelStatus.UNKNOWN])[place],
            "anomaly": anomalies.NAMES.get(str(facts.get("kind")), ("其他", "something else"))[place],
            "result": step.result,
        }
        found.append(fill(template[place], facts | named, language))
    return Sentence(*found)


def _template(step: OrderStep) -> Sentence:
    if not step.details and step.event in _BARE:
        return _BARE[step.event]
    if step.event == "OrderCancelled":
        return _CANCELLED.get(str(step.details.get("cause")), _STEPS[step.event])
    if step.event == "OrderReceiptConfirmed" and step.details.get("cause", "timeout") == "timeout":
        return _TIMED_RECEIPT
    if step.event == "OrderAfterSaleChanged":
        return _AFTER_SALE.get(str(step.details.get("after_sale_state")), _OTHER)
    return _STEPS.get(step.event, _OTHER)
