"""Refusals of what people do with refunds outside the payment provider."""

from aftercare_chassis.refusals import Kind, Refusal


class NoRefundRefused(Refusal):
    """No refund of the case was refused, so that there is nothing to give back in its place."""

    kind, code = Kind.CONFLICT, "no_refund_refused"
    zh, en = (
        "只有退款被支付渠道拒绝后才能登记线下退款。",
        "Money goes back outside the provider once a refund was refused.",
    )


class NoOfflineRefundStated(Refusal):
    """Nothing that was stated waits for an answer."""

    kind, code = Kind.CONFLICT, "no_offline_refund_stated"
    zh, en = "没有等待确认的线下退款。", "No refund outside the provider waits for an answer."


class OfflineRefundOpen(Refusal):
    """The buyer has still to confirm that the money has arrived."""

    kind, code = Kind.CONFLICT, "offline_refund_open"
    zh, en = (
        "已登记线下退款，等待买家确认。",
        "The money is said to be given back outside the provider; the buyer has to confirm that first.",
    )
