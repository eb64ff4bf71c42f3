"""Refusals of what is granted of a price adjustment."""

from aftercare_chassis.refusals import Kind, Refusal


class GrantNotDifference(Refusal):
    """The amount is not what the prices that were verified differ by, for all units."""

    kind, code = Kind.INVALID, "grant_not_difference"
    zh, en = (
        "按核实的价格，该商品应退 {difference:money}，金额须一致。",
        "By the prices that were verified, {difference:money} is to be granted for the line.",
    )


class PriceCheckedLater(Refusal):
    """The time at which a price was verified has not come."""

    kind, code = Kind.INVALID, "price_checked_later"
    zh, en = "核价时间不能晚于现在。", "A price is not verified in the future."


class SharesDoNotAddUp(Refusal):
    """Those who bear what is granted for a line do not bear all of it, or bear more."""

    kind, code = Kind.INVALID, "shares_do_not_add_up"
    zh, en = (
        "各承担方金额合计 {stated:money}，与该商品的金额 {amount:money} 不一致。",
        "The shares add up to {stated:money}; {amount:money} is granted for the line.",
    )


class BearerTwice(Refusal):
    """A bearer is named twice for a line."""

    kind, code = Kind.INVALID, "bearer_repeated"
    zh, en = "每个承担方只能出现一次（{bearer}）。", "Each bearer once ({bearer})."


class ShareOfPlatform(Refusal):
    """Only an agent names what the platform bears."""

    kind, code = Kind.CONFLICT, "platform_share_by_agent"
    zh, en = "平台承担的金额只能由平台客服确定。", "Only an agent names what the platform bears."


class ReductionUnexplained(Refusal):
    """Less is granted than was asked for, without a reason."""

    kind, code = Kind.INVALID, "reduction_unexplained"
    zh, en = "同意金额少于申请金额时必须说明原因。", "The reason is needed where less is granted than was asked for."


GRANTS = (
    GrantNotDifference,
    PriceCheckedLater,
    SharesDoNotAddUp,
    BearerTwice,
    ShareOfPlatform,
    ReductionUnexplained,
)
