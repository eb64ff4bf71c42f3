"""The refusals about what is sold, to whom, and how it is received."""

from aftercare_chassis.refusals import Kind, Refusal


class FulfilmentTermsMismatch(Refusal):
    """A line lacks the time that its kind of goods needs, or has one that belongs to another kind."""

    kind, code = Kind.INVALID, "fulfilment_terms_mismatch"
    zh = "预售商品须填写 ships_by，定制商品须填写 production_days，其他商品均不得填写（{field}）。"
    en = "Pre-sale goods have ships_by, goods made to order production_days, and other goods neither ({field})."


class ShipsByNotAhead(Refusal):
    """The promised time to ship has passed, or is too far ahead."""

    kind, code = Kind.INVALID, "ships_by_not_ahead"
    zh = "承诺发货时间须晚于当前时间，且不超过 {days} 天。"
    en = "The promised time to ship must be ahead, by {days} days at most."


class GiftUnfit(Refusal):
    """The line that a gift comes with is none of the other lines, or is a gift itself."""

    kind, code = Kind.INVALID, "gift_unfit"
    zh = "赠品须对应本订单中另一条非赠品商品行（从 0 开始编号）。"
    en = "A gift comes with another line of this order that is no gift itself; lines are numbered from 0."


class GiftNotFree(Refusal):
    """Something is paid for a gift."""

    kind, code = Kind.INVALID, "gift_not_free"
    zh = "赠品行的实付金额须为 0，现为 {paid_minor:money}。"
    en = "Nothing is paid for a gift; for this line it would be {paid_minor:money}."


class PaymentTimeTooLong(Refusal):
    """The order sets more time to pay than this installation permits."""

    kind, code = Kind.INVALID, "payment_time_too_long"
    zh = "付款时限最长为 {most} 分钟。"
    en = "The time to pay is at most {most} minutes."


class VirtualGoods(Refusal):
    """A parcel contains units that have none."""

    kind, code = Kind.INVALID, "virtual_goods"
    zh = "虚拟商品无需物流发货，请直接交付（{line_id}）。"
    en = "These goods are virtual and have no parcel: deliver them without ({line_id})."


class ShippingAddressMissing(Refusal):
    """An order with goods that go into a parcel has no address."""

    kind, code = Kind.INVALID, "shipping_address_missing"
    zh = "订单含需物流发货的商品，须填写收货地址。"
    en = "Goods of this order are sent in a parcel: it needs a shipping address. Virtual goods alone need none."


class NotVirtual(Refusal):
    """Units that need a parcel are delivered without."""

    kind, code = Kind.INVALID, "not_virtual"
    zh = "该商品须通过物流发货（{line_id}）。"
    en = "These goods are shipped in a parcel ({line_id})."


class NoVirtualGoods(Refusal):
    """No virtual goods of the order are left to deliver."""

    kind, code = Kind.CONFLICT, "no_virtual_goods"
    zh, en = "订单已无可交付的虚拟商品。", "No virtual goods of this order are left to deliver."


class GoodsDelivered(Refusal):
    """Virtual goods of the order have been delivered, so that it is not cancelled any more; a case is the way."""

    kind, code = Kind.CONFLICT, "virtual_goods_delivered"
    zh = "虚拟商品已交付，订单不能取消；请申请售后。"
    en = "Virtual goods of this order were delivered, so it cannot be cancelled: open an after-sale case."


class MerchantNeeded(Refusal):
    """An article is read by its number alone, which several merchants may use."""

    kind, code = Kind.INVALID, "merchant_needed"
    zh, en = "请指定商户 merchant_id。", "Name the merchant: merchant_id."


class ReceiptExtensionTooLong(Refusal):
    """The time to confirm the receipt is extended by too many days at once."""

    kind, code = Kind.INVALID, "receipt_extension_too_long"
    zh = "每次最多延长收货 {most} 天。"
    en = "The time to confirm the receipt is extended by {most} days at most."


class ReceiptPeriodOver(Refusal):
    """The time to confirm the receipt has passed."""

    kind, code = Kind.CONFLICT, "receipt_period_over"
    zh, en = "收货期限已过，不能延长。", "The time to confirm the receipt is over and cannot be extended."


class ReceiptExtensionsUsed(Refusal):
    """The time to confirm the receipt was extended as often as it may be."""

    kind, code = Kind.CONFLICT, "receipt_extensions_used"
    zh, en = "延长收货次数已用完。", "The time to confirm the receipt was extended as often as is permitted."


class AddressChangesUsed(Refusal):
    """The buyer has changed the address as often as this installation permits. `ways` as in `AlreadyShipped`."""

    kind, code = Kind.CONFLICT, "address_changes_used"
    zh = "修改收货地址的次数已用完；请联系商家或客服代为修改，或取消订单后重新下单。"
    en = (
        "The buyer has changed the address as often as is permitted: ask the merchant or an agent to change it, or cancel the"
        " order and place it again."
    )


class OnlyVirtualGoods(Refusal):
    """Nothing of the order has a parcel."""

    kind, code = Kind.CONFLICT, "only_virtual_goods"
    zh, en = "该订单仅含虚拟商品。", "This order has virtual goods only."


class OrderingRestricted(Refusal):
    """A restriction of the buyer, the merchant or an article refuses new orders."""

    kind, code = Kind.CONFLICT, "ordering_restricted"
    zh = "下单受限：{subject:or 账号}，原因 {reason}，有效期至 {until:or 另行通知}。如有异议，请联系平台客服并提供限制编号 {restriction_id}。"
    en = (
        "New orders are restricted ({subject:or account}) because of {reason}, until {until:or further notice}. To object, contact the"
        " customer service of the platform and name the restriction {restriction_id}."
    )


class OrderInReview(Refusal):
    """The order cannot be paid before an agent has approved it."""

    kind, code = Kind.CONFLICT, "order_in_review"
    zh, en = "订单正在审核，通过后方可付款。", "The order is in review and can be paid once an agent has approved it."


class OrderNotInReview(Refusal):
    """The order waits for no review."""

    kind, code = Kind.CONFLICT, "order_not_in_review"
    zh, en = "该订单无需审核。", "This order waits for no review."
