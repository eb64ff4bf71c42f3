"""Rules as the JSON documents that are stored and shown."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from aftersale_svc.domain.cases.codes import CaseType, EvidenceKind, EvidenceNeed, Initiator, Reason, ReasonGroup
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.rules.model import Conditions, Document, HistoryCondition, Rule, RuleOutcome

E = TypeVar("E", bound=StrEnum)
_KNOWN = frozenset(
    [
        "types",
        "reasons",
        "groups",
        "stages",
        "initiators",
        "amount_from",
        "amount_to",
        "sku_prefixes",
        "category_prefixes",
        "has_evidence",
        "evidence_kinds",
        "evidence_needs",
        "evidence_reused",
        "buyer_history",
    ]
)


def rules_of(documents: Iterable[Document]) -> list[Rule]:
    """The rules, up to the first one that has a condition or a code of a newer build.

    What comes after it could only be decided wrongly here, so the merchant decides.
    """
    found = []
    for document in documents:
        try:
            found.append(_rule(document))
        except ValueError:
            break
    return found


def _rule(document: Document) -> Rule:
    return Rule(
        id=document["id"],
        title=document.get("title"),
        outcome=RuleOutcome(document["outcome"]),
        when=_conditions(document.get("when") or {}),
        return_address=document.get("return_address"),
    )


def _conditions(when: Mapping[str, Any]) -> Conditions:  # Any: JSON
    if when.keys() - _KNOWN:
        raise ValueError("a condition of a newer build")
    least, most = when.get("amount_from"), when.get("amount_to")
    history = when.get("buyer_history")
    return Conditions(
        types=_codes(CaseType, when.get("types")),
        reasons=_codes(Reason, when.get("reasons")),
        groups=_codes(ReasonGroup, when.get("groups")),
        stages=_codes(Stage, when.get("stages")),
        initiators=_codes(Initiator, when.get("initiators")),
        least_minor=least and least["amount"],
        most_minor=most and most["amount"],
        currency=(least or most or {}).get("currency"),
        sku_prefixes=tuple(when.get("sku_prefixes") or ()),
        category_prefixes=tuple(when.get("category_prefixes") or ()),
        has_evidence=when.get("has_evidence"),
        evidence_kinds=_codes(EvidenceKind, when.get("evidence_kinds")),
        evidence_reused=when.get("evidence_reused"),
        evidence_needs=_codes(EvidenceNeed, when.get("evidence_needs")),
        buyer_history=HistoryCondition(**history) if history else None,
    )


def _codes(kind: type[E], values: list[str] | None) -> tuple[E, ...]:
    return tuple(kind(value) for value in values or ())
