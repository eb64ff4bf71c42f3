"""Our copy of the policies that kb-svc has published, and how decisions cite them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftersale_svc.domain.decisions.model import Decision, Document

LANGUAGE = "zh-CN"
"""The binding text of a policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One published version of a policy. `clauses` are objects with `id`, `hash` and perhaps terms for machines; older events have none.

    It is in force from `effective_at` until another one is, or until `effective_until`; never where it was withdrawn before.
    """

    article_id: str
    version: int
    slug: str
    language: str
    effective_at: datetime
    body_hash: str
    clauses: list[dict[str, Any]]  # Any: JSON
    effective_until: datetime | None = None
    withdrawn_at: datetime | None = None

    def clause_hash(self, clause_id: str) -> str | None:
        """The digest of a clause; None where the version does not have it."""
        return next((clause["hash"] for clause in self.clauses if clause["id"] == clause_id), None)


def in_force(versions: Iterable[PolicyVersion], at: datetime) -> PolicyVersion | None:
    """The one of these versions of a policy that is in force at a time: the last that took effect, unless its time has ended."""
    begun = [each for each in versions if each.effective_at <= at and each.withdrawn_at is None]
    last = max(begun, key=lambda each: (each.effective_at, each.version), default=None)
    return None if last is None or (last.effective_until is not None and last.effective_until <= at) else last


@dataclass(frozen=True, slots=True)
class Citation:
    """What a decision cites: a policy, perhaps one of its clauses, and perhaps a version other than the one in force."""

    article_id: str
    clause_id: str | None = None
    version: int | None = None


def cited(version: PolicyVersion, clause_id: str | None = None) -> Document:
    """A citation as it is recorded with a decision: of a clause with its digest, of a whole policy with those of all its clauses."""
    found: Document = {
        "article_id": version.article_id,
        "slug": version.slug,
        "version": version.version,
        "body_hash": version.body_hash,
    }
    if clause_id is None:
        return found | {"clause_hashes": {clause["id"]: clause["hash"] for clause in version.clauses}}
    return found | {"clause_id": clause_id, "clause_hash": version.clause_hash(clause_id)}


def changes(decision: Decision, others: Mapping[str, PolicyVersion]) -> list[Document]:
    """How other versions, by their article, treat what the decision cites: each citation is unchanged, changed or gone, or not
    comparable, where its article has no other version."""
    return [
        {
            "article_id": each["article_id"],
            "clause_id": each.get("clause_id"),
            "version": each["version"],
            "change": _change(each, others.get(each["article_id"])),
        }
        for each in decision.policy
    ]


def _change(citation: Document, other: PolicyVersion | None) -> str:
    if other is None:
        return "not_comparable"
    clause_id = citation.get("clause_id")
    now = other.body_hash if clause_id is None else other.clause_hash(clause_id)
    before = citation["body_hash"] if clause_id is None else citation["clause_hash"]
    return "gone" if now is None else "unchanged" if now == before else "changed"
