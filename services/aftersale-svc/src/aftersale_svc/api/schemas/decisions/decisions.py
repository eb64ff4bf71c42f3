"""Decisions as they are shown."""

from typing import Any

from aftercare_chassis.http.schemas import Money, Out, Time

from aftersale_svc.commands.decisions.replays import Comparison
from aftersale_svc.domain.decisions.model import DecisionBasis, DecisionKind
from aftersale_svc.domain.policies.terms import Hindrance, PolicyOutcome, goes_back


class DecisionOut(Out):
    """One decision about a case, or a claim beside it: what was decided, by whom or by which rule, and the facts used. It never changes."""

    id: str
    """Identifies the decision: `dec_…`. The event of the decision carries it as `decision_id`."""
    case_id: str
    """The case that it is about."""
    dispute_id: str | None = None
    """The dispute that it ended; null where there was none."""
    claim_id: str | None = None
    """The claim beside the case that it is about; null where it is about none."""
    kind: DecisionKind
    """Which decision of the case it is."""
    outcome: str
    """What was decided: `approved`, `rejected`, `handed_over` to an agent, `accepted` or `refused` goods, `refunded`, `closed`,
    `confirmed` where a verdict stays after an appeal, `agreed`, `owed`, `nothing_owed` or `given_up` of a claim, the remedy of a verdict or of a settlement, or another code of what was done."""
    reason: str | None = None
    """The code of the reason for a rejection; null otherwise."""
    basis: DecisionBasis
    """Whether a person, the timer of a deadline, or a rule of the merchant decided."""
    decided_by: str
    """Who decided; `system` for timers and rules."""
    decided_by_role: str
    """The role of who decided."""
    decided_at: Time
    """When."""
    rules_version: int | None = None
    """The version of the merchant's rules; null where no rule decided."""
    rule_id: str | None = None
    """The rule of that version; null where no rule decided."""
    reasons_version: int
    """The version of the table of reasons."""
    policy: list[dict[str, Any]]  # Any: JSON
    """The policies that it cites: what whoever decided has named, or else the one in force about the reason or the
    type of the case, or for this kind of decision. Each with the digest of its text and of the clause, or of all its clauses."""
    no_policy_published: bool
    """Whether it cites nothing, because no policy for this kind of decision was in force."""
    facts: dict[str, Any]  # Any: JSON
    """What was known of the case: codes, amounts in minor units of `currency`, units and counts; where rules looked at evidence, how many
    checked files it cited (`files`) and of which kinds (`file_kinds`)."""


class DecisionsOut(Out):
    """The decisions about a case, oldest first."""

    data: list[DecisionOut]
    """Those that were made so far."""


class CitationChangeOut(Out):
    """How the other version of the policy treats one citation."""

    article_id: str
    """The policy."""
    clause_id: str | None = None
    """The clause; null where the whole policy is cited."""
    version: int
    """The version that the decision cites."""
    change: str
    """`unchanged`, `changed`, `gone` where the other version has no such clause, or `not_comparable` where this policy has no such
    version."""


class PolicyOutcomeOut(Out):
    """What another version of a policy would decide about the request, as far as its clauses state that for machines."""

    article_id: str
    """The policy."""
    version: int
    """Its version."""
    effective_at: Time
    """From when it is in force."""
    allowed: bool | None = None
    """Whether the request is possible; null where the version states neither types nor a window for machines."""
    hindrances: list[Hindrance]
    """Why it is not."""
    types: list[str]
    """The types of cases that are possible for the reason of the request; empty where the version does not state them."""
    window_ends_at: Time | None = None
    """When the window of this version ends; null where it states none, or the goods were not received."""
    amount: Money | None = None
    """What would go back, with the freight that was decided by; null where the version states no share, or
    nothing goes back in a case of this type."""
    judged_by: list[str]
    """The clauses whose terms were used."""
    in_words: list[str]
    """The clauses that state nothing for machines: what follows from them, a person has to judge."""

    @classmethod
    def of(cls, found: PolicyOutcome, currency: str) -> "PolicyOutcomeOut":
        minor = found.amount_minor
        return cls(
            article_id=found.article_id,
            version=found.version,
            effective_at=found.effective_at,
            allowed=found.allowed,
            hindrances=list(found.hindrances),
            types=list(found.types),
            window_ends_at=found.window_ends_at,
            amount=None if minor is None else Money.of(minor, currency),
            judged_by=list(found.judged_by),
            in_words=list(found.in_words),
        )


class ReplayOut(Out):
    """A decision beside what another version would have decided."""

    decision_id: str
    """The decision."""
    outcome: str
    """What was decided."""
    rules_outcome: str | None = None
    """What the rules of that version would have done: `approve`, `manual_review` or `leave_to_merchant`; null where none was named,
    or they look at what was not recorded."""
    rule_id: str | None = None
    """The rule that would have decided; null where none matches."""
    missing: list[str]
    """The facts that these rules look at and that were not recorded with the decision."""
    citations: list[CitationChangeOut]
    """What the decision cites, compared with the other version of the policy; empty where none was named."""
    unchanged: bool | None = None
    """Whether all that is cited was compared, and is unchanged in the other version; null where no policy was named."""

    policy_outcomes: list[PolicyOutcomeOut]
    """What that version of each cited policy would decide; empty where none was named."""
    decided_amount: Money
    """What was decided about: the amount awarded, else what was asked for with its freight; 0 where nothing goes
    back in a case of this type."""

    @classmethod
    def of(cls, found: Comparison) -> "ReplayOut":
        rules, policy, facts = found.by_rules, found.by_policy, found.decision.facts
        asked = facts["requested_minor"] + facts["freight_minor"] if goes_back(facts) else 0
        decided = facts.get("awarded_minor", asked)
        return cls(
            policy_outcomes=[PolicyOutcomeOut.of(each, facts["currency"]) for each in found.outcomes],
            decided_amount=Money.of(decided, facts["currency"]),
            decision_id=found.decision.id,
            outcome=found.decision.outcome,
            rules_outcome=None if rules is None else rules.outcome,
            rule_id=None if rules is None else rules.rule_id,
            missing=[] if rules is None else rules.missing,
            citations=[CitationChangeOut.model_validate(each) for each in policy or []],
            unchanged=None if policy is None else all(each["change"] == "unchanged" for each in policy),
        )
