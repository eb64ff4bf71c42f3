"""Refusals of what people say of the freight of a return."""

from aftercare_chassis.refusals import Kind, Refusal


class ReturnFreightNotReimbursed(Refusal):
    """The buyer bears the freight of the return, or nobody has set up to which amount the merchant does."""

    kind, code = Kind.CONFLICT, "return_freight_not_reimbursed"
    zh, en = "该退货的运费不由商家报销。", "The merchant does not reimburse the freight of this return."


class ReturnFreightExceedsLimit(Refusal):
    """More is stated than the merchant reimburses."""

    kind, code = Kind.INVALID, "return_freight_exceeds_limit"
    zh, en = "退货运费最多报销 {most:money}。", "At most {most:money} is reimbursed for the freight of a return."


class AcceptedFreightExceedsStated(Refusal):
    """More is accepted than the buyer has stated, or nothing was stated."""

    kind, code = Kind.INVALID, "accepted_freight_exceeds_stated"
    zh, en = "最多可接受买家申报的运费 {most:money}。", "The buyer has stated {most:money}; more cannot be accepted."


class NoReturnFreightOwed(Refusal):
    """Nothing is owed for the freight of the return, or it was paid before."""

    kind, code = Kind.CONFLICT, "no_return_freight_owed"
    zh, en = "没有需要报销的退货运费。", "Nothing is owed for the freight of the return."


class ReturnFreightInexact(Refusal):
    """Another amount was paid than is owed."""

    kind, code = Kind.INVALID, "return_freight_inexact"
    zh, en = "须报销的退货运费为 {owed:money}，金额须一致。", "Exactly {owed:money} is owed."


STATED = (ReturnFreightNotReimbursed, ReturnFreightExceedsLimit)
