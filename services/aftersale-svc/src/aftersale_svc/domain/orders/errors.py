"""Refusals that follow from the state of an order."""

from aftercare_chassis.refusals import Kind, Refusal


class OrderUnknown(Refusal):
    """There is no such paid order here, or not for this actor, or its events have not arrived yet."""

    kind, code, retry_after = Kind.NOT_FOUND, "order_unknown", 1
    zh = "未找到该已支付订单；如果刚刚创建或支付，请稍后重试。"
    en = "There is no such paid order here; if it was made or paid just now, try again shortly."


class PaymentUnknown(Refusal):
    """The order was not paid with this payment."""

    kind, code = Kind.INVALID, "payment_unknown"
    zh = "该订单没有这笔支付：{payment_id}；可选：{known}。"
    en = "The order was not paid with this payment: {payment_id}. Its payments are {known}."


class OrderWasCancelled(Refusal):
    """The order was cancelled and all its money goes back: there is nothing to ask for and no refund to decide."""

    kind, code = Kind.CONFLICT, "order_cancelled"
    zh = "订单已取消，款项随订单全额退回，不能再申请售后或另行退款。"
    en = (
        "The order was cancelled and its money goes back with it; no after-sales service or further refund is possible."
    )


class WindowPassed(Refusal):
    """The after-sale window of the order is over."""

    kind, code = Kind.CONFLICT, "window_passed"
    zh = "售后申请期限已过；仍可申请的原因：{allowed:or 无}。"
    en = "The after-sale window has passed. Reasons that are still possible: {allowed:or none}."
