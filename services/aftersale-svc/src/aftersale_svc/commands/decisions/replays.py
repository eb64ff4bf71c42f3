"""What another version of rules or of a policy would have decided. Nothing is changed."""

from dataclasses import dataclass

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from aftersale_svc.domain.decisions.facts import received_then
from aftersale_svc.domain.decisions.model import Decision, Document
from aftersale_svc.domain.decisions.proposed import decisions_for
from aftersale_svc.domain.decisions.replay import Replayed, replay
from aftersale_svc.domain.merchant_settings.model import SettingKind
from aftersale_svc.domain.permissions import BUYER
from aftersale_svc.domain.policies.errors import NothingCited, PolicyUnknown, RulesOfMerchant
from aftersale_svc.domain.policies.model import PolicyVersion, changes
from aftersale_svc.domain.policies.terms import PolicyOutcome, outcome_of
from aftersale_svc.domain.rules.documents import rules_of
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.merchant_settings import SETTING_OF, VERSION_OF
from aftersale_svc.tables.decisions.decisions import DECISIONS
from aftersale_svc.tables.decisions.policies import VERSIONS_OF_POLICIES
from aftersale_svc.tables.orders import ORDER


@dataclass(frozen=True, slots=True)
class Comparison:
    """A decision beside what other versions would have decided; None where no other version was named."""

    decision: Decision
    by_rules: Replayed | None
    by_policy: list[Document] | None
    outcomes: tuple[PolicyOutcome, ...] = ()


async def compare(
    read: Reader[Settings], decision_id: str, *, rules_version: int | None, policy: int | None
) -> Comparison:
    """Judge the facts of a decision by another version of the merchant's rules, or by the terms of another version of the policies that
    it cites, and compare what it cites of them.

    Raises:
        NotFound: there is no such decision, or this actor may not see it; or no such version of the rules.
        RulesOfMerchant: a buyer asks about rules.
        NothingCited: a version of the policy is named, and the decision cites none.
        PolicyUnknown: no policy that the decision cites has such a version.
    """
    decision = await read.get(DECISIONS, decision_id)
    if not decisions_for(read.actor.role, [decision]):
        raise NotFound(what=DECISIONS.name)
    by_rules = None if rules_version is None else await _by_rules(read, decision, rules_version)
    if policy is None:
        return Comparison(decision, by_rules, None)
    others = await _versions(read, decision, policy)
    order = await read.one(ORDER, order_id=decision.order_id)
    received_since = received_then(decision, order)
    outcomes = tuple(outcome_of(other, decision.facts, received_since) for other in others.values())
    return Comparison(decision, by_rules, changes(decision, others), outcomes)


async def _by_rules(read: Reader[Settings], decision: Decision, number: int) -> Replayed:
    if read.actor.role in BUYER.roles:
        raise RulesOfMerchant()
    found = await read.one(VERSION_OF, merchant_id=decision.merchant_id, kind=SettingKind.CASE_RULES, number=number)
    if found is None:
        raise NotFound(what=SettingKind.CASE_RULES)
    return replay(decision.facts, rules_of(found.content["rules"]))


async def _versions(read: Reader[Settings], decision: Decision, number: int) -> dict[str, PolicyVersion]:
    """This version of each policy that the decision cites, by its article. Raises: NothingCited, PolicyUnknown."""
    article_ids = sorted({each["article_id"] for each in decision.policy})
    if not article_ids:
        raise NothingCited(pointer="/policy", newest_rules=await _newest_rules(read, decision))
    versions = await read.all(VERSIONS_OF_POLICIES, article_ids=article_ids)
    others = {each.article_id: each for each in versions if each.version == number}
    if not others:
        raise PolicyUnknown(pointer="/policy", versions=sorted({each.version for each in versions}))
    return others


async def _newest_rules(read: Reader[Settings], decision: Decision) -> int | None:
    if read.actor.role in BUYER.roles:
        return None
    rules = await read.one(SETTING_OF, merchant_id=decision.merchant_id, kind=SettingKind.CASE_RULES)
    return None if rules is None else rules.version
