"""Refusals of what people do with a charge."""

from aftercare_chassis.refusals import Kind, Refusal


class NothingOwed(Refusal):
    """The buyer has nothing to pay in this case."""

    kind, code = Kind.CONFLICT, "nothing_owed"
    zh, en = "该售后单没有需要补付的款项。", "Nothing is to be paid in this case."


class ChargeAgreed(Refusal):
    """The buyer has agreed to pay, so that the amount stays."""

    kind, code = Kind.CONFLICT, "charge_already_agreed"
    zh, en = "买家已同意补付，金额不能再更改。", "The buyer has agreed to the amount already."


class ChargeChanged(Refusal):
    """The buyer agrees to another amount than is asked for by now."""

    kind, code = Kind.CONFLICT, "charge_changed"
    zh, en = (
        "金额已变更为 {amount_minor:money}，请确认后再同意。",
        "The amount is {amount_minor:money} by now; look at it again.",
    )


class ChargeNotAgreed(Refusal):
    """The buyer has not agreed to pay."""

    kind, code = Kind.CONFLICT, "charge_not_agreed"
    zh, en = "买家尚未同意补付。", "The buyer has not agreed to the amount."


class ChargePaid(Refusal):
    """The payment was recorded before."""

    kind, code = Kind.CONFLICT, "charge_already_paid"
    zh, en = "补付款项已登记。", "The payment was recorded already."


class ChargeUnpaid(Refusal):
    """The buyer has still to pay before anything is sent."""

    kind, code = Kind.CONFLICT, "charge_unpaid"
    zh, en = "买家尚未补付，暂不能发货。", "The buyer has still to pay; nothing is sent before."


class PaymentStated(Refusal):
    """The buyer has stated a payment, which has to be confirmed or denied first."""

    kind, code = Kind.CONFLICT, "payment_stated"
    zh, en = (
        "买家已声明付款，须先确认或否认到账。",
        "The buyer has stated a payment; that is confirmed or denied first.",
    )


class NoPaymentStated(Refusal):
    """The buyer has stated no payment that could be confirmed or denied."""

    kind, code = Kind.CONFLICT, "no_payment_stated"
    zh, en = "没有等待确认的付款声明。", "There is no stated payment to be confirmed or denied."


class PaymentStatedTooOften(Refusal):
    """The buyer has stated as many payments as a case allows, and each was denied."""

    kind, code = Kind.CONFLICT, "payment_stated_too_often"
    zh, en = (
        "付款声明次数已用完（最多 {most} 次），可转交平台客服或发起维权。",
        "A payment can be stated {most} times; an agent or a dispute decides about it now.",
    )


class PaymentNotDenied(Refusal):
    """No stated payment was denied by the merchant, so that an agent has nothing to decide."""

    kind, code = Kind.CONFLICT, "payment_not_denied"
    zh, en = "商家没有否认付款。", "The merchant has denied no payment."


class PaymentJudged(Refusal):
    """An agent has denied the payment already."""

    kind, code = Kind.CONFLICT, "payment_judged"
    zh, en = "平台客服已核实该付款未到账。", "An agent has found that the payment has not arrived."


class NothingToReturn(Refusal):
    """Nothing that the buyer has paid is owed back, or it was given back before."""

    kind, code = Kind.CONFLICT, "nothing_to_return"
    zh, en = "没有需要退还给买家的补付款项。", "Nothing that the buyer has paid is owed back."


class ChargeReturnInexact(Refusal):
    """Another amount was given back than is owed."""

    kind, code = Kind.INVALID, "charge_return_inexact"
    zh, en = "须退还的补付款项为 {owed:money}，金额须一致。", "Exactly {owed:money} is owed back."


class ChargeReturnByMerchant(Refusal):
    """The amount is above what one agent decides about, and only the merchant records that it was given back."""

    kind, code = Kind.CONFLICT, "charge_return_by_merchant"
    zh, en = (
        "退还 {amount:money} 超过单个客服的权限，只能由商家登记。",
        "{amount:money} is more than one agent decides about: only the merchant records that it was given back.",
    )
