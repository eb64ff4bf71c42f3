"""What a version of a policy would decide about a request, as far as its clauses state terms for machines.

What clauses only say in words, a person has to judge. Money is in minor units.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from aftersale_svc.domain.cases.codes import CaseType, Money
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.decisions.facts import time_of
from aftersale_svc.domain.decisions.model import Document
from aftersale_svc.domain.policies.model import PolicyVersion

_TERMS = ("types", "window_days", "refund_percent")


class Hindrance(StrEnum):
    """Why a version would not allow a request."""

    TYPE_NOT_POSSIBLE = "type_not_possible"
    WINDOW_PASSED = "window_passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyOutcome:
    """What a version would decide. `allowed` None: it states neither types nor a window. `types` are those that it states,
    `window_ends_at` is when its window ends, None where it states none or the goods were not received. `amount_minor` is what would go
    back of what was asked for, None where it states no share or nothing goes back in a case of this type. `judged_by` are the clauses that were used, `in_words` those
    that state nothing for machines.
    """

    article_id: str
    version: int
    effective_at: datetime
    allowed: bool | None
    hindrances: tuple[Hindrance, ...]
    types: tuple[str, ...]
    window_ends_at: datetime | None
    amount_minor: int | None
    judged_by: tuple[str, ...]
    in_words: tuple[str, ...]


def outcome_of(version: PolicyVersion, facts: Document, received_since: datetime | None) -> PolicyOutcome:
    """Judge the recorded facts of a request by the terms of a version; `received_since` is since when the buyer has its goods."""
    used: dict[str, str] = {}
    types = _stated(version, facts["reason"], "types", used) or []
    days = _stated(version, facts["reason"], "window_days", used)
    percent = _stated(version, facts["reason"], "refund_percent", used)
    ends_at = None if days is None or received_since is None else received_since + timedelta(days=days)
    hindrances = []
    if types and facts["type"] not in types:
        hindrances.append(Hindrance.TYPE_NOT_POSSIBLE)
    if ends_at is not None and time_of(facts["opened_at"]) > ends_at:
        hindrances.append(Hindrance.WINDOW_PASSED)
    return PolicyOutcome(
        article_id=version.article_id,
        version=version.version,
        effective_at=version.effective_at,
        allowed=not hindrances if types or days is not None else None,
        hindrances=tuple(hindrances),
        types=tuple(types),
        window_ends_at=ends_at,
        amount_minor=None
        if percent is None or not goes_back(facts)
        else _amount(facts, percent, is_allowed=not hindrances),
        judged_by=tuple(sorted(set(used.values()), key=_place)),
        in_words=tuple(clause["id"] for clause in version.clauses if clause.keys().isdisjoint(_TERMS)),
    )


def goes_back(facts: Document) -> bool:
    """Whether money goes back in a case of the recorded type."""
    return TYPES[CaseType(facts["type"])].money is Money.REFUND


def _amount(facts: Document, percent: int, *, is_allowed: bool) -> int:
    """The share of what was asked for, rounded down, with the freight that would go back with it."""
    share = facts["requested_minor"] * percent // 100
    return share + facts["freight_minor"] if is_allowed else 0


def _stated(version: PolicyVersion, reason: str, name: str, used: dict[str, str]) -> Any:  # Any: by the term
    """The value of a term: the last one of the clauses that name the reason, else of those that name none; the clause is noted as used."""
    for naming in (True, False):
        found = [each for each in _with_term(version.clauses, name) if _names(each, reason) is naming]
        if found:
            used[name] = found[-1]["id"]
            return found[-1][name]
    return None


def _with_term(clauses: Iterable[Document], name: str) -> list[Document]:
    return [each for each in clauses if each.get(name) is not None]


def _names(clause: Document, reason: str) -> bool | None:
    """Whether the clause names this reason; None where it names others only."""
    reasons = clause.get("reasons")
    return False if not reasons else (True if reason in reasons else None)


def _place(clause_id: str) -> tuple[int, str]:
    return (int(clause_id), "") if clause_id.isdecimal() else (0, clause_id)
