"""Refusals of what people do with a replacement."""

from aftercare_chassis.refusals import Kind, Refusal


class ReplacementDecided(Refusal):
    """A replacement was decided for this case. It may be sent again, but the request is not reviewed a second time."""

    kind, code = Kind.CONFLICT, "replacement_already_decided"
    zh = "该售后单已决定补寄或换货，不能再执行此操作（{action}）。"
    en = "A replacement was decided for this case already. This is not possible any more: {action}."


class NoReplacementDecided(Refusal):
    """No replacement was decided for this case, so that none can be sent again."""

    kind, code = Kind.CONFLICT, "no_replacement_decided"
    zh, en = "该售后单没有待补寄或换货的商品。", "No replacement was decided for this case."


class ReplacementAlreadyScanned(Refusal):
    """A courier has scanned the replacement under the waybill that the merchant named first."""

    kind, code = Kind.CONFLICT, "replacement_already_scanned"
    zh = "承运商已扫描该包裹，运单号不能再更改。"
    en = "The courier has scanned the parcel; its waybill cannot be changed any more."


class RefundNotOffered(Refusal):
    """The merchant may still send the goods, and no refund takes their place."""

    kind, code = Kind.CONFLICT, "refund_not_offered"
    zh, en = "商家尚可发货，暂不能改为退款。", "The goods are still to be sent; the money cannot be taken instead now."


class RefundOffered(Refusal):
    """The merchant has not sent the replacement in time, so that the buyer may choose."""

    kind, code = Kind.CONFLICT, "refund_offered"
    zh, en = "商家未按期发货，买家可以选择退款。", "The replacement is late; the buyer may take the refund."


class ReplacementHasArrived(Refusal):
    """The courier has delivered the replacement."""

    kind, code = Kind.CONFLICT, "replacement_delivered"
    zh, en = "商品已送达买家。", "The replacement was delivered."


class GoodsNotBack(Refusal):
    """The goods are to come back before others are sent for them."""

    kind, code = Kind.CONFLICT, "goods_not_back"
    zh, en = "商品尚未退回商家。", "The goods have not come back to the merchant."


class PriceNotDue(Refusal):
    """The buyer has the units, or they are the buyer's own, so that their whole price does not take the place of what is to be sent."""

    kind, code = Kind.CONFLICT, "price_not_due"
    zh, en = (
        "商品在买家处或归买家所有，逾期发货不按全价退款。",
        "The goods are the buyer's, so that their whole price is not refunded for a delay.",
    )


class PriceDue(Refusal):
    """The buyer has nothing for the money, so that the price goes back where nothing is sent."""

    kind, code = Kind.CONFLICT, "price_due"
    zh, en = "买家未收到商品，应退还货款。", "The buyer does not have the goods, so that their price goes back."


class CreditDue(Refusal):
    """The replacement costs less than was paid, so that the difference goes back with its arrival."""

    kind, code = Kind.CONFLICT, "credit_due"
    zh, en = "换货商品价格较低，应退还差价。", "The replacement costs less, so that the difference goes back."
