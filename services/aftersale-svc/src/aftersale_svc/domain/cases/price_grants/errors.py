"""Refusals of requests for a lower price, and of what is granted of them."""

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


class ShareOfNothing(SharesDoNotAddUp):
    """Somebody is named who bears nothing."""

    zh, en = (
        "承担金额必须大于零；不承担的一方无需填写。",
        "A share has to be above zero; who bears nothing is not named.",
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


class PricesMissing(Refusal):
    """A price adjustment without the two prices of a line."""

    kind, code = Kind.INVALID, "prices_missing"
    zh, en = (
        "价保申请必须填写参考价和核实价。",
        "A price adjustment names the reference price and the checked price of each line.",
    )


class PricesUnused(Refusal):
    """Prices in a request of a type that is not about them."""

    kind, code = Kind.INVALID, "prices_unused"
    zh, en = "此类售后不需要填写价格。", "This type of case is not about prices."


class PriceNotLower(Refusal):
    """The checked price is not below the reference price."""

    kind, code = Kind.INVALID, "price_not_lower"
    zh, en = "核实价必须低于参考价。", "The checked price has to be below the reference price."


class AdjustmentExceedsLeft(Refusal):
    """More is asked for, or granted, than is left of what was paid for the line."""

    kind, code = Kind.INVALID, "adjustment_exceeds_left"
    zh, en = (
        "金额超过该商品剩余可退金额（{left_minor:money}）。",
        "More than what is left of the money paid for this line ({left_minor:money}).",
    )


class NothingGranted(Refusal):
    """An amount of nothing is a rejection."""

    kind, code = Kind.INVALID, "nothing_granted"
    zh, en = "同意金额为零时请拒绝申请。", "To grant nothing, reject the request."


class GrantExceedsRequest(Refusal):
    """More is granted for a line than was asked for."""

    kind, code = Kind.INVALID, "grant_exceeds_request"
    zh, en = (
        "同意金额超过申请金额（{requested_minor:money}）。",
        ("More than was asked for this line ({requested_minor:money})."),
    )
