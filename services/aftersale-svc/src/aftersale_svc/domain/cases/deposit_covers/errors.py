"""Refusals of what a claim on the merchant's deposit bars."""

from aftercare_chassis.refusals import Kind, Refusal


class RefundCovered(Refusal):
    """A claim on the merchant's deposit is open, or has paid all that the failed refund did not: no other refund of the case is possible."""

    kind, code = Kind.CONFLICT, "covered_by_guarantee_claim"
    zh, en = (
        "该退款由保障单（{claim_id}）赔付：处理中的保障单结束前不能退款，已赔付的部分不再退款。",
        "The claim {claim_id} on the deposit pays this refund: nothing is refunded while it is open, nor what it has paid.",
    )


class GuaranteePaying(Refusal):
    """What a claim on the deposit owes is being paid outside the suite: its result is recorded before the case ends."""

    kind, code = Kind.CONFLICT, "guarantee_claim_paying"
    zh, en = (
        "保障单（{claim_id}）正在付款，登记付款结果后才能关闭售后单。",
        "The claim {claim_id} on the deposit is being paid. Its result has to be recorded before the case is closed.",
    )
