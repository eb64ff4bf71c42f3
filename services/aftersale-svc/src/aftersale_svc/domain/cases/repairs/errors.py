"""Refusals of what people do in a repair."""

from aftercare_chassis.refusals import Kind, Refusal


class RepairCovered(Refusal):
    """The merchant is liable for the fault, so the repair costs the buyer nothing."""

    kind, code = Kind.CONFLICT, "repair_covered"
    zh, en = (
        "该维修由商家承担，不能向买家报价。",
        "The merchant is liable for the fault; the repair costs the buyer nothing.",
    )


class QuoteAmountMissing(Refusal):
    """A quote names no amount."""

    kind, code = Kind.INVALID, "quote_amount_missing"
    zh, en = "报价金额必须大于零。", "A quote has an amount above zero."


class NothingToRepairAgain(Refusal):
    """The buyer has reported nothing wrong with repaired goods that have arrived."""

    kind, code = Kind.CONFLICT, "nothing_to_repair_again"
    zh, en = (
        "买家没有反馈已收到的维修商品有问题，不能再次维修。",
        "The buyer has reported nothing wrong with goods that have arrived, so that there is nothing to repair again.",
    )


class RemedyNotOffered(Refusal):
    """The merchant offers something else for goods that cannot be repaired."""

    kind, code = Kind.CONFLICT, "remedy_not_offered"
    zh, en = "商家没有提供这种处理方式。", "The merchant has not offered this."


class GoodsNotReceived(Refusal):
    """The merchant does not have the goods."""

    kind, code = Kind.CONFLICT, "goods_not_received"
    zh, en = "商家尚未收到商品。", "The merchant does not have the goods."
