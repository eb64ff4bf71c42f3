"""Refusals of what a claim on the merchant's deposit bars."""

from aftercare_chassis.refusals import Kind, Refusal


class RefundCovered(Refusal):
    """A claim on the merchant's deposit pays what the failed refund did not: no other refund of the case is possible."""

    kind, code = Kind.CONFLICT, "covered_by_guarantee_claim"
    zh, en = (
        "该退款由保障单（{claim_id}）赔付，不能再次退款；需先撤销保障单。",
        "The claim {claim_id} on the deposit covers this refund. It has to end unpaid before another refund.",
    )


class GuaranteePaying(Refusal):
    """What a claim on the deposit owes is being paid outside the suite: its result is recorded before the case ends."""

    kind, code = Kind.CONFLICT, "guarantee_claim_paying"
    zh, en = (
        "保障单（{claim_id}）正在付款，登记付款结果后才能关闭售后单。",
        "The claim {claim_id} on the deposit is being paid. Its result has to be recorded before the case is closed.",
    )
