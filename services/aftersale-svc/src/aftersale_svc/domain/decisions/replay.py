"""What other rules would have decided about a request, by the facts that were recorded with the decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from aftersale_svc.domain.cases.codes import CaseType, EvidenceNeed, Initiator, Reason
from aftersale_svc.domain.decisions.facts import time_of
from aftersale_svc.domain.decisions.model import Document
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.rules.facts import EarlierCase, RequestFacts
from aftersale_svc.domain.rules.matching import first_match, looks_at_evidence, looks_at_kinds, looks_at_reuse
from aftersale_svc.domain.rules.model import Rule
from aftersale_svc.domain.rules.trials import outcome_of


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the rules would have decided; `outcome` None: they look at facts that were not recorded, which `missing` names."""

    outcome: str | None
    rule_id: str | None
    missing: list[str]


def replay(facts: Document, rules: Sequence[Rule]) -> Replayed:
    """Judge the recorded facts by these rules."""
    missing = _missing(facts, rules)
    if missing:
        return Replayed(None, None, missing)
    found = first_match(rules, _request(facts))
    return Replayed(outcome_of(found).value, None if found is None else found.id, [])


def _missing(facts: Document, rules: Sequence[Rule]) -> list[str]:
    """The facts that rules look at and the decision has not recorded."""
    needed = {
        "initiator": any(rule.when.initiators for rule in rules),
        "categories": any(rule.when.category_prefixes for rule in rules),
        "evidence_need": any(rule.when.evidence_needs for rule in rules),
        "files": facts["evidence"] and looks_at_evidence(rules),
        "file_kinds": facts["evidence"] and looks_at_kinds(rules),
        "evidence_reused": facts["evidence"] and looks_at_reuse(rules),
        "history": any(rule.when.buyer_history is not None for rule in rules),
    }
    return [name for name, looked_at in needed.items() if looked_at and name not in facts]


def _request(facts: Document) -> RequestFacts:
    lines = facts["lines"]
    return RequestFacts(
        type=CaseType(facts["type"]),
        reason=Reason(facts["reason"]),
        stage=Stage(facts["stage"]),
        initiator=Initiator(facts.get("initiator", Initiator.BUYER)),
        amount_minor=facts["requested_minor"] + facts["freight_minor"],
        currency=facts["currency"],
        skus=tuple(line["sku"] for line in lines),
        categories=tuple(facts.get("categories") or [None for _ in lines]),
        evidence_need=EvidenceNeed(facts.get("evidence_need", EvidenceNeed.NONE)),
        evidence=facts.get("files", 0),
        evidence_kinds=tuple(facts.get("file_kinds", ())),
        evidence_reused=facts.get("evidence_reused", False),
        opened_at=time_of(facts["opened_at"]),
        history=tuple(
            EarlierCase(time_of(past["opened_at"]), past["was_rejected"]) for past in facts.get("history", [])
        ),
    )
