"""Refusals of what merchants publish."""

from aftercare_chassis.refusals import Kind, Refusal


class RuleRepeated(Refusal):
    """Two rules of a set have the same id."""

    kind, code = Kind.INVALID, "rule_repeated"
    zh, en = "规则编号重复：{rule_id}。", "Two rules have the id {rule_id}."


class RangeEmpty(Refusal):
    """The lower bound of a condition is above the upper one, so nothing would ever match."""

    kind, code = Kind.INVALID, "range_empty"
    zh, en = "下限不能大于上限。", "The lower bound is above the upper one."


class CurrenciesDiffer(Refusal):
    """The bounds of an amount are in different currencies."""

    kind, code = Kind.INVALID, "currencies_differ"
    zh, en = "金额上下限的币种必须一致。", "Both bounds of an amount need the same currency."


class AddressWithoutApproval(Refusal):
    """A rule that does not approve names a return address."""

    kind, code = Kind.INVALID, "return_address_unused"
    zh, en = "只有批准申请的规则才能给出退货地址。", "Only a rule that approves names a return address."
