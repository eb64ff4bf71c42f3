"""Refusals of verdicts."""

from aftercare_chassis.refusals import Kind, Refusal


class AmountExceedsPaid(Refusal):
    """A verdict awards more than is left of what was paid for the case's units and their freight."""

    kind, code = Kind.INVALID, "amount_exceeds_paid"
    zh, en = (
        "金额超过该售后单剩余可退金额（{left:money}）。",
        "More than what is left of the money paid ({left:money}).",
    )


class AmountMissing(Refusal):
    """A verdict orders a refund without an amount above zero."""

    kind, code = Kind.INVALID, "amount_missing"
    zh, en = "判决退款时必须给出大于零的金额。", "A verdict that orders a refund names an amount above zero."


class AmountWithoutRefund(Refusal):
    """A verdict names an amount and orders no refund."""

    kind, code = Kind.INVALID, "amount_without_refund"
    zh, en = "不退款的判决不能带金额。", "A verdict without a refund names no amount."


class CurrencyForeign(Refusal):
    """The amount is in another currency than the order."""

    kind, code = Kind.INVALID, "currency_mismatch"
    zh, en = "币种必须与订单一致（{currency}）。", "The order's currency is {currency}."
