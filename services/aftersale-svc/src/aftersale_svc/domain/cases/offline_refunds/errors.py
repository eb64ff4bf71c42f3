"""Refusals of what people do with refunds outside the payment provider."""

from aftercare_chassis.refusals import Kind, Refusal


class NoRefundRefused(Refusal):
    """No refund of the case was refused, so that there is nothing to give back in its place."""

    kind, code = Kind.CONFLICT, "no_refund_refused"
    zh, en = (
        "只有退款被支付渠道拒绝后才能登记线下退款。",
        "Money goes back outside the provider once a refund was refused.",
    )


class OfflineRefundOpen(Refusal):
    """The buyer has still to confirm that the money has arrived."""

    kind, code = Kind.CONFLICT, "offline_refund_open"
    zh, en = (
        "已登记线下退款，等待买家确认。",
        "The money is said to be given back outside the provider; the buyer has to confirm that first.",
    )
