"""Deciding about a case by a rule of its merchant, in the transaction that opens it, or that changes what rules judge."""

from collections.abc import Sequence
from dataclasses import dataclass

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.commands import locking
from aftersale_svc.commands.cases import reviews
from aftersale_svc.commands.cases.rule_facts import request_facts
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseState, RequestedLine
from aftersale_svc.domain.merchant_settings.model import SettingKind
from aftersale_svc.domain.rules.documents import rules_of
from aftersale_svc.domain.rules.facts import AppliedRule
from aftersale_svc.domain.rules.matching import first_match
from aftersale_svc.domain.rules.model import OrderToOpen, Rule, RuleOutcome
from aftersale_svc.settings import Settings


@dataclass(frozen=True, slots=True)
class RuleDecision:
    """The rule that decides about a case."""

    rule: Rule
    applied: AppliedRule


async def decision(
    tx: Transaction[Settings], order: OrderToOpen, case: Case, lines: Sequence[RequestedLine]
) -> RuleDecision | None:
    """The rule that decides about a case as it is now; None where the merchant decides."""
    published = order.setting(SettingKind.CASE_RULES)
    if published is None:
        return None
    rules = rules_of(published.content["rules"])
    facts = await request_facts(tx, order, case, lines, rules)
    rule = first_match(rules, facts)
    if rule is None or rule.outcome is RuleOutcome.LEAVE_TO_MERCHANT:
        return None
    return RuleDecision(rule, AppliedRule(published.version, rule.id, facts))


async def take(tx: Transaction[Settings], full: FullCase, order: OrderToOpen, decided: RuleDecision | None) -> FullCase:
    """Do what the rule says with the case. The system does it, as the timer would."""
    if decided is None:
        return full
    system = tx.as_system()
    if decided.rule.outcome is RuleOutcome.MANUAL_REVIEW:
        return await reviews.escalate_by_rule(system, full, decided.applied)
    return await reviews.approve_by_rule(system, full, order, decided.applied, decided.rule.return_address)


async def again(tx: Transaction[Settings], full: FullCase, order: OrderToOpen) -> FullCase:
    """Let the rules that are in force now decide about a case that was saved in this transaction, locked with its order.

    Only while the merchant reviews it: who passes it on to an agent wants a person to decide.
    """
    if full.case.state is not CaseState.PENDING_REVIEW:
        return full
    return await take(tx, full, order, await decision(tx, order, full.case, full.requested))


async def review(tx: Transaction[Settings], case_id: str) -> FullCase:
    """Let the rules decide about a case of which something has changed that is kept beside it. Raises: NotFound."""
    return await again(tx, *await locking.case_to_review(tx, case_id))
