"""Refusals of what people do with claims on a guarantee."""

from aftercare_chassis.refusals import Kind, Refusal


class NotInsured(Refusal):
    """The freight of returns to this merchant is not insured in this currency, or nothing comes back with such a case."""

    kind, code = Kind.CONFLICT, "return_freight_not_insured"
    zh, en = "该售后单没有运费险。", "The return freight of this case is not insured."


class ReturnNotReceived(Refusal):
    """The merchant has not received the returned goods."""

    kind, code = Kind.CONFLICT, "return_not_received"
    zh, en = "商家收到退货后才能申请运费险。", "The freight is insured once the merchant has the returned goods."


class RefundNotFailed(Refusal):
    """The deposit covers a refund that has failed, of a case that has not ended."""

    kind, code = Kind.CONFLICT, "refund_not_failed"
    zh, en = (
        "只有退款失败且售后单未结束时才能由保证金赔付。",
        "The deposit covers a refund that has failed, while its case is open.",
    )


class OrderNotShipped(Refusal):
    """Nothing of the order has left: to cancel it gives all of its money back, so the deposit would pay twice."""

    kind, code = Kind.CONFLICT, "order_not_shipped"
    zh, en = (
        "订单尚未发货，取消订单即可退回全部款项。",
        "Nothing of the order has left. To cancel it gives the money back.",
    )


class GuaranteeTaken(Refusal):
    """The case has a claim on this guarantee that lives or was paid."""

    kind, code = Kind.CONFLICT, "guarantee_claim_exists"
    zh, en = "该售后单已有此类保障单（{claim_id}）。", "The case has such a claim already: {claim_id}."


class ExceedsGuarantee(Refusal):
    """More is claimed or approved than the guarantee covers."""

    kind, code = Kind.INVALID, "exceeds_guarantee"
    zh, en = "金额超过保障上限（{most_minor:money}）。", "More than the guarantee covers ({most_minor:money})."


class GuaranteeAmountMissing(Refusal):
    """An amount above zero is needed."""

    kind, code = Kind.INVALID, "guarantee_amount_missing"
    zh, en = "必须给出大于零的金额。", "Name an amount above zero."


class EvidenceAskedTooOften(Refusal):
    """Evidence was asked for as often as it may be."""

    kind, code = Kind.CONFLICT, "evidence_asked_too_often"
    zh, en = "举证要求次数已用完（最多 {most} 次）。", "Evidence was asked for {most} times, which is the most."
