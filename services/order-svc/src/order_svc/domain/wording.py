"""The steps of an order as sentences, in Chinese and English.

A part of a template in square brackets is written where the step has all facts that it names. Steps from before a fact was kept do
not have it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from string import Formatter
from typing import NamedTuple

from aftercare_chassis.sentences import fill

from order_svc.domain.anomalies import wording as anomalies
from order_svc.domain.payments.codes import FailureCode
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
PARCEL_STATUSES: Mapping[str, Sentence] = {
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
_PARTIES = {"buyer": Sentence("买家", "the buyer"), "merchant": Sentence("商家", "the merchant")}
_OUTSIDE = {
    "bank_transfer": Sentence("银行转账", "by bank transfer"),
    "wallet": Sentence("电子钱包", "to an electronic wallet"),
    "cash": Sentence("现金", "in cash"),
    "other": Sentence("其他方式", "in another way"),
}
_RECEIVERS = {
    "person": Sentence("本人签收", "by the receiver in person"),
    "proxy": Sentence("他人代收", "by somebody for the receiver"),
    "locker": Sentence("放入快递柜", "by a locker"),
    "station": Sentence("由驿站代收", "by a pickup station"),
}
_PURPOSES = {
    "return_to_sender": Sentence("退回寄件人", "send it back"),
    "change_address": Sentence("改派到新地址", "deliver it to another address"),
}
_FAILURES: Mapping[str, Sentence] = {
    FailureCode.DECLINED: Sentence("支付渠道拒绝", "the provider declined"),
    FailureCode.ORDER_CANCELLED: Sentence("订单已取消", "the order was cancelled"),
    FailureCode.PAYMENT_NOT_SUCCEEDED: Sentence("支付未成功", "its payment has not succeeded"),
    FailureCode.CURRENCY_MISMATCH: Sentence("币种与支付不一致", "its payment has another currency"),
    FailureCode.EXCEEDS_PAYMENT: Sentence("超过支付的剩余金额", "it is more than is left of the payment"),
    FailureCode.CHARGED_BACK: Sentence("该支付已被拒付", "the payment was charged back"),
    FailureCode.UNITS_SHIPPED: Sentence("商品已发出", "the units were shipped"),
    FailureCode.UNITS_CANCELLED: Sentence("商品已取消", "the units were cancelled"),
    FailureCode.COMPENSATED: Sentence("已由保障赔付", "a guarantee has paid in its place"),
    FailureCode.REFUND_PERIOD_OVER: Sentence("已超过支付渠道的退款期限", "the provider's time for refunds is over"),
    FailureCode.TOO_MANY_REFUNDS: Sentence(
        "已达该支付的退款次数上限", "the provider makes no more refunds of this payment"
    ),
    FailureCode.AMOUNT_NOT_DIVISIBLE: Sentence("支付渠道不支持该金额", "the provider does not take this amount"),
    FailureCode.VOIDED: Sentence("预授权已撤销", "it was voided"),
    FailureCode.EXPIRED: Sentence("付款时间已过", "the time to pay is over"),
    FailureCode.AUTHORISATION_EXPIRED: Sentence("预授权已过期", "the authorisation has expired"),
    FailureCode.PAID_ELSEWHERE: Sentence("订单的款项不在支付渠道", "no provider has the money of this payment"),
    FailureCode.CAME_BACK: Sentence("未说明原因", "no reason was given"),
}
_AFTER_SALE = {
    "none": Sentence("订单没有进行中的售后。", "No after-sale case of the order is open."),
    "in_after_sale": Sentence("订单进入售后处理。", "An after-sale case of the order is open."),
    "after_sale_done": Sentence("售后处理完成。", "The after-sale case of the order is done."),
    "in_dispute": Sentence("订单进入维权处理。", "A dispute about the order is open."),
}
_STEPS = {
    "OrderCreated": Sentence("下单，应付 {total_minor:money}。[请在 {deadline_at} 前付款。]", "The order was placed for {total_minor:money}.[ It is to be paid by {deadline_at}.]"),
    "OrderReviewed": Sentence("平台审核后未批准订单。", "The platform did not approve the order after its review."),
    "OrderPartlyPaid": Sentence("已付 {amount_minor:money}[，还需支付 {left_minor:money}][，截止 {deadline_at}]。", "{amount_minor:money} were paid[; {left_minor:money} are left to pay][, by {deadline_at}]."),
    "OrderAuthorised": Sentence("订单所需款项已预授权[，商家可在 {deadline_at} 前请款]。", "What the order needs is authorised[; the merchant can capture it until {deadline_at}]."),
    "OrderAuthorisationEnded": Sentence("订单款项的预授权已结束[，请在 {deadline_at} 前付款]。", "What the order needs is not authorised any more[; it is to be paid by {deadline_at}]."),
    "OrderPaid": Sentence("订单已付款 {total_minor:money}。", "The order is paid: {total_minor:money}."),
    "OrderAddressChanged": Sentence("{actor}修改了收货地址。", "{actor} changed the shipping address."),
    "OrderPacked": Sentence("{actor}已打包[，共 {units} 件]。", "{actor} packed the order[: {units:unit|units}]."),
    "OrderUnpacked": Sentence("{actor}已拆包。", "{actor} unpacked the order."),
    "OrderLinesCancelled": Sentence("取消部分商品[，共 {units} 件]，涉及 {amount_minor:money}。", "Units of the order were cancelled[ ({units})], worth {amount_minor:money}."),
    "OrderShipmentOverdue": Sentence("[{units} 件]商品超过发货时限仍未发货[，应于 {ship_by_at} 前发货]。", "The shipment[ of {units:unit|units}] is overdue[: it was due by {ship_by_at}]."),
    "OrderDeliveryOverdue": Sentence("包裹超过时限仍未全部送达[，应于 {deliver_by_at} 前送达]，由客服核实。", "The delivery is overdue[: it was expected by {deliver_by_at}]. An agent finds out what has become of it."),
    "OrderShipped": Sentence("{carrier} 运单 {waybill_no} 已发货[，共 {units} 件]。", "Shipped with {carrier} under waybill {waybill_no}[: {units:unit|units}]."),
    "OrderShipmentVoided": Sentence("{carrier} 运单 {waybill_no} 已作废[，{units} 件商品可重新打包发货]。", "The shipment with {carrier} under waybill {waybill_no} was voided[: {units:unit|units} may be packed and shipped again]."),
    "VirtualGoodsDelivered": Sentence("虚拟商品已交付[，共 {units} 件]。", "Virtual goods were delivered[: {units:unit|units}]."),
    "OrderDelivered": Sentence("订单的包裹已全部送达。[将于 {receipt_due_at} 自动确认收货。]", "Everything of the order has arrived.[ The receipt counts as confirmed at {receipt_due_at}.]"),
    "ReceiptPeriodStarted": Sentence("商品已全部取件，开始计算确认收货期。[将于 {receipt_due_at} 自动确认收货。]", "Everything was collected; the time to confirm the receipt starts.[ It ends at {receipt_due_at}.]"),
    "ReceiptExtended": Sentence("{actor}延长确认收货期[ {days} 天][，至 {receipt_due_at}]。", "{actor} extended the time to confirm the receipt[ by {days:day|days}][, to {receipt_due_at}]."),
    "ReceiptReminder": Sentence("请尽快确认收货：将于 {receipt_due_at} 自动确认收货。", "The receipt is to be confirmed soon: it counts as confirmed at {receipt_due_at}."),
    "OrderReceiptConfirmed": Sentence("超时自动确认收货[，售后期至 {window_ends_at}]。", "The receipt counts as confirmed[; the after-sale window ends at {window_ends_at}]."),
    "OrderCancelled": Sentence("订单已取消。", "The order was cancelled."),
    "OrderAfterSaleChanged": Sentence("订单售后状态变更。", "The after-sale state of the order changed."),
    "OrderCompleted": Sentence("订单已完成。", "The order is completed."),
    "StockReservationReleased": Sentence("释放预占库存[ {units} 件]。", "Reserved stock was released[: {units:unit|units}]."),
    "StockCommitted": Sentence("预占库存出库[ {units} 件]。", "Reserved stock has left[: {units:unit|units}]."),
    "StockCommitmentReversed": Sentence("出库撤销，恢复预占库存[ {units} 件]。", "Stock that was to leave is reserved again[: {units:unit|units}]."),
    "StockReplaced": Sentence("换货出库[ {units} 件]。", "Stock has left in exchange[: {units:unit|units}]."),
    "StockReturned": Sentence("退货入库[ {units} 件]。", "Stock has come back[: {units:unit|units}]."),
    "PaymentStarted": Sentence("通过 {provider} 发起支付 {amount_minor:money}。", "A payment of {amount_minor:money} through {provider} was started."),
    "PaymentAuthorised": Sentence("{provider} 已预授权 {amount_minor:money}[，有效期至 {authorised_until}]。", "{provider} holds {amount_minor:money} for the order[ until {authorised_until}]."),
    "PaymentCaptureRequested": Sentence("向 {provider} 请款 {amount_minor:money}。", "The capture of {amount_minor:money} by {provider} was requested."),
    "PaymentReleaseRequested": Sentence("向 {provider} 申请释放预授权 {amount_minor:money}。", "The release of {amount_minor:money} that {provider} holds was requested."),
    "PaymentSucceeded": Sentence("{provider} 收款 {amount_minor:money}。", "{provider} received {amount_minor:money}."),
    "PaymentFailed": Sentence("通过 {provider} 支付失败：{failure}。", "The payment through {provider} failed: {failure}."),
    "RefundSubmitted": Sentence("退款 {amount_minor:money} 已提交。", "A refund of {amount_minor:money} was submitted."),
    "RefundShareSucceeded": Sentence("退款中的 {amount_minor:money} 已退回 {provider}[（{outside_name}）]。", "{amount_minor:money} of the refund were paid back for the payment through {provider}[, {outside_name}]."),
    "RefundShareFailed": Sentence("退款中的 {amount_minor:money} 未能退回 {provider}：{failure}。[改从其他支付退还：{moved_to}。]", "{amount_minor:money} of the refund could not be paid back through {provider}: {failure}.[ They are refunded from other payments: {moved_to}.]"),
    "RefundSucceeded": Sentence("已退款 {amount_minor:money}[（{outside_name}）]。", "{amount_minor:money} were refunded[, {outside_name}]."),
    "RefundFailed": Sentence("退款 {amount_minor:money} 失败：{failure}。[其中 {succeeded_minor:money} 已退回。]", "The refund of {amount_minor:money} failed: {failure}.[ {succeeded_minor:money} of it were refunded.]"),
    "RefundReversed": Sentence("已退回的 {amount_minor:money} 被退回商家：{failure}，仍应退还买家。", "A refund of {amount_minor:money} came back to the merchant: {failure}. It is still owed to the buyer."),
    "RefundUnknown": Sentence("退款 {amount_minor:money} 的结果待支付渠道确认。", "The outcome of the refund of {amount_minor:money} is not known yet."),
    "PaymentChargedBack": Sentence("{provider} 因买家拒付收回 {amount_minor:money}[，原因代码 {reason}]。", "{provider} took {amount_minor:money} back for the buyer, by a charge-back[ with the reason code {reason}]."),
    "ChargeBackReversed": Sentence("拒付争议商家胜诉，{provider} 返还 {amount_minor:money}。", "The charge-back was decided for the merchant: {provider} returned {amount_minor:money}."),
    "ChargeBackLost": Sentence("拒付争议买家胜诉，{amount_minor:money} 归买家所有。", "The charge-back was decided for the buyer, who keeps {amount_minor:money}."),
    "InterceptRequested": Sentence("{actor}申请拦截 {carrier} 运单 {waybill_no}[，要求{purpose_name}][，原因代码 {reason}][；快递公司应在 {deadline_at} 前答复]。", "{actor} requested an intercept of {carrier}, waybill {waybill_no}[, to {purpose_name}][, with the reason code {reason}][; the courier is to answer by {deadline_at}]."),
    "InterceptSubmitted": Sentence("运单 {waybill_no} 的拦截申请已提交 {carrier}[，应在 {deadline_at} 前答复]。", "The intercept of waybill {waybill_no} was submitted to {carrier}[, which is to answer by {deadline_at}]."),
    "InterceptGranted": Sentence("{carrier} 同意拦截运单 {waybill_no}[，将{purpose_name}][，费用 {fee_minor:money}][，由{fee_payer_name}承担]。", "{carrier} agreed to intercept waybill {waybill_no}[ and {purpose_name}][; the fee is {fee_minor:money}][, paid by {fee_payer_name}]."),
    "InterceptRefused": Sentence("{carrier} 拒绝拦截运单 {waybill_no}[，原因代码 {refusal}]，包裹继续派送，买家可在送达时拒收，或签收后申请售后。", "{carrier} refused to intercept waybill {waybill_no}[, with the reason code {refusal}]; the parcel goes on, and the buyer may refuse it at the door, or ask for after-sales service once it has arrived."),
    "InterceptEnded": Sentence("运单 {waybill_no} 的拦截已结束。", "The intercept of waybill {waybill_no} has ended."),
    "PickupRefused": Sentence("{carrier} 拒绝上门取件，原因代码 {refusal}，可重新预约或自行寄回。", "{carrier} refused to collect the goods, with the reason code {refusal}; another pickup may be booked, or the goods sent otherwise."),
    "ParcelRegistered": Sentence("登记包裹：{carrier} 运单 {waybill_no}。", "A parcel was registered: {carrier}, waybill {waybill_no}."),
    "ParcelStatusChanged": Sentence("{carrier} 运单 {waybill_no}：{status_name}[（{receiver_name}）]。", "{carrier}, waybill {waybill_no}: {status_name}[ ({receiver_name})]."),
    "ParcelCollected": Sentence("收件人已取走 {carrier} 运单 {waybill_no} 的包裹。", "The receiver collected the parcel: {carrier}, waybill {waybill_no}."),
    "DeliveryMeasured": Sentence("{carrier} 运单 {waybill_no} 的运输时效已统计[：{outcome_name}]。", "The delivery by {carrier}, waybill {waybill_no}, was measured[: {outcome_name}]."),
    "ParcelAnomalyRaised": Sentence("{carrier} 运单 {waybill_no} 出现异常：{anomaly}。", "{carrier}, waybill {waybill_no}, has an anomaly: {anomaly}."),
    "ParcelAnomalyAcknowledged": Sentence("{actor}受理了 {carrier} 运单 {waybill_no} 的异常：{anomaly}。", "{actor} acknowledged the anomaly of {carrier}, waybill {waybill_no}: {anomaly}."),
    "ParcelAnomalyEnded": Sentence("{carrier} 运单 {waybill_no} 的异常已结束：{anomaly}。", "The anomaly of {carrier}, waybill {waybill_no}, has ended: {anomaly}."),
}  # fmt: skip
"""By the name of the event: of every event of an order, a payment, a refund or a parcel that this service publishes."""
# Where the event is known and nobody acted, or where nothing is known of it: steps of orders from before steps were kept, too.
_BARE = {
    "OrderCreated": Sentence("下单。", "The order was placed."),
    "OrderPaid": Sentence("订单已付款。", "The order is paid."),
    "OrderShipped": Sentence("订单已发货。", "The order was shipped."),
}
_DEPOSIT = Sentence(
    "[定金 {deposit_kept_minor:money} 归商家。]", "[ The merchant keeps the deposit of {deposit_kept_minor:money}.]"
)
_CANCELLED = {
    "buyer": Sentence("买家取消了订单。", "The order was cancelled by the buyer."),
    "seller": Sentence("商家取消了订单。", "The order was cancelled by the merchant."),
    "payment_timeout": Sentence("超时未付款，订单自动取消。", "The order was cancelled, because it was not paid in time."),
    "refunded": Sentence("全部商品已退款，订单关闭。", "The order was closed, because everything was refunded."),
    "review_rejected": Sentence("订单未通过平台审核，已取消。", "The order was cancelled, because the platform did not approve it."),
    "review_timeout": Sentence("超时未审核，订单自动取消。", "The order was cancelled, because nobody reviewed it in time."),
}  # fmt: skip
_VARIANTS: Mapping[str, tuple[str, Mapping[str, Sentence]]] = {
    "OrderCreated": ("in_review", {"True": Sentence("下单，应付 {total_minor:money}，平台审核通过后方可付款。", "The order was placed for {total_minor:money}; it can be paid once the platform has approved it.")}),
    "OrderReviewed": ("approved", {"True": Sentence("平台审核通过订单[，请在 {deadline_at} 前付款]。", "The platform approved the order after its review[; it is to be paid by {deadline_at}].")}),
    "OrderAuthorisationEnded": ("cause", {
        "voided": Sentence("预授权已撤销，订单恢复待付款[，请在 {deadline_at} 前付款]。", "An authorised payment was given up; the order waits for its payment again[, until {deadline_at}]."),
        "authorisation_expired": Sentence("商家未在预授权有效期内请款，订单恢复待付款[，请在 {deadline_at} 前付款]。", "The authorisation has expired, because the merchant did not capture it in time; the order waits for its payment again[, until {deadline_at}]."),
        "captured_in_part": Sentence("商家仅对部分预授权款项请款，其余待付款[，请在 {deadline_at} 前付款]。", "The merchant captures a part of what was authorised; the rest is to be paid[ by {deadline_at}]."),
        "failed": Sentence("支付渠道释放了预授权或请款失败，订单恢复待付款[，请在 {deadline_at} 前付款]。", "The provider has released what was authorised, or declined its capture; the order waits for its payment again[, until {deadline_at}]."),
    }),
    "OrderUnpacked": ("cause", {
        "lines_cancelled": Sentence("因取消部分商品，订单须重新打包。", "Units of the order were cancelled, so that it has to be packed again."),
        "parcel_voided": Sentence("因运单作废，订单须重新打包。", "The shipment was voided, so that the order has to be packed again."),
    }),
    "OrderReceiptConfirmed": ("cause", {"buyer": Sentence("{actor}确认收货[，售后期至 {window_ends_at}]。", "{actor} confirmed the receipt[; the after-sale window ends at {window_ends_at}].")}),
    "OrderCancelled": ("cause", {cause: Sentence(text.zh + _DEPOSIT.zh, text.en + _DEPOSIT.en) for cause, text in _CANCELLED.items()}),
    "OrderAfterSaleChanged": ("after_sale_state", _AFTER_SALE),
    "StockReservationReleased": ("cause", {
        "cancelled": Sentence("订单取消，释放预占库存[ {units} 件]。", "The order was cancelled, and its reserved stock released[: {units:unit|units}]."),
        "withdrawn": Sentence("发货前退款，释放预占库存[ {units} 件]。", "Units were refunded before shipment, and their reserved stock released[: {units:unit|units}]."),
    }),
    "InterceptEnded": ("cause", {
        "withdrawn": Sentence("{actor}撤回了运单 {waybill_no} 的拦截申请。", "{actor} withdrew the intercept of waybill {waybill_no}."),
        "no_answer": Sentence("{carrier} 未在时限内答复，运单 {waybill_no} 的拦截申请失效，买家可在送达时拒收，或签收后申请售后。", "The intercept of waybill {waybill_no} has expired: {carrier} did not answer in time. The buyer may refuse the parcel at the door, or ask for after-sales service once it has arrived."),
        "parcel_ended": Sentence("运单 {waybill_no} 的包裹运输已结束，拦截申请失效。", "The intercept of waybill {waybill_no} has ended: the parcel arrived, came back or was lost first."),
    }),
}  # fmt: skip
"""By the name of the event: a fact, and the sentences for its values. For any other value that of `_STEPS` holds."""
_OTHER = Sentence("订单有新进展：{result}。", "The order has progressed: {result}.")
_NAMES: Mapping[str, tuple[str, Mapping[str, Sentence]]] = {
    "outside_name": ("outside", _OUTSIDE),
    "receiver_name": ("delivered_to", _RECEIVERS),
    "purpose_name": ("purpose", _PURPOSES),
    "fee_payer_name": ("fee_payer", _PARTIES),
    "outcome_name": ("outcome", PARCEL_STATUSES),
}
"""What templates name a code by: the fact that has it, and the names of its values. A value without a name is no fact."""
_TIMES = ("_at", "_until")
"""How the names of facts that are times end."""
_OPTIONAL = re.compile(r"\[([^\]]*)\]")


def sentence(step: OrderStep) -> Sentence:
    """What has happened, without personal data."""
    template = _template(step)
    facts = step.details | {
        name: datetime.fromisoformat(str(fact)) for name, fact in step.details.items() if name.endswith(_TIMES) and fact
    }
    found = []
    for place, language in enumerate(("zh-CN", "en")):
        named = {
            "actor": _ACTORS.get(step.actor_role, Sentence("系统", "The system"))[place],
            "status_name": PARCEL_STATUSES.get(str(facts.get("status")), PARCEL_STATUSES[ParcelStatus.UNKNOWN])[place],
            "anomaly": anomalies.NAMES.get(str(facts.get("kind")), ("其他", "something else"))[place],
            "failure": _failure(str(facts.get("failure_code")))[place],
            "result": step.result,
        } | {
            name: names[code][place]
            for name, (fact, names) in _NAMES.items()
            if (code := str(facts.get(fact))) in names
        }
        found.append(fill(_present(template[place], facts | named), facts | named, language))
    return Sentence(*found)


def _failure(code: str) -> Sentence:
    """Why a payment or refund failed; a code of a provider is written as it is."""
    return _FAILURES.get(code, Sentence(f"支付渠道返回代码 {code}", f"the provider's code is {code}"))


def _template(step: OrderStep) -> Sentence:
    if not step.details and step.event in _BARE:
        return _BARE[step.event]
    fact, variants = _VARIANTS.get(step.event, ("", {}))
    return variants.get(str(step.details.get(fact)), _STEPS.get(step.event, _OTHER))


def _present(template: str, facts: Mapping[str, object]) -> str:
    """The template with those of its optional parts whose facts are all there."""

    def chosen(part: re.Match[str]) -> str:
        places = [(name, written_as) for _, name, written_as, _ in Formatter().parse(part[1]) if name]
        needed = {name for name, _ in places} | {"currency" for _, written_as in places if written_as == "money"}
        return part[1] if all(facts.get(name) is not None for name in needed) else ""

    return _OPTIONAL.sub(chosen, template)
