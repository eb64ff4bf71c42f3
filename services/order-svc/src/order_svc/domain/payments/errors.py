"""The refusals of payments that pay a part of an order, and of the plans that they follow."""

from aftercare_chassis.refusals import Kind, Refusal


class AmountExceedsLeft(Refusal):
    """A payment is of nothing, or of more than what is left to pay now, beside the payments that are in progress."""

    kind, code = Kind.INVALID, "amount_exceeds_left"
    zh = "本次支付金额 {amount_minor:money} 须大于 0 且不超过当前待付金额 {left_minor:money}。"
    en = "{amount_minor:money} cannot be paid: an amount above zero and at most {left_minor:money} can be paid now."


class AmountExceedsAuthorised(Refusal):
    """A capture is of nothing, or of more than what the payment authorises and the order needs."""

    kind, code = Kind.INVALID, "amount_exceeds_authorised"
    zh = "请款金额 {amount_minor:money} 须大于 0 且不超过可请款金额 {most_minor:money}。"
    en = "{amount_minor:money} cannot be captured: an amount above zero and at most {most_minor:money} can be."


class AmountTooSmall(Refusal):
    """The amount is less than the payment provider takes."""

    kind, code = Kind.INVALID, "amount_too_small"
    zh = "支付渠道 {provider} 单笔最少支付 {least_minor:money}。"
    en = "The payment provider {provider} takes at least {least_minor:money}."


class AmountNotDivisible(Refusal):
    """The payment provider takes multiples of some minor units of this currency only."""

    kind, code = Kind.INVALID, "amount_not_divisible"
    zh = "支付渠道 {provider} 的 {currency} 金额须为 {step_minor:money} 的整数倍。"
    en = "The payment provider {provider} takes multiples of {step_minor:money} of {currency} only."


class AuthorisationNotOffered(Refusal):
    """The provider takes payments at once only."""

    kind, code = Kind.INVALID, "authorisation_not_offered"
    zh = "支付渠道 {provider} 不支持预授权，请使用 automatic 方式。"
    en = "The provider {provider} does not authorise payments: `capture` can only be `automatic` with it."


class PayerRequired(Refusal):
    """The payment method needs the buyer's id at the provider, and the request does not state it."""

    kind, code = Kind.INVALID, "payer_required"
    zh = "支付方式 {method} 须提供买家在支付渠道的标识 payer_id（微信支付为 openid）。"
    en = "The payment method {method} needs `payer_id`, the buyer's id at the provider: at WeChat Pay the openid."


class PayerNotTaken(Refusal):
    """The request states the buyer's id at the provider, which the payment method does not need: it is not stored."""

    kind, code = Kind.INVALID, "payer_not_taken"
    zh = "支付方式 {method} 不需要 payer_id，请勿提供。"
    en = "The payment method {method} does not need `payer_id`: leave it out."


class TooManyPayments(Refusal):
    """The order has as many payments as it may have, pending or made."""

    kind, code = Kind.CONFLICT, "too_many_payments"
    zh = "一个订单最多分 {most} 笔支付。"
    en = "An order is paid in at most {most} payments."


class PaymentPlanned(Refusal):
    """The order is paid by a plan, whose due times count."""

    kind, code = Kind.CONFLICT, "payment_planned"
    zh = "该订单按付款计划支付。"
    en = "The order is paid by a plan."


class NotAuthorised(Refusal):
    """What the order needs is not authorised."""

    kind, code = Kind.CONFLICT, "not_authorised"
    zh = "订单所需款项未获预授权。"
    en = "What the order needs is not authorised."


class PlanDoesNotAddUp(Refusal):
    """The parts of a payment plan have another sum than the order."""

    kind, code = Kind.INVALID, "plan_does_not_add_up"
    zh = "付款计划合计 {stated_minor:money}，与订单总额 {total_minor:money} 不一致。"
    en = "The parts of the payment plan add up to {stated_minor:money}; the total of the order is {total_minor:money}."


class InstalmentEmpty(Refusal):
    """A part of a payment plan is of nothing."""

    kind, code = Kind.INVALID, "instalment_empty"
    zh = "付款计划中每一期的金额须大于 0。"
    en = "Each part of the payment plan has to be above zero."


class InstalmentMisplaced(Refusal):
    """A deposit is not the first part of a payment plan, or a balance not the last, or there is no other part beside it."""

    kind, code = Kind.INVALID, "instalment_misplaced"
    zh = "定金须为第一期，尾款须为最后一期，且不能是唯一的一期（{instalment}）。"
    en = "A deposit is the first part, a balance the last, and neither is the only one ({instalment})."


class DueTimesDisordered(Refusal):
    """A part of a payment plan is due in the past, or before the part before it."""

    kind, code = Kind.INVALID, "due_times_disordered"
    zh = "每一期的付款期限须晚于当前时间，且不早于前一期。"
    en = "Each part of the payment plan is due in the future, and not before the part before it."


class DueTimeTooLate(Refusal):
    """A part of a payment plan is due later than this installation permits: its stock is reserved as long."""

    kind, code = Kind.INVALID, "due_time_too_late"
    zh = "该期付款期限最晚为下单后 {most} 小时，即 {latest}。"
    en = "This part of the payment plan is due at most {most} hours after the order is placed: by {latest}."


class PartyCannotDecide(Refusal):
    """Who acts for the platform is the buyer, or belongs to the merchant, of the order."""

    kind, code = Kind.CONFLICT, "party_cannot_decide"
    zh, en = (
        "交易一方不能代表平台处理该订单。",
        "A party of the order does not act for the platform in it.",
    )


class NothingOwed(Refusal):
    """No refund that order-svc has made by itself has failed for good, or all of its money is back, or may still come back."""

    kind, code = Kind.CONFLICT, "nothing_owed"
    zh = "该支付没有因退款失败而仍欠买家的款项。"
    en = "No refund of this payment has failed whose money the buyer is still owed."


class AmountExceedsOwed(Refusal):
    """The refund is of nothing, or of more than failed refunds of the payment were to give back and is still owed."""

    kind, code = Kind.INVALID, "amount_exceeds_owed"
    zh = "登记金额 {amount_minor:money} 须大于 0 且不超过仍欠买家的 {owed_minor:money}。"
    en = "{amount_minor:money} cannot be recorded: at most {owed_minor:money} is owed to the buyer, and an amount is above zero."


class RefundReferenceTaken(Refusal):
    """The payment has a refund with this reference that was made in another way, or of another amount."""

    kind, code = Kind.CONFLICT, "refund_reference_taken"
    zh = "该支付已有凭证号 {reference} 的退款（{refund_id}），金额或方式不同。"
    en = "The payment has a refund with the reference {reference}: {refund_id}, of another amount or made in another way."


class EvidenceRequired(Refusal):
    """A merchant records a refund without the proof of it."""

    kind, code = Kind.INVALID, "evidence_required"
    zh = "商家登记线下退款须附凭证。"
    en = "A merchant who records a refund adds the proof that the money was given back."
