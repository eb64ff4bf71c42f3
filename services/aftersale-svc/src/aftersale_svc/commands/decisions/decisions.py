"""How a decision is recorded: a row that is inserted with the change that it causes, and the fields of its event."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypedDict

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM

from aftersale_svc.commands.decisions import citations
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.reasons import REASONS_VERSION
from aftersale_svc.domain.courier_claims.model import CourierClaim
from aftersale_svc.domain.decisions.actions import decision_of, decision_of_claim
from aftersale_svc.domain.decisions.facts import facts_of, facts_of_claim, facts_of_dispute
from aftersale_svc.domain.decisions.model import Decision, DecisionBasis, DecisionKind, Document
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim
from aftersale_svc.domain.permissions import check_decider
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim
from aftersale_svc.domain.rules.facts import AppliedRule
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES
from aftersale_svc.tables.cases.legs import full_cases
from aftersale_svc.tables.decisions.decisions import DECIDERS_OF_CASE, DECISIONS
from aftersale_svc.tables.disputes.lab_tests import TESTS_OF_DISPUTE


class DecisionFields(TypedDict, total=False):
    """What the event of a decision carries besides."""

    decision_id: str
    rules_version: int
    rule_id: str
    policy_article_id: str
    policy_version: int


NOTHING: Mapping[str, Any] = {}  # Any: JSON


async def of_action(
    tx: Transaction[Settings], full: FullCase, action: str | None, policy: Sequence[Citation] = ()
) -> str | None:
    """Record what is decided by an action that is a decision as a whole, and what that cites; its id, None where it is none.

    Raises:
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    found = decision_of(action, tx.actor.role)
    return None if found is None else (await record(tx, full, *found, policy=policy))["decision_id"]


async def deciders(tx: Transaction[Settings], case_id: str) -> list[str]:
    """The people who have decided about a case so far, disputes included: they decide no other dispute about it, and no appeal."""
    return [row["decided_by"] for row in await tx.all(DECIDERS_OF_CASE, case_id=case_id)]


async def end_of_dispute(
    tx: Transaction[Settings],
    full: FullCase,
    dispute: Dispute,
    kind: DecisionKind,
    outcome: str,
    amount_minor: int,
    cites: list[Document] | None = None,
) -> DecisionFields:
    """Record how a locked dispute is decided, by the facts of both sides. `amount_minor` is what is decided, in minor units."""
    tests = await tx.all(TESTS_OF_DISPUTE, dispute_id=dispute.id) if dispute.lab_tests else []
    besides = facts_of_dispute(full, dispute, amount_minor, tests)
    return await record(tx, full, kind, outcome, dispute_id=dispute.id, cites=cites, besides=besides)


async def about_claim(
    tx: Transaction[Settings],
    claim: GuaranteeClaim | CourierClaim | RefusedGoodsClaim,
    action: StrEnum,
    *,
    amount_minor: int = 0,
    reason: str | None = None,
    outcome: str | None = None,
    policy: Sequence[Citation] = (),
) -> DecisionFields:
    """Record what is decided by an action of a locked claim, by the facts of it and of its case; nothing where it is no decision.

    `amount_minor` is what is owed by it, in minor units; `outcome` takes the place of that of the action, where it is only proposed.

    Raises:
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    found = decision_of_claim(action, tx.actor.role)
    if found is None:
        return DecisionFields()
    case = await tx.get(CASES, claim.case_id)
    [full] = await full_cases(tx, [case])
    besides = {**facts_of_claim(claim), "awarded_minor": amount_minor}
    kind, code = found
    return await record(
        tx, full, kind, outcome or code, reason=reason, claim_id=claim.id, policy=policy, besides=besides
    )


async def record(
    tx: Transaction[Settings],
    full: FullCase,
    kind: DecisionKind,
    outcome: str,
    *,
    reason: str | None = None,
    rule: AppliedRule | None = None,
    dispute_id: str | None = None,
    claim_id: str | None = None,
    policy: Sequence[Citation] = (),
    cites: list[Document] | None = None,
    besides: Mapping[str, Any] = NOTHING,  # Any: JSON
) -> DecisionFields:
    """Record a decision about a locked case; the fields that its event carries.

    `full` is the case by which it was decided, before the decision. Call it once what was asked for is known to be possible.
    Where `policy` cites nothing, the policy in force for such a decision is cited, if there is one. `cites` are citations that
    were resolved before, `besides` are facts that the case does not have.

    Raises:
        PersonNeeded: a program would decide for the platform.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    if rule is None:
        check_decider(tx.actor)
    case, cites = full.case, await citations.resolve(tx, full.case, kind, policy) if cites is None else cites
    decision = Decision(
        id=tx.new_id("dec"),
        case_id=case.id,
        dispute_id=dispute_id,
        claim_id=claim_id,
        order_id=case.order_id,
        buyer_id=case.buyer_id,
        merchant_id=case.merchant_id,
        kind=kind,
        outcome=outcome,
        reason=reason,
        basis=_basis(tx, rule),
        decided_by=tx.actor.id,
        decided_by_role=tx.actor.role,
        decided_at=tx.now,
        rules_version=None if rule is None else rule.rules_version,
        rule_id=None if rule is None else rule.rule_id,
        reasons_version=case.reasons_version or REASONS_VERSION,
        policy=cites,
        facts={**facts_of(full, None if rule is None else rule.facts), **besides},
    )
    await tx.insert_last(DECISIONS, decision)
    return _fields(decision)


def _fields(decision: Decision) -> DecisionFields:
    fields = DecisionFields(decision_id=decision.id)
    if decision.rules_version is not None and decision.rule_id is not None:
        fields |= DecisionFields(rules_version=decision.rules_version, rule_id=decision.rule_id)
    if decision.policy:
        first = decision.policy[0]
        fields |= DecisionFields(policy_article_id=first["article_id"], policy_version=first["version"])
    return fields


def _basis(tx: Transaction[Settings], rule: AppliedRule | None) -> DecisionBasis:
    if rule is not None:
        return DecisionBasis.RULE
    return DecisionBasis.TIMER if tx.actor == SYSTEM else DecisionBasis.PERSON
