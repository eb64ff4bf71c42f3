"""Rules of merchants and default return addresses, as they are sent and shown."""

from typing import Annotated, Any

from aftercare_chassis.http.schemas import Code, EachOnce, In, Money, Name, Out, Time, Version, example
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import ReturnAddressIn
from aftersale_svc.domain.cases.codes import CaseType, EvidenceKind, EvidenceNeed, Initiator, Reason, ReasonGroup
from aftersale_svc.domain.merchant_settings.model import MerchantSetting, SettingVersion
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.rules.model import MOST_RULES, RuleOutcome
from aftersale_svc.domain.rules.trials import Trial, Tried

Count = Annotated[int, Field(ge=0, le=10_000)]
Prefix = Annotated[str, Field(min_length=1, max_length=100)]
Prefixes = Annotated[list[Prefix], Field(default_factory=list, min_length=1, max_length=100), EachOnce()]
_RULE = {
    "id": "small_defects",
    "title": "小额质量问题直接同意",
    "when": {
        "types": ["refund_only"],
        "groups": ["not_as_promised"],
        "amount_to": {"amount": 5000, "currency": "CNY"},
        "has_evidence": True,
        "buyer_history": {"days": 90, "most_rejections": 0, "most_cases": 3},
    },
    "outcome": "approve",
}


class BuyerHistoryIn(In):
    """What the earlier cases of the buyer at this merchant have to be like. All that is given has to hold."""

    days: Annotated[int, Field(ge=1, le=365)]
    """How many days before the case is opened count."""
    least_cases: Count | None = None
    """At least as many earlier cases."""
    most_cases: Count | None = None
    """At most as many earlier cases."""
    least_rejections: Count | None = None
    """At least as many of them were rejected."""
    most_rejections: Count | None = None
    """At most as many of them were rejected."""


class ConditionsIn(In):
    """When a rule matches: everything that is given has to hold, and what is left out permits everything. An empty list would permit nothing, and is
    refused."""

    types: Annotated[list[CaseType], Field(default_factory=list, min_length=1, max_length=100), EachOnce()]
    """What is asked for is one of these."""
    reasons: Annotated[list[Reason], Field(default_factory=list, min_length=1, max_length=100), EachOnce()]
    """The reason is one of these."""
    groups: Annotated[list[ReasonGroup], Field(default_factory=list, min_length=1, max_length=10), EachOnce()]
    """The group of the reason is one of these."""
    stages: Annotated[list[Stage], Field(default_factory=list, min_length=1, max_length=10), EachOnce()]
    """The goods are at one of these stages."""
    initiators: Annotated[list[Initiator], Field(default_factory=list, min_length=1, max_length=10), EachOnce()]
    """The case is opened by one of these."""
    amount_from: Money | None = None
    """At least this would be paid back, freight included. A case in another currency does not match."""
    amount_to: Money | None = None
    """At most this would be paid back, freight included. A case in another currency does not match."""
    sku_prefixes: Prefixes
    """The article number of every line of the case begins with one of these."""
    category_prefixes: Prefixes
    """The category of every line of the case is known and begins with one of these."""
    has_evidence: bool | None = None
    """Whether the request cites a file that was uploaded for the order and accepted by its check. A hash alone does not count."""
    evidence_kinds: Annotated[list[EvidenceKind], Field(default_factory=list, min_length=1, max_length=10), EachOnce()]
    """The request cites a file of one of these kinds that was uploaded for the order and accepted by its check."""
    evidence_reused: bool | None = None
    """Whether evidence that the request cites was used in another order, case or account, too: the same file, or a picture that looks
    like it, as far as it was uploaded and accepted by then."""
    evidence_needs: Annotated[list[EvidenceNeed], Field(default_factory=list, min_length=1, max_length=10), EachOnce()]
    """Whether the type or reason of the request needs evidence."""
    buyer_history: BuyerHistoryIn | None = None
    """What the buyer has asked of this merchant before."""


class RuleIn(In):
    """One rule. The first that matches a case decides about it: when it is opened, and when what rules judge changes while the merchant reviews it."""

    model_config = example(**_RULE)

    id: Code
    """The merchant's own name of the rule, once in the set; decisions and events name it."""
    title: Name | None = None
    """What it is for, for people."""
    when: Annotated[ConditionsIn, Field(default_factory=ConditionsIn)]
    """When it matches; every case where nothing is given."""
    outcome: RuleOutcome
    """`approve` grants the request as the merchant would, `manual_review` lets an agent decide, `leave_to_merchant` ends the
    search: the merchant decides."""
    return_address: ReturnAddressIn | None = None
    """Where goods are sent back to if this rule approves, in place of the default return address of the merchant."""


def _document(rule: RuleIn) -> dict[str, Any]:  # Any: JSON
    """The rule without the conditions that were left out."""
    document = rule.model_dump(mode="json", exclude_none=True)
    document["when"] = {name: value for name, value in document["when"].items() if value != []}
    return document


class CaseRulesIn(In):
    """The rules of a merchant, in the order in which they are tried. An empty list leaves every case to the merchant."""

    model_config = example(rules=[_RULE])

    rules: Annotated[list[RuleIn], Field(max_length=MOST_RULES)]
    """The first rule that matches decides."""

    def documents(self) -> list[dict[str, Any]]:  # Any: JSON
        """The rules as they are stored."""
        return [_document(rule) for rule in self.rules]


class TryRulesIn(CaseRulesIn):
    """Rules to try, and on how many of the newest cases."""

    model_config = example(rules=[_RULE], cases=200)

    cases: Annotated[int, Field(ge=1, le=500)] = 100
    """How many of the merchant's newest cases are judged."""


class CaseRulesOut(Out):
    """One version of the rules of a merchant."""

    merchant_id: str
    """The merchant whose cases they are about."""
    version: Version
    rules: list[dict[str, Any]]  # Any: JSON
    """The rules in their order, with the fields of `RuleIn`; what was left out is absent."""
    published_by: str
    """Who published this version."""
    published_at: Time
    """When it came into force; a later version takes its place."""

    @classmethod
    def of(cls, row: MerchantSetting | SettingVersion) -> "CaseRulesOut":
        return cls(
            merchant_id=row.merchant_id,
            version=row.version,
            rules=row.content["rules"],
            published_by=row.set_by,
            published_at=row.set_at,
        )


class TriedOut(Out):
    """A case that the rules in force and the tried ones do not treat alike."""

    case_id: str
    """The case."""
    now: RuleOutcome
    """What the rules in force would do with it; `leave_to_merchant` where none matches."""
    now_rule: str | None = None
    """The rule that would do so; null where none matches."""
    then: RuleOutcome
    """What the tried rules would do with it."""
    then_rule: str | None = None
    """The rule that would do so; null where none matches."""
    decided: str | None = None
    """What was really decided first: `approve`, `reject` or `escalate`; null where nothing was."""
    decided_by: str | None = None
    """The role of who decided so, such as `seller`; `system` for timers and rules."""

    @classmethod
    def of(cls, tried: Tried) -> "TriedOut":
        return cls.model_validate(tried)


class TrialOut(Out):
    """What other rules would have done with the newest cases of the merchant. Nothing was changed."""

    cases: int
    """How many cases were judged."""
    outcomes: dict[str, int]
    """How many of them the tried rules would approve, hand to an agent, or leave to the merchant."""
    changed: int
    """How many of them would be treated in another way than by the rules in force."""
    data: list[TriedOut]
    """Those, newest first."""

    @classmethod
    def of(cls, trial: Trial) -> "TrialOut":
        changed = [TriedOut.of(each) for each in trial.tried if each.is_changed]
        return cls(cases=len(trial.tried), outcomes=trial.outcomes, changed=len(changed), data=changed)


class DefaultReturnAddressIn(In):
    """Where the goods of a merchant are sent back to if an approval names no address."""

    model_config = example(
        return_address={"name": "售后仓", "phone": "13900000000", "city": "杭州市", "street": "仓前路 8 号"}
    )

    return_address: ReturnAddressIn
    """Shown to buyers whose return is approved."""


class DefaultReturnAddressOut(Out):
    """Where the goods of a merchant are sent back to if an approval names no address."""

    merchant_id: str
    """The merchant."""
    version: Version
    return_address: dict[str, str]
    """With the fields of `ReturnAddressIn`."""
    updated_at: Time
    """When it was set."""

    @classmethod
    def of(cls, row: MerchantSetting | SettingVersion) -> "DefaultReturnAddressOut":
        return cls(merchant_id=row.merchant_id, version=row.version, return_address=row.content, updated_at=row.set_at)
