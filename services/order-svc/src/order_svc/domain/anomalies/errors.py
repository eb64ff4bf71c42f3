"""What statements about anomalies are refused with."""

from aftercare_chassis.refusals import Kind, Refusal


class ReceiverNotOther(Refusal):
    """The courier does not report that somebody has signed for the buyer."""

    kind, code = Kind.CONFLICT, "receiver_not_other"
    zh = "快递未报告该包裹由他人代收；如未收到商品，请申请售后。"
    en = "The courier does not report that somebody has signed for the buyer. Whoever does not have the goods opens an after-sale case."
