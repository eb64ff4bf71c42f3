"""What this service refuses, by name."""

from aftercare_chassis.refusals import Kind, Refusal


class OrderUnknown(Refusal):
    """No such paid order here, or not for this actor, or its events have not arrived yet."""

    kind, code, retry_after = Kind.NOT_FOUND, "order_unknown", 1
    zh = "未找到该已支付订单；如果刚刚创建或支付，请稍后重试。"
    en = "There is no such paid order here; if it was made or paid just now, try again shortly."


class OrderWasCancelled(Refusal):
    """All the money goes back with the order: there is nothing to ask for and no refund to decide."""

    kind, code = Kind.CONFLICT, "order_cancelled"
    zh = "订单已取消，款项随订单全额退回，不能再申请售后或另行退款。"
    en = (
        "The order was cancelled and its money goes back with it; no after-sales service or further refund is possible."
    )


class WindowPassed(Refusal):
    kind, code = Kind.CONFLICT, "window_passed"
    zh, en = "售后申请期限已过。", "The after-sale window has passed."


class LineUnknown(Refusal):
    kind, code = Kind.INVALID, "line_unknown"
    zh, en = "该对象中没有这个明细行。", "There is no such line."


class LineTwice(Refusal):
    kind, code = Kind.INVALID, "line_repeated"
    zh, en = "同一明细行只能出现一次。", "A line may be named once."


class LineMissing(Refusal):
    kind, code = Kind.INVALID, "line_missing"
    zh, en = (
        "验收必须包含售后单的每一行；缺少 {line_id}。",
        "An inspection names every line of the case; {line_id} is missing.",
    )


class QuantityExceedsRemaining(Refusal):
    kind, code = Kind.INVALID, "quantity_exceeds_remaining"
    zh, en = "数量超过剩余可售后数量（{remaining}）。", "More units than remain ({remaining})."


class UnitsInLiveCase(Refusal):
    kind, code = Kind.CONFLICT, "units_in_live_case"
    zh = "这些商品已有进行中的售后单（空闲数量 {free}）。"
    en = "These units are in another case that is not finished ({free} are free)."


class ReappliedTooOften(Refusal):
    kind, code = Kind.CONFLICT, "reapplied_too_often"
    zh, en = (
        "该商品的申请已被拒绝 {times} 次，不能再次申请。",
        "Requests for this line were rejected {times} times already.",
    )


class AcceptedExceedsSent(Refusal):
    kind, code = Kind.INVALID, "accepted_exceeds_sent"
    zh, en = "验收数量超过寄回数量（{sent}）。", "More units accepted than were sent ({sent})."


class ReasonRequired(Refusal):
    kind, code = Kind.INVALID, "reason_required"
    zh, en = "全部不接受时必须给出原因。", "Accepting nothing needs a reason."


class AmountExceedsPaid(Refusal):
    kind, code = Kind.INVALID, "amount_exceeds_paid"
    zh, en = (
        "金额超过该售后单剩余可退金额（{left:money}）。",
        "More than what is left of the money paid ({left:money}).",
    )


class AmountMissing(Refusal):
    kind, code = Kind.INVALID, "amount_missing"
    zh, en = "判决退款时必须给出大于零的金额。", "A verdict that orders a refund names an amount above zero."


class AmountWithoutRefund(Refusal):
    kind, code = Kind.INVALID, "amount_without_refund"
    zh, en = "不退款的判决不能带金额。", "A verdict without a refund names no amount."


class CurrencyForeign(Refusal):
    kind, code = Kind.INVALID, "currency_mismatch"
    zh, en = "币种必须与订单一致（{currency}）。", "The order's currency is {currency}."


class RefundDecided(Refusal):
    """A refund was decided for this case; it may be tried again, the decision itself stands."""

    kind, code = Kind.CONFLICT, "refund_already_decided"
    zh = "该售后单已决定退款，不能再执行 {action}。"
    en = "A refund was decided for this case already; {action} is not possible any more."


class ReturnAlreadyScanned(Refusal):
    """A courier has scanned the goods under the waybill that the buyer named first."""

    kind, code = Kind.CONFLICT, "return_already_scanned"
    zh = "承运商已扫描该退货包裹，运单号不能再更改。"
    en = "The courier has scanned the returned parcel; its waybill cannot be changed any more."


class WaybillUnchanged(Refusal):
    """The correction names the waybill and carrier that the case has."""

    kind, code = Kind.INVALID, "waybill_unchanged"
    zh = "承运商与运单号与原来相同：{waybill_no}。"
    en = "Carrier and waybill are the same as before: {waybill_no}."
