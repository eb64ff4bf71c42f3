"""The refusals of this service. Codes are for programs and never change; sentences are for people, in Chinese and English."""

from aftercare_chassis.refusals import Kind, Refusal


class DiscountExceedsLine(Refusal):
    """A discount is larger than the value of its line."""

    kind, code = Kind.INVALID, "discount_exceeds_line"
    zh = "优惠金额 {discount_minor:money} 超过该行金额 {gross_minor:money}。"
    en = "The discount of {discount_minor:money} is more than the line's value of {gross_minor:money}."


class DiscountExceedsOrder(Refusal):
    """The discounts of an order are larger than what its lines cost."""

    kind, code = Kind.INVALID, "discount_exceeds_order"
    zh = "整单优惠 {discount_minor:money} 超过优惠后剩余金额 {left_minor:money}。"
    en = "The discount of {discount_minor:money} is more than the {left_minor:money} that the lines cost before it."


class TaxExceedsPaid(Refusal):
    """The tax in a line is more than what is paid for it."""

    kind, code = Kind.INVALID, "tax_exceeds_paid"
    zh = "税额 {tax_minor:money} 超过该行实付金额 {paid_minor:money}。"
    en = "The tax of {tax_minor:money} is more than the {paid_minor:money} that are paid for the line."


class DiscountsDoNotAddUp(Refusal):
    """What a discount is made of has another sum than the discount."""

    kind, code = Kind.INVALID, "discounts_do_not_add_up"
    zh = "优惠明细合计 {stated_minor:money}，与该行优惠金额 {discount_minor:money} 不一致。"
    en = "The discounts add up to {stated_minor:money}; the discount of the line is {discount_minor:money}."


class ThresholdNotReached(Refusal):
    """An order does not come to what a discount of it needs."""

    kind, code = Kind.INVALID, "threshold_not_reached"
    zh = "订单优惠前金额为 {value_minor:money}，未达到该优惠的门槛 {threshold_minor:money}。"
    en = "Before its discounts the order comes to {value_minor:money}; this one needs {threshold_minor:money}."


class DiscountRepeated(Refusal):
    """A line, or the order, has two discounts of one kind, funder and threshold."""

    kind, code = Kind.INVALID, "discount_repeated"
    zh = "同一行或整单中每个出资方的每种优惠只能出现一次（{kind_of_discount}，{funder}）。"
    en = "A line, or the order, has each kind of discount of a funder once ({kind_of_discount}, {funder})."


class CurrencyMismatch(Refusal):
    """An amount is in another currency than the order."""

    kind, code = Kind.INVALID, "currency_mismatch"
    zh = "该金额的币种须与订单一致（{currency}）。"
    en = "The amount must be in the order's currency, {currency}."


class AmountTooLarge(Refusal):
    """The order's total is above the limit."""

    kind, code = Kind.INVALID, "amount_too_large"
    zh = "订单总额超出上限 {limit_minor:money}。"
    en = "The order's total is more than the limit of {limit_minor:money}."


class UnknownLine(Refusal):
    """The request names a line that this order does not have."""

    kind, code = Kind.INVALID, "unknown_line"
    zh = "订单中没有该商品行：{line_id}。"
    en = "The order has no such line: {line_id}."


class DuplicateLine(Refusal):
    """The request names the same line twice."""

    kind, code = Kind.INVALID, "duplicate_line"
    zh = "同一商品行重复出现：{line_id}。"
    en = "The same line is named twice: {line_id}."


class QuantityExceedsShippable(Refusal):
    """More units are picked than are left to ship."""

    kind, code = Kind.INVALID, "quantity_exceeds_shippable"
    zh = "该行尚可发货 {shippable} 件，请求 {quantity} 件。"
    en = "{shippable} units of this line are left to ship, {quantity} were asked for."


class NothingLeftToShip(Refusal):
    """Every unit of the order is shipped or withdrawn."""

    kind, code = Kind.CONFLICT, "nothing_left_to_ship"
    zh, en = "订单已无可发货商品。", "Nothing of this order is left to ship."


class UnitsHeldByCase(Refusal):
    """The units have not left, but open after-sale cases hold them because they may be refunded.

    The newest of these cases may have ended a moment ago: the refusal awaits its next event.
    """

    kind, code = Kind.CONFLICT, "units_held_by_case"
    zh = "该行有商品正由售后单 {case_ids} 处理，暂不能发货；现可发货 {free} 件，请求 {quantity} 件。"
    en = "Units of this line are held by {case_ids}; {free} can be shipped now, {quantity} were asked for."


class AllUnitsHeld(UnitsHeldByCase):
    """Every unit of the order that has not left is held by open after-sale cases."""

    zh, en = (
        "订单未发货的商品均由售后单处理，暂不能发货。",
        "All unshipped units of this order are held by after-sale cases.",
    )


class WaybillTaken(Refusal):
    """The waybill is already registered on this order."""

    kind, code = Kind.CONFLICT, "waybill_already_registered"
    zh = "该运单号已登记：{waybill_no}。"
    en = "This waybill is already registered: {waybill_no}."


class OrderNoTaken(Refusal):
    """Another order of the merchant has this number."""

    kind, code = Kind.CONFLICT, "order_no_taken"
    zh = "该商家已有订单使用编号 {order_no}：{order_id}。"
    en = "Another order of the merchant has the number {order_no}: {order_id}."


class UnknownProvider(Refusal):
    """No payment provider of this name is connected."""

    kind, code = Kind.INVALID, "unknown_provider"
    zh = "未接入该支付渠道：{provider}。"
    en = "No such payment provider is connected: {provider}."


class UnknownMethod(Refusal):
    """The payment provider has no such method; or no connected provider has it, where none is named."""

    kind, code = Kind.INVALID, "unknown_method"
    zh = "没有支付渠道支持该支付方式：{method}。可用渠道：{known}。"
    en = "No payment provider takes the method {method} here. Connected are {known}."


class CurrencyNotTaken(Refusal):
    """The payment provider takes no payments in the order's currency."""

    kind, code = Kind.INVALID, "currency_not_taken"
    zh = "支付渠道 {provider} 不支持币种 {currency}。"
    en = "The payment provider {provider} takes no payments in {currency}."


class AmountNotTaken(Refusal):
    """The order's total is more than the payment provider takes at once."""

    kind, code = Kind.INVALID, "amount_not_taken"
    zh = "支付渠道 {provider} 单笔最多支持 {most_minor:money}。"
    en = "The payment provider {provider} takes at most {most_minor:money} at once."


class RefundPeriodOver(Refusal):
    """The payment is too old for its provider to refund it."""

    kind, code = Kind.CONFLICT, "refund_period_over"
    zh = "支付渠道 {provider} 仅支持付款后 {days} 天内退款，请改用线下退款。"
    en = "{provider} refunds up to {days} days after the payment; the money can go back outside the provider."


class TooManyRefunds(Refusal):
    """The payment has as many refunds as its provider makes of one payment."""

    kind, code = Kind.CONFLICT, "too_many_refunds"
    zh = "支付渠道 {provider} 每笔支付最多退款 {most} 次，请改用线下退款。"
    en = "{provider} makes at most {most} refunds of one payment; the money can go back outside the provider."


class PaymentInProgress(Refusal):
    """The order has a payment that the provider has not answered yet."""

    kind, code = Kind.CONFLICT, "payment_in_progress"
    zh = "该订单有一笔支付正在处理中：{payment_id}。"
    en = "A payment of this order is in progress: {payment_id}."


class AfterSaleOpen(Refusal):
    """A case or dispute about this order is open."""

    kind, code = Kind.CONFLICT, "after_sale_open"
    zh = "订单有进行中的售后或纠纷，暂不能执行 {action}。"
    en = "{action} has to wait: a case or dispute about this order is open."


class NotFullyShipped(Refusal):
    """Receipt cannot be confirmed while something is still to be shipped."""

    kind, code = Kind.CONFLICT, "not_fully_shipped"
    zh = "订单尚有商品未发货，暂不能执行 {action}。"
    en = "{action} has to wait: something of this order is still to be shipped."


class AlreadyReceived(Refusal):
    """Receipt was confirmed before."""

    kind, code = Kind.CONFLICT, "already_received"
    zh = "该订单已确认收货。"
    en = "Receipt of this order was confirmed before."


class AlreadyShipped(Refusal):
    """Something of the order has left. `ways` are the codes of what can be done instead (`explanations.OrderWay`)."""

    kind, code = Kind.CONFLICT, "already_shipped"
    zh = "订单已有商品发出，不能执行：{action}。"
    en = "Not possible once something of the order was shipped: {action}."


class OrderPacked(Refusal):
    """The goods are packed for this address. `ways` as in `AlreadyShipped`."""

    kind, code = Kind.CONFLICT, "order_packed"
    zh = "商品已打包，暂不能执行：{action}；商家拆包后可以执行。"
    en = "Not possible while the order is packed: {action}. It is possible again once the merchant has unpacked it."


class PackedNeedsMerchant(Refusal):
    """A buyer cancels a packed order through a case, which the merchant reviews. `ways` as in `AlreadyShipped`."""

    kind, code = Kind.CONFLICT, "packed_needs_merchant"
    zh = "商品已打包，取消须经商家同意：请申请未发货退款，或请商家取消。"
    en = (
        "The order is packed, so that cancelling it needs the merchant's consent: ask for a cancellation before shipment, or ask"
        " the merchant to cancel."
    )


class AlreadyPacked(Refusal):
    """The order is packed."""

    kind, code = Kind.CONFLICT, "already_packed"
    zh, en = "该订单已打包。", "The order is packed already."


class NotPacked(Refusal):
    """The order is not packed."""

    kind, code = Kind.CONFLICT, "not_packed"
    zh, en = "该订单未打包。", "The order is not packed."


class NotRefundable(Refusal):
    """The money belongs to an order that is being fulfilled; only a case gives it back."""

    kind, code = Kind.CONFLICT, "not_refundable"
    zh = "订单状态为 {state}，该笔款项须通过售后退款。"
    en = "The order is {state}: this money goes back through an after-sale case only."


class NothingToRefund(Refusal):
    """All of the payment has been refunded or is on its way."""

    kind, code = Kind.CONFLICT, "nothing_to_refund"
    zh = "该支付已全部退款或正在退款。"
    en = "All of this payment has been refunded or is on its way."


class PeriodInvalid(Refusal):
    """The period ends before it begins."""

    kind, code = Kind.INVALID, "period_invalid"
    zh = "时间段的结束不能早于开始。"
    en = "The period must not end before it begins."
