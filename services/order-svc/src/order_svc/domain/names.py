"""The names by which refusals write the codes of this service, in Chinese and in English."""

from collections.abc import Mapping
from enum import StrEnum

from aftercare_chassis.sentences import name_codes

from order_svc.domain.anomalies.codes import AnomalyAction, AnomalyState
from order_svc.domain.intercepts.lifecycle import InterceptAction
from order_svc.domain.intercepts.model import InterceptState
from order_svc.domain.lifecycle import OrderAction
from order_svc.domain.model import OrderState
from order_svc.domain.partners.pushes import PushAction, PushState
from order_svc.domain.payments.charge_backs import ChargeBackAction, ChargeBackState
from order_svc.domain.payments.lifecycle import PaymentAction, RefundAction
from order_svc.domain.payments.model import PaymentState, RefundState
from order_svc.domain.payments.statements import DifferenceAction, DifferenceState
from order_svc.domain.shipping.labels import LabelAction, LabelState
from order_svc.domain.tracking import ParcelLeg, ParcelStatus
from order_svc.domain.wording import PARCEL_STATUSES

NAMES: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    OrderState: {
        OrderState.CREATED: ("待付款", "waiting for payment"),
        OrderState.PAID: ("已付款", "paid"),
        OrderState.SHIPPED: ("已发货", "shipped"),
        OrderState.DELIVERED: ("已送达", "delivered"),
        OrderState.RECEIVED: ("已确认收货", "received"),
        OrderState.COMPLETED: ("已完成", "completed"),
        OrderState.CANCELLED: ("已取消", "cancelled"),
    },
    OrderAction: {
        OrderAction.PAY: ("付款", "pay"),
        OrderAction.CANCEL: ("取消订单", "cancel the order"),
        OrderAction.CANCEL_LINES: ("取消部分商品", "cancel units of the order"),
        OrderAction.CHANGE_ADDRESS: ("修改收货地址", "change the address"),
        OrderAction.PACK: ("打包", "pack the order"),
        OrderAction.UNPACK: ("拆包", "unpack the order"),
        OrderAction.SHIP: ("发货", "ship"),
        OrderAction.DELIVER_VIRTUAL: ("交付虚拟商品", "deliver virtual goods"),
        OrderAction.CONFIRM_RECEIPT: ("确认收货", "confirm the receipt"),
        OrderAction.MARK_AUTHORISED: ("记录预授权", "record the authorisation"),
        OrderAction.AWAIT_PAYMENT: ("恢复待付款", "wait for the payment again"),
        OrderAction.TAKE_PAYMENT: ("记录部分付款", "record the payment of a part"),
        OrderAction.MARK_PAID: ("记录付款", "record the payment"),
        OrderAction.EXPIRE: ("超时关闭", "close the order unpaid"),
        OrderAction.DELIVER: ("记录全部送达", "record that everything has arrived"),
        OrderAction.UNSHIP: ("撤销发货", "record that nothing has left"),
        OrderAction.REFUND_WHOLLY: ("全额退款关闭", "close the order refunded"),
        OrderAction.APPROVE: ("通过审核", "approve the order"),
        OrderAction.REJECT: ("审核不通过", "reject the order"),
        OrderAction.EXTEND_RECEIPT: ("延长收货", "extend the time to confirm the receipt"),
        OrderAction.MARK_OVERDUE: ("标记发货超时", "mark the shipment as overdue"),
        OrderAction.MARK_UNDELIVERED: ("标记送达超时", "mark the delivery as overdue"),
        OrderAction.RECORD_DELIVERY: ("登记送达", "record the delivery"),
        OrderAction.RECORD_LOSS: ("登记丢失", "record the loss"),
        OrderAction.COMPLETE: ("完成订单", "complete the order"),
    },
    InterceptState: {
        InterceptState.REQUESTED: ("已申请", "requested"),
        InterceptState.SUBMITTED: ("已提交快递", "with the courier"),
        InterceptState.GRANTED: ("快递已同意", "granted"),
        InterceptState.REFUSED: ("快递已拒绝", "refused"),
        InterceptState.FAILED: ("拦截失败", "failed"),
        InterceptState.EXPIRED: ("快递未答复", "not answered"),
        InterceptState.WITHDRAWN: ("已撤回", "withdrawn"),
    },
    InterceptAction: {
        InterceptAction.WITHDRAW: ("撤回拦截申请", "withdraw the request"),
        InterceptAction.SUBMIT: ("提交快递", "record that it is with the courier"),
        InterceptAction.GRANT: ("登记快递同意", "record that the courier will do it"),
        InterceptAction.REFUSE: ("登记快递拒绝", "record that the courier will not do it"),
        InterceptAction.FAIL: ("登记拦截失败", "record that the parcel ended first"),
        InterceptAction.EXPIRE: ("超时关闭", "close it unanswered"),
    },
    PaymentState: {
        PaymentState.PENDING: ("处理中", "in progress"),
        PaymentState.AUTHORISED: ("已预授权", "authorised"),
        PaymentState.CAPTURING: ("请款中", "being captured"),
        PaymentState.RELEASING: ("释放中", "being released"),
        PaymentState.SUCCEEDED: ("支付成功", "paid"),
        PaymentState.FAILED: ("支付失败", "failed"),
    },
    PaymentAction: {
        PaymentAction.SUCCEED: ("记录支付成功", "record the payment"),
        PaymentAction.FAIL: ("记录支付失败", "record the failure"),
        PaymentAction.AUTHORISE: ("记录预授权", "record the authorisation"),
        PaymentAction.CAPTURE: ("请款", "capture the payment"),
        PaymentAction.RELEASE: ("释放预授权", "release the authorisation"),
        PaymentAction.VOID: ("撤销支付", "void the payment"),
        PaymentAction.REFUND_REMAINDER: ("退还余款", "refund the remainder"),
        PaymentAction.RECORD_REFUND: ("登记线下退款", "record a refund made outside the provider"),
    },
    RefundState: {
        RefundState.CREATED: ("待提交", "not yet submitted"),
        RefundState.SUBMITTED: ("已提交", "submitted"),
        RefundState.UNKNOWN: ("结果未知", "of unknown outcome"),
        RefundState.SUCCEEDED: ("退款成功", "paid back"),
        RefundState.FAILED: ("退款失败", "failed"),
    },
    RefundAction: {
        RefundAction.REFUSE: ("拒绝退款", "refuse the refund"),
        RefundAction.RECORD: ("记录退款", "record the refund"),
        RefundAction.SUBMIT: ("提交退款", "submit the refund"),
        RefundAction.MARK_UNKNOWN: ("标记结果未知", "mark the outcome as unknown"),
        RefundAction.SUCCEED: ("记录退款成功", "record that it was paid back"),
        RefundAction.FAIL: ("记录退款失败", "record the failure"),
        RefundAction.REVERSE: ("记录退款退回", "record that it came back"),
        RefundAction.QUERY: ("立即向支付渠道查询", "query the provider now"),
    },
    AnomalyState: {
        AnomalyState.OPEN: ("待处理", "open"),
        AnomalyState.ACKNOWLEDGED: ("处理中", "acknowledged"),
        AnomalyState.RESOLVED: ("已解决", "resolved"),
    },
    AnomalyAction: {
        AnomalyAction.ACKNOWLEDGE: ("受理异常", "acknowledge the anomaly"),
        AnomalyAction.RESOLVE: ("解决异常", "resolve the anomaly"),
        AnomalyAction.END: ("异常自行消除", "end the anomaly"),
    },
    LabelState: {
        LabelState.REQUESTED: ("待提交", "not yet submitted"),
        LabelState.SUBMITTED: ("已提交", "submitted"),
        LabelState.UNKNOWN: ("结果未知", "of unknown outcome"),
        LabelState.CREATED: ("已出单", "created"),
        LabelState.CANCELLING: ("取消中", "being cancelled"),
        LabelState.FAILED: ("下单失败", "failed"),
        LabelState.CANCELLED: ("已取消", "cancelled"),
    },
    LabelAction: {
        LabelAction.SUBMIT: ("提交运单", "submit the shipment"),
        LabelAction.MARK_UNKNOWN: ("标记结果未知", "mark the outcome as unknown"),
        LabelAction.CREATE: ("记录运单号", "record the waybill"),
        LabelAction.FAIL: ("记录下单失败", "record the failure"),
        LabelAction.CONFIRM_CANCEL: ("确认取消", "record the cancellation"),
        LabelAction.REFUSE_CANCEL: ("拒绝取消", "record that it cannot be cancelled"),
        LabelAction.CANCEL: ("取消运单", "cancel the shipment"),
        LabelAction.VOID: ("作废包裹", "void the parcel"),
        LabelAction.CHANGE_PICKUP: ("修改取件时间", "change the pickup"),
        LabelAction.GIVE_UP: ("放弃运单", "give the shipment up"),
    },
    DifferenceState: {
        DifferenceState.OPEN: ("待核实", "open"),
        DifferenceState.EXPLAINED: ("已说明", "explained"),
        DifferenceState.RESOLVED: ("已解决", "resolved"),
    },
    DifferenceAction: {
        DifferenceAction.EXPLAIN: ("说明差异", "explain the difference"),
        DifferenceAction.RESOLVE: ("解决差异", "resolve the difference"),
    },
    ParcelLeg: {
        ParcelLeg.OUTBOUND: ("发货", "to the buyer"),
        ParcelLeg.RETURN: ("退货", "back to the merchant"),
        ParcelLeg.EXCHANGE: ("换货", "to the buyer in exchange"),
        ParcelLeg.REFUSED_GOODS: ("拒收货物退还", "back to the buyer"),
    },
    ParcelStatus: {status: (PARCEL_STATUSES[status].zh, PARCEL_STATUSES[status].en) for status in ParcelStatus},
    ChargeBackState: {
        ChargeBackState.OPEN: ("处理中", "open"),
        ChargeBackState.WON: ("商家胜诉", "won by the merchant"),
        ChargeBackState.LOST: ("商家败诉", "lost by the merchant"),
    },
    ChargeBackAction: {
        ChargeBackAction.WIN: ("记录款项返还", "record that the money is given again"),
        ChargeBackAction.LOSE: ("记录拒付成立", "record that the buyer keeps the money"),
    },
    PushState: {
        PushState.RECEIVED: ("已收到", "received"),
        PushState.WAITING: ("等待中", "waiting"),
        PushState.APPLIED: ("已处理", "applied"),
        PushState.IGNORED: ("已忽略", "ignored"),
        PushState.UNMATCHED: ("无匹配对象", "unmatched"),
        PushState.UNREADABLE: ("无法解析", "unreadable"),
        PushState.FAILED: ("处理失败", "failed"),
        PushState.REFUSED: ("已拒绝", "refused"),
    },
    PushAction: {
        PushAction.APPLY: ("处理", "apply"),
        PushAction.IGNORE: ("忽略", "ignore"),
        PushAction.WAIT: ("等待", "wait"),
        PushAction.GIVE_UP: ("放弃", "give up"),
        PushAction.FAIL: ("标记失败", "mark as failed"),
        PushAction.REPEAT: ("重试", "repeat"),
        PushAction.REDRIVE: ("重新处理", "process again"),
    },
}


def register() -> None:
    """Have sentences write these codes by their names."""
    for codes, names in NAMES.items():
        name_codes(codes, names)
