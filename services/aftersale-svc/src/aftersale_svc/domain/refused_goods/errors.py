"""Refusals of what people do with claims to refused goods."""

from aftercare_chassis.refusals import Kind, Refusal


class CompensationMissing(Refusal):
    """A compensation is above zero."""

    kind, code = Kind.INVALID, "compensation_missing"
    zh, en = "补偿金额必须大于零。", "The compensation has to be above zero."


class ExceedsGoods(Refusal):
    """A compensation is at most what was paid for the goods."""

    kind, code = Kind.INVALID, "exceeds_goods"
    zh, en = (
        "补偿金额超过这些商品的实付金额（{most_minor:money}）。",
        "More than what was paid for the goods ({most_minor:money}).",
    )


class CompensationProposed(Refusal):
    """Who has proposed a compensation does not confirm it."""

    kind, code = Kind.CONFLICT, "compensation_proposed"
    zh, en = (
        "该补偿由您提出，需由另一名客服以相同金额确认。",
        "You have proposed this compensation; another agent has to confirm it with the same amount.",
    )


class RefusedGoodsContested(Refusal):
    """The buyer has reported that a delivery of the courier was none; an agent decides."""

    kind, code = Kind.CONFLICT, "refused_goods_contested"
    zh, en = (
        "买家已反馈未收到该包裹，由平台客服处理。",
        "The buyer has reported that the parcel was not received; an agent decides.",
    )


class NothingAwarded(Refusal):
    """No compensation was decided, so that none is paid."""

    kind, code = Kind.CONFLICT, "nothing_awarded"
    zh, en = "尚未决定补偿，不能登记付款。", "No compensation was decided, so there is nothing to pay."
