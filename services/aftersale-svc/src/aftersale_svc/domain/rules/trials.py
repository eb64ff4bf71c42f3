"""Rules tried on cases of the past."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from aftersale_svc.domain.rules.facts import RequestFacts
from aftersale_svc.domain.rules.matching import first_match
from aftersale_svc.domain.rules.model import Rule, RuleOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRequest:
    """A case of the past: what was known when it was opened, and what was decided first, by which role."""

    case_id: str
    facts: RequestFacts
    decided: str | None
    decided_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What the rules in force and the tried ones do with one case."""

    case_id: str
    now: RuleOutcome
    now_rule: str | None
    then: RuleOutcome
    then_rule: str | None
    decided: str | None
    decided_by: str | None

    @property
    def is_changed(self) -> bool:
        """Whether they do not do the same."""
        return self.now is not self.then


@dataclass(frozen=True, slots=True)
class Trial:
    """The cases that rules were tried on."""

    tried: list[Tried]

    @property
    def outcomes(self) -> dict[str, int]:
        """How many cases have each outcome by the tried rules."""
        counts = Counter(each.then for each in self.tried)
        return {outcome.value: counts[outcome] for outcome in RuleOutcome}


def tried(request: PastRequest, in_force: Sequence[Rule], draft: Sequence[Rule]) -> Tried:
    """What both do with a case."""
    now, then = first_match(in_force, request.facts), first_match(draft, request.facts)
    return Tried(
        case_id=request.case_id,
        now=outcome_of(now),
        now_rule=None if now is None else now.id,
        then=outcome_of(then),
        then_rule=None if then is None else then.id,
        decided=request.decided,
        decided_by=request.decided_by,
    )


def outcome_of(rule: Rule | None) -> RuleOutcome:
    """What the rule does; where none matches, the merchant decides."""
    return RuleOutcome.LEAVE_TO_MERCHANT if rule is None else rule.outcome
