"""What a rule set has to fulfil besides the form of each rule."""

from collections.abc import Sequence

from aftersale_svc.domain.rules.errors import AddressWithoutApproval, CurrenciesDiffer, RangeEmpty, RuleRepeated
from aftersale_svc.domain.rules.model import Document, HistoryCondition, Rule, RuleOutcome


def check_rules(rules: Sequence[Rule], documents: Sequence[Document]) -> None:
    """Refuse a rule set that contradicts itself.

    Raises:
        RuleRepeated: two rules have the same id.
        CurrenciesDiffer, RangeEmpty: bounds of a condition do not fit together.
        AddressWithoutApproval: a rule that does not approve names a return address.
    """
    seen: set[str] = set()
    for place, (rule, document) in enumerate(zip(rules, documents, strict=True)):
        if rule.id in seen:
            raise RuleRepeated(pointer=f"/rules/{place}/id", rule_id=rule.id)
        seen.add(rule.id)
        _check_amounts(document, rule, f"/rules/{place}/when")
        if rule.when.buyer_history is not None:
            _check_history(rule.when.buyer_history, f"/rules/{place}/when/buyer_history")
        if rule.return_address is not None and rule.outcome is not RuleOutcome.APPROVE:
            raise AddressWithoutApproval(pointer=f"/rules/{place}/return_address")


def _check_amounts(document: Document, rule: Rule, pointer: str) -> None:
    when = document.get("when") or {}
    least, most = when.get("amount_from"), when.get("amount_to")
    if least is None or most is None:
        return
    if least["currency"] != most["currency"]:
        raise CurrenciesDiffer(pointer=f"{pointer}/amount_to/currency")
    _check_range(rule.when.least_minor, rule.when.most_minor, f"{pointer}/amount_to/amount")


def _check_history(condition: HistoryCondition, pointer: str) -> None:
    _check_range(condition.least_cases, condition.most_cases, f"{pointer}/most_cases")
    _check_range(condition.least_rejections, condition.most_rejections, f"{pointer}/most_rejections")


def _check_range(least: int | None, most: int | None, pointer: str) -> None:
    if least is not None and most is not None and least > most:
        raise RangeEmpty(pointer=pointer)
