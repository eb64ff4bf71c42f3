"""Refusals of offers, and of what changes the type of a case."""

from aftercare_chassis.refusals import Kind, Refusal

from aftersale_svc.domain.cases.errors import ReturnAlreadyShipped


class TypeUnsuitable(Refusal):
    """A case cannot become one of this type. `allowed` are the types that it can become one of."""

    kind, code = Kind.CONFLICT, "type_unsuitable"
    zh, en = (
        "该售后单不能改为此类型，可以改为：{allowed:or 无}。",
        "This case cannot become one of this type. Possible are: {allowed:or none}.",
    )


class AmountExceedsAllowance(Refusal):
    """An offer is about more money than was paid for the units of the case."""

    kind, code = Kind.INVALID, "amount_exceeds_allowance"
    zh = "金额超过可退金额：该售后单的商品实付 {most:money}，最多只能退回这一金额。"
    en = "The amount exceeds the allowance: {most:money} was paid for the units of this case, and no more can go back."


class OfferAmountMissing(Refusal):
    """An offer of a refund is about no money."""

    kind, code = Kind.INVALID, "offer_amount_missing"
    zh, en = "退款方案的金额必须大于零。", "An offer of a refund names an amount above zero."


class OfferWithoutRefund(Refusal):
    """An offer names an amount, and its type has no refund."""

    kind, code = Kind.INVALID, "offer_without_refund"
    zh, en = "该类型不退款，不能带金额。", "This type has no refund, so the offer names no amount."


class OfferUnchanged(Refusal):
    """An offer proposes what is proposed or asked for already."""

    kind, code = Kind.INVALID, "offer_unchanged"
    zh = "方案与当前的申请或方案相同；如无异议，请直接同意。"
    en = "The offer proposes what was asked for or offered already; accept that instead."


class TooManyOffers(Refusal):
    """Both sides have made as many offers about the case as there may be."""

    kind, code = Kind.CONFLICT, "too_many_offers"
    zh, en = (
        "双方已提出 {times} 次方案，不能再提出。",
        "{times} offers were made about this case already, which is the most.",
    )


class NoOfferOpen(Refusal):
    """There is no counter-offer of the buyer that could be accepted."""

    kind, code = Kind.CONFLICT, "no_offer_open"
    zh, en = "没有等待答复的方案。", "There is no offer to be answered."


class OfferChanged(Refusal):
    """The buyer, or who reviews the case, accepts another offer than the one that is open by now."""

    kind, code = Kind.CONFLICT, "offer_changed"
    zh, en = "当前方案是第 {number} 个，请查看后再接受。", "The open offer is number {number} by now; look at it again."


class OfferOfAnother(Refusal):
    """The open offer was made by somebody else: the merchant withdraws the merchant's, an agent those of agents."""

    kind, code = Kind.CONFLICT, "offer_of_another"
    zh, en = "该方案由对方提出，不能撤回。", "The offer was made by the other reviewers, who may withdraw it."


class GoodsAlreadySent(ReturnAlreadyShipped):
    """Goods were sent: the inspection, an agent or a dispute decides, and nothing else is asked for or offered."""

    zh = "商品已寄出，不能再提出其他申请或方案；对处理结果有异议的，可以申请维权。"
    en = "Goods were sent, so nothing else can be asked for or offered; a dispute decides about the result."
