"""Which rule of a merchant decides about a request."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aftersale_svc.domain.cases.codes import CaseType, EvidenceNeed, Initiator, Reason
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.rules.documents import rules_of
from aftersale_svc.domain.rules.facts import EarlierCase, RequestFacts
from aftersale_svc.domain.rules.matching import first_match, longest_history
from aftersale_svc.domain.rules.model import RuleOutcome

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REQUEST = RequestFacts(
    type=CaseType.REFUND_ONLY,
    reason=Reason.QUALITY_DEFECT,
    stage=Stage.POST_RECEIPT,
    initiator=Initiator.BUYER,
    amount_minor=4999,
    currency="CNY",
    skus=("KETTLE-1", "KETTLE-2"),
    categories=("kitchen.kettles", "kitchen.kettles"),
    evidence_need=EvidenceNeed.ADVISED,
    evidence=1,
    evidence_kinds=("photo", "video"),
    opened_at=NOW,
    history=(
        EarlierCase(NOW - timedelta(days=10), was_rejected=True),
        EarlierCase(NOW - timedelta(days=40), was_rejected=False),
    ),
)


def document(id_: str = "one", outcome: str = "approve", **when: Any) -> dict[str, Any]:
    return {"id": id_, "outcome": outcome, "when": when}


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


MATCHING: list[dict[str, Any]] = [
    {},
    {"types": ["refund_only", "return_refund"]},
    {"reasons": ["quality_defect"]},
    {"groups": ["not_as_promised"]},
    {"stages": ["post_receipt"]},
    {"initiators": ["buyer"]},
    {"amount_to": cny(4999)},
    {"amount_from": cny(4999)},
    {"sku_prefixes": ["KETTLE-"]},
    {"category_prefixes": ["garden", "kitchen"]},
    {"has_evidence": True},
    {"evidence_kinds": ["video"]},
    {"evidence_kinds": ["document", "photo"]},
    {"evidence_needs": ["advised"]},
    {"buyer_history": {"days": 30, "most_cases": 1, "least_cases": 1, "most_rejections": 1}},
    {"buyer_history": {"days": 41, "least_cases": 2, "least_rejections": 1}},
]
OTHERS: list[dict[str, Any]] = [
    {"types": ["return_refund"]},
    {"reasons": ["changed_mind"]},
    {"groups": ["delivery"]},
    {"stages": ["pre_ship"]},
    {"initiators": ["merchant", "agent"]},
    {"amount_to": cny(4998)},
    {"amount_from": cny(5000)},
    {"amount_to": {"amount": 10_000, "currency": "USD"}},
    {"sku_prefixes": ["KETTLE-1"]},
    {"category_prefixes": ["garden"]},
    {"has_evidence": False},
    {"evidence_kinds": ["document", "test_report"]},
    {"evidence_needs": ["required", "none"]},
    {"buyer_history": {"days": 41, "most_cases": 1}},
    {"buyer_history": {"days": 30, "most_rejections": 0}},
    {"types": ["refund_only"], "stages": ["pre_ship"]},
]


@pytest.mark.parametrize("when", MATCHING, ids=str)
def test_a_rule_matches_where_all_its_conditions_hold(when: dict[str, Any]) -> None:
    assert first_match(rules_of([document(**when)]), REQUEST) is not None


@pytest.mark.parametrize("when", OTHERS, ids=str)
def test_a_rule_does_not_match_where_one_condition_does_not_hold(when: dict[str, Any]) -> None:
    assert first_match(rules_of([document(**when)]), REQUEST) is None


def test_no_rule_decides_about_what_the_merchant_does_not_review() -> None:
    decided = {
        each
        for each in CaseType
        if first_match(rules_of([document(outcome="manual_review")]), replace(REQUEST, type=each)) is not None
    }
    assert set(CaseType) - decided == {CaseType.CONSULT, CaseType.REFUSED_DELIVERY}


def test_a_category_that_is_not_known_matches_no_condition() -> None:
    unknown = replace(REQUEST, categories=("kitchen", None))
    assert first_match(rules_of([document(category_prefixes=["kitchen"])]), unknown) is None


def test_the_first_rule_that_matches_decides() -> None:
    rules = rules_of(
        [document("a", stages=["pre_ship"]), document("b", "manual_review"), document("c", "leave_to_merchant")]
    )
    found = first_match(rules, REQUEST)
    assert found is not None
    assert (found.id, found.outcome) == ("b", RuleOutcome.MANUAL_REVIEW)


def test_no_outcome_rejects() -> None:
    assert set(RuleOutcome) == {"approve", "manual_review", "leave_to_merchant"}


@pytest.mark.parametrize("newer", [{"weather": "rain"}, {"types": ["teleport"]}], ids=str)
def test_rules_of_a_newer_build_and_those_behind_them_are_left_to_the_merchant(newer: dict[str, Any]) -> None:
    rules = rules_of([document("a", stages=["pre_ship"]), document("b", "manual_review", **newer), document("c")])
    assert [rule.id for rule in rules] == ["a"]
    assert first_match(rules, REQUEST) is None


def test_a_history_is_looked_at_only_as_far_as_rules_need_it() -> None:
    assert longest_history(rules_of([document()])) is None
    rules = rules_of([document(buyer_history={"days": 7}), document("b", buyer_history={"days": 90})])
    assert longest_history(rules) == timedelta(days=90)
