"""Whether like disputes get like verdicts: disputes that are similar to one, and how often verdicts of a group differ."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aftersale_svc.domain.cases.codes import CaseType, Liable, Reason
from aftersale_svc.domain.disputes.model import Remedy
from aftersale_svc.domain.disputes.period_errors import PeriodEmpty, PeriodTooLong

MOST_SIMILAR = 20
MOST_DAYS = 366
WHOLE = 10_000
"""Basis points: hundredths of a per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarDispute:
    """A dispute that was decided, with what it is compared by. `claim_minor` is what was paid for the units of its case,
    `goods_category` that of its goods, where they have the same."""

    id: str
    case_id: str
    decided_at: datetime
    reason: Reason
    type: CaseType
    evidence_kinds: list[str]
    goods_category: str | None = None
    liable: Liable
    remedy: Remedy
    amount_minor: int
    claim_minor: int
    currency: str

    @property
    def share_basis_points(self) -> int:
        """The awarded part of the claim; 0 where nothing was claimed. More than the whole where freight was awarded as well."""
        return self.amount_minor * WHOLE // self.claim_minor if self.claim_minor else 0


def most_similar(
    found: Sequence[SimilarDispute], evidence_kinds: Sequence[str], goods_category: str | None = None
) -> list[SimilarDispute]:
    """Those with the same kinds of evidence first, of these the ones about goods of the same category, each part in its order,
    and no more than MOST_SIMILAR."""

    def differs(each: SimilarDispute) -> tuple[bool, bool]:
        return each.evidence_kinds != list(evidence_kinds), each.goods_category != goods_category

    return sorted(found, key=differs)[:MOST_SIMILAR]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCount:
    """How many disputes of a group had this remedy."""

    category: str
    reason: Reason
    type: CaseType
    evidence_kinds: list[str]
    remedy: Remedy
    verdicts: int


@dataclass(slots=True)
class Group:
    """Like disputes: of the same category, reason, type and kinds of evidence, and how many had each remedy."""

    category: str
    reason: Reason
    type: CaseType
    evidence_kinds: list[str]
    remedies: dict[Remedy, int] = field(default_factory=dict)

    @property
    def verdicts(self) -> int:
        """How many disputes it has."""
        return sum(self.remedies.values())

    @property
    def differing(self) -> int:
        """How many of them had another remedy than the most frequent one."""
        return self.verdicts - max(self.remedies.values())


def groups_of(counts: Iterable[OutcomeCount]) -> list[Group]:
    """The groups with at least two verdicts, those with the largest differing part first."""
    found: dict[tuple[object, ...], Group] = {}
    for each in counts:
        key = (each.category, each.reason, each.type, *each.evidence_kinds)
        new = Group(each.category, each.reason, each.type, each.evidence_kinds, defaultdict(int))
        group = found.setdefault(key, new)
        group.remedies[each.remedy] += each.verdicts
    several = [each for each in found.values() if each.verdicts > 1]
    return sorted(
        several,
        key=lambda each: (-each.differing / each.verdicts, -each.verdicts, each.category, each.reason, each.type),
    )


def basis_points(groups: Sequence[Group]) -> int:
    """The differing verdicts of all groups, as a part of their verdicts."""
    verdicts = sum(each.verdicts for each in groups)
    return sum(each.differing for each in groups) * WHOLE // verdicts if verdicts else 0


def check_period(since: datetime, until: datetime) -> None:
    """Raises: PeriodEmpty, PeriodTooLong."""
    if since >= until:
        raise PeriodEmpty(pointer="/since")
    if until - since > timedelta(days=MOST_DAYS):
        raise PeriodTooLong(pointer="/since", most_days=MOST_DAYS)
