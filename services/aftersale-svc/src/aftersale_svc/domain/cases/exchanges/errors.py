"""Refusals of what people do in an exchange."""

from aftercare_chassis.refusals import Kind, Refusal


class WantedNotPossible(Refusal):
    """A request names what is wanted in exchange, and its type is no exchange."""

    kind, code = Kind.INVALID, "wanted_not_possible"
    zh, en = "只有换货申请可以指定想要的商品。", "Only an exchange names the goods that are wanted."


class NothingElseWanted(Refusal):
    """The buyer wants the same article for what came back, which costs nothing more."""

    kind, code = Kind.CONFLICT, "nothing_else_wanted"
    zh, en = (
        "买家未要求换成其他商品或规格，换同款商品不另行计价。",
        "The buyer has asked for no other article or variant, and the same one has no other price.",
    )


class PriceTooHigh(Refusal):
    """All units together cost more than any amount may be."""

    kind, code = Kind.INVALID, "price_too_high"
    zh, en = (
        "价格过高：该售后单的商品总价最多为 {most:money}。",
        "The price is too high: all units of the case may cost {most:money} together.",
    )


class NothingRefused(Refusal):
    """The inspection refused nothing, or has not been made, or what it refused was sent back before."""

    kind, code = Kind.CONFLICT, "nothing_refused"
    zh, en = "没有需要退还给买家的商品。", "No refused goods have to go back to the buyer."
