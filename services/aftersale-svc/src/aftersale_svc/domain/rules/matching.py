"""Which rule decides about a request: the first that matches."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import StrEnum

from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.rules.facts import RequestFacts
from aftersale_svc.domain.rules.model import Conditions, HistoryCondition, Rule


def first_match(rules: Iterable[Rule], facts: RequestFacts) -> Rule | None:
    """The rule that decides; None where none matches, or the merchant reviews no case of this type: then no rule decides about it."""
    if TYPES[facts.type].lifecycle.initial is not CaseState.PENDING_REVIEW:
        return None
    return next((rule for rule in rules if matches(rule.when, facts)), None)


def matches(when: Conditions, facts: RequestFacts) -> bool:
    """Whether all conditions hold."""
    return (
        _among(facts.type, when.types)
        and _among(facts.reason, when.reasons)
        and _among(facts.group, when.groups)
        and _among(facts.stage, when.stages)
        and _among(facts.initiator, when.initiators)
        and _among(facts.evidence_need, when.evidence_needs)
        and when.has_evidence in (None, bool(facts.evidence))
        and (not when.evidence_kinds or not set(when.evidence_kinds).isdisjoint(facts.evidence_kinds or ()))
        and when.evidence_reused in (None, bool(facts.evidence_reused))
        and (when.currency in (None, facts.currency))
        and _between(facts.amount_minor, when.least_minor, when.most_minor)
        and _all_begin(facts.skus, when.sku_prefixes)
        and _all_begin(facts.categories, when.category_prefixes)
        and (when.buyer_history is None or _fits(when.buyer_history, facts))
    )


def longest_history(rules: Iterable[Rule]) -> timedelta | None:
    """How far back the rules look at a buyer's earlier cases; None where they do not."""
    days = [rule.when.buyer_history.days for rule in rules if rule.when.buyer_history is not None]
    return timedelta(days=max(days)) if days else None


def looks_at_evidence(rules: Iterable[Rule]) -> bool:
    """Whether a rule asks for evidence, of some kind or of any, or for none."""
    return any(rule.when.has_evidence is not None or rule.when.evidence_kinds for rule in rules)


def looks_at_kinds(rules: Iterable[Rule]) -> bool:
    """Whether a rule asks for evidence of some kind."""
    return any(rule.when.evidence_kinds for rule in rules)


def looks_at_reuse(rules: Iterable[Rule]) -> bool:
    """Whether a rule asks for evidence that was used elsewhere, or for none."""
    return any(rule.when.evidence_reused is not None for rule in rules)


def _among(value: StrEnum, allowed: Sequence[StrEnum]) -> bool:
    return not allowed or value in allowed


def _between(value: int, least: int | None, most: int | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _all_begin(values: Sequence[str | None], prefixes: tuple[str, ...]) -> bool:
    return not prefixes or all(value is not None and value.startswith(prefixes) for value in values)


def _fits(condition: HistoryCondition, facts: RequestFacts) -> bool:
    cases, rejections = facts.counted(condition)
    return _between(cases, condition.least_cases, condition.most_cases) and _between(
        rejections, condition.least_rejections, condition.most_rejections
    )
