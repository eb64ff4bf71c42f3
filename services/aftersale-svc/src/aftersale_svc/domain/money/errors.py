"""Refusals that follow from what cases hold of an order."""

from aftercare_chassis.refusals import Kind, Refusal


class QuantityExceedsRemaining(Refusal):
    """More units of a line are asked for than have not been refunded."""

    kind, code = Kind.INVALID, "quantity_exceeds_remaining"
    zh, en = "数量超过剩余可售后数量（{remaining}）。", "More units than remain ({remaining})."


class UnitsInLiveCase(Refusal):
    """More units of a line are asked for than no other case holds. `cases` are the open ones that hold some; who may ask sees them all."""

    kind, code = Kind.CONFLICT, "units_in_live_case"
    zh = "这些商品已有进行中的售后单（{cases:or 其他}；空闲数量 {free}）。"
    en = "These units are in another case that is not finished ({cases:or another one}; {free} are free)."


class UnitsNotBack(Refusal):
    """The merchant has units that are asked for, which it has refused or which came after their case had ended, and is to give them back."""

    kind, code = Kind.CONFLICT, "units_not_back"
    zh, en = (
        "其中部分商品在商家处，应退还买家而尚未退回（可申请数量 {free}）。",
        "The merchant has some of these units, and is to give them back to the buyer first ({free} are free).",
    )


class UnitsShipped(Refusal):
    """More units of a line are asked for than have not left, or a case keeps some of these already. `allowed` are the types that are possible
    for all of them."""

    kind, code = Kind.CONFLICT, "units_shipped"
    zh = "该商品尚未发出的可取消数量只有 {unshipped}；这些数量现在可以申请：{allowed:or 无}。"
    en = (
        "Only {unshipped} units of this line have not been shipped and are in no other case. "
        "Possible for as many as are asked for: {allowed:or none}."
    )


class UnitsNotSent(Refusal):
    """More units of a line are asked for than have left, or other cases about units that have left have some of these already. `allowed` as of
    `UnitsShipped`."""

    kind, code, retry_after = Kind.CONFLICT, "units_not_sent", 1
    zh = "该商品已发出且可申请此类售后的数量只有 {sent}；这些数量现在可以申请：{allowed:or 无}。"
    en = (
        "Only {sent} units of this line have been shipped and are in no other case. "
        "Possible for as many as are asked for: {allowed:or none}."
    )


class NothingLeft(Refusal):
    """Other cases have taken the money that a price adjustment is about."""

    kind, code = Kind.CONFLICT, "nothing_left"
    zh, en = (
        "该商品的实付金额已全部属于其他售后单，没有可退金额。",
        "Other cases have all the money paid for these goods; nothing is left to grant.",
    )
