"""How often like disputes get unlike verdicts, and which disputes are most similar to one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aftersale_svc.domain.cases.codes import CaseType, Liable, Reason
from aftersale_svc.domain.disputes.consistency import (
    MOST_SIMILAR,
    Interval,
    OutcomeCount,
    SimilarDispute,
    check_period,
    drift_of,
    groups_of,
    interval,
    most_similar,
)
from aftersale_svc.domain.disputes.model import Remedy
from aftersale_svc.domain.disputes.period_errors import PeriodEmpty, PeriodTooLong
from order_book import NOW

ONE = SimilarDispute(
    id="dsp_1",
    case_id="case_1",
    decided_at=NOW,
    reason=Reason.QUALITY_DEFECT,
    type=CaseType.RETURN_REFUND,
    evidence_kinds=["photo"],
    liable=Liable.SELLER,
    remedy=Remedy.REFUND,
    amount_minor=6666,
    claim_minor=19133,
    currency="CNY",
)


def count(
    remedy: Remedy,
    verdicts: int,
    *kinds: str,
    reason: Reason = Reason.QUALITY_DEFECT,
    category: str = "quality",
) -> OutcomeCount:
    return OutcomeCount(
        category=category,
        reason=reason,
        type=CaseType.RETURN_REFUND,
        evidence_kinds=list(kinds),
        remedy=remedy,
        verdicts=verdicts,
    )


def test_the_drift_is_the_part_without_the_most_frequent_remedy() -> None:
    groups = groups_of(
        [
            count(Remedy.REFUND, 6, "photo"),
            count(Remedy.NONE, 3, "photo"),
            count(Remedy.RESUME, 1, "photo"),
            count(Remedy.REFUND, 5, "photo", "video"),
            count(Remedy.REFUND, 1, reason=Reason.WRONG_ITEM),
            count(Remedy.NONE, 1, "photo", category="counterfeit"),
        ]
    )
    assert [(each.evidence_kinds, each.verdicts, each.differing) for each in groups] == [
        (["photo"], 10, 4),
        (["photo", "video"], 5, 0),
    ], "a single verdict is no group"
    assert drift_of(groups).part == 4 * 10_000 // 15
    assert drift_of(groups_of([])) == Interval(0, 0, 10_000), "nothing is known"


def test_the_bounds_are_wide_where_there_are_few_verdicts() -> None:
    """By the figures of Wilson (1927) for 95 %."""
    assert interval(0, 10) == Interval(0, 0, 2776)
    assert interval(5, 10) == Interval(5000, 2365, 7635)
    assert interval(1, 2) == Interval(5000, 945, 9055)
    assert interval(500, 1000) == Interval(5000, 4690, 5310)
    assert interval(3, 3) == Interval(10_000, 4385, 10_000)


def test_a_group_of_two_is_not_before_a_conclusive_one() -> None:
    groups = groups_of(
        [
            *(count(Remedy.REFUND, 1, "photo"), count(Remedy.NONE, 1, "photo")),
            *(count(Remedy.REFUND, 70, "video"), count(Remedy.NONE, 30, "video")),
            *(count(Remedy.REFUND, 6, "document"), count(Remedy.NONE, 4, "document")),
        ]
    )
    assert [(each.verdicts, each.is_conclusive) for each in groups] == [(100, True), (10, True), (2, False)]


def test_the_same_kinds_of_evidence_come_first() -> None:
    others = [replace(ONE, id=f"dsp_{number}", evidence_kinds=["video"]) for number in range(30)]
    found = most_similar([*others, ONE, replace(ONE, id="dsp_older")], ["photo"])
    assert [each.id for each in found[:3]] == ["dsp_1", "dsp_older", "dsp_0"]
    assert len(found) == MOST_SIMILAR


def test_of_these_the_same_category_of_goods_comes_first() -> None:
    kitchen = replace(ONE, id="dsp_kitchen", goods_category="kitchen")
    found = most_similar([replace(ONE, evidence_kinds=[]), ONE, kitchen], ["photo"], "kitchen")
    assert [each.id for each in found] == ["dsp_kitchen", "dsp_1", "dsp_1"]


def test_the_share_is_of_what_was_paid_for_the_units() -> None:
    assert ONE.share_basis_points == 3484
    assert replace(ONE, claim_minor=0).share_basis_points == 0


def test_a_period_has_a_beginning_an_end_and_a_limit() -> None:
    check_period(NOW - timedelta(days=366), NOW)
    with pytest.raises(PeriodEmpty):
        check_period(NOW, NOW)
    with pytest.raises(PeriodTooLong):
        check_period(NOW - timedelta(days=367), NOW)
