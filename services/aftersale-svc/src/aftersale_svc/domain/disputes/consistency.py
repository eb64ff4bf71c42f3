"""Whether like disputes get like verdicts: disputes that are similar to one, and how often verdicts of a group differ."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, floor, sqrt

from aftersale_svc.domain.cases.codes import CaseType, Liable, Reason
from aftersale_svc.domain.disputes.model import Remedy
from aftersale_svc.domain.disputes.period_errors import PeriodEmpty, PeriodTooLong

MOST_SIMILAR = 20
MOST_DAYS = 366
LEAST_CONCLUSIVE = 10
"""With fewer verdicts, one of them more or less changes the drift of a group by more than ten per cent."""
_Z = 1.959964
"""The quantile of the normal distribution for 95 %."""
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

    @property
    def drift(self) -> "Interval":
        """The differing part, and what it may be by chance."""
        return interval(self.differing, self.verdicts)

    @property
    def is_conclusive(self) -> bool:
        """Whether there are enough verdicts for a statement about the group."""
        return self.verdicts >= LEAST_CONCLUSIVE


@dataclass(frozen=True, slots=True)
class Interval:
    """A part in basis points, and the bounds between which it is with 95 % confidence."""

    part: int
    low: int
    high: int


def interval(some: int, of: int) -> Interval:
    """The part that `some` are `of` so many, with its Wilson score interval, which is meant for small numbers as well."""
    if not of:
        return Interval(0, 0, WHOLE)
    part, weight = some / of, _Z * _Z / of
    middle = (part + weight / 2) / (1 + weight)
    half = _Z / (1 + weight) * sqrt(part * (1 - part) / of + weight / of / 4)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Interval(some * WHOLE // of, floor(low * WHOLE), ceil(high * WHOLE))


def groups_of(counts: Iterable[OutcomeCount]) -> list[Group]:
    """The groups with at least two verdicts: first those with enough of them, and of these the ones first that differ most for certain."""
    found: dict[tuple[object, ...], Group] = {}
    for each in counts:
        key = (each.category, each.reason, each.type, *each.evidence_kinds)
        new = Group(each.category, each.reason, each.type, each.evidence_kinds, defaultdict(int))
        group = found.setdefault(key, new)
        group.remedies[each.remedy] += each.verdicts
    several = [each for each in found.values() if each.verdicts > 1]
    return sorted(
        several,
        key=lambda each: (
            *(not each.is_conclusive, -each.drift.low, -each.drift.part, -each.verdicts),
            *(each.category, each.reason, each.type),
        ),
    )


def drift_of(groups: Sequence[Group]) -> Interval:
    """The differing verdicts of all groups, as a part of their verdicts."""
    return interval(sum(each.differing for each in groups), sum(each.verdicts for each in groups))


def check_period(since: datetime, until: datetime) -> None:
    """Raises: PeriodEmpty, PeriodTooLong."""
    if since >= until:
        raise PeriodEmpty(pointer="/since")
    if until - since > timedelta(days=MOST_DAYS):
        raise PeriodTooLong(pointer="/since", most_days=MOST_DAYS)
