"""A case is what its changes add up to, at any time; where one is missing, nobody guesses."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aftercare_chassis.lifecycle import Actor
from aftersale_svc.domain.cases.codes import RefundState, RejectReason
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState, Refund, Return
from aftersale_svc.domain.history.changes import CONSTANT, CaseChange, as_of, change_of, versions
from aftersale_svc.domain.history.errors import SideForeign
from aftersale_svc.domain.history.sides import Side, actor_of
from aftersale_svc.tables.cases.legs import LEGS
from order_book import NOW

HOUR = timedelta(hours=1)
ADDRESS = {"name": "售后仓", "street": "仓前路 8 号"}
LINE = CaseLine(
    case_id="case_1",
    line_id="line_1",
    sku="KETTLE-1",
    quantity=1,
    amount_minor=9567,
    line_units=3,
    line_paid_minor=28700,
    units_before=0,
)


@pytest.fixture
def history(a_case: Callable[..., Case], a_refund: Callable[..., Refund]) -> list[FullCase]:
    """What a case was, hour by hour: asked for, with a larger share, approved, sent, refused by the provider, rejected."""
    asked = FullCase(case=a_case(), legs=dict.fromkeys(LEGS, ()), requested=(LINE,))
    larger = moved(replace(asked, requested=(replace(LINE, amount_minor=10000),)), requested_minor=10000)
    approved = moved(larger, state=CaseState.AWAIT_BUYER_SHIPMENT, whose_turn="buyer", deadline_at=NOW + 9 * HOUR)
    approved = approved.keeping(Return(case_id="case_1", address=ADDRESS))
    sent = moved(approved, state=CaseState.RETURN_IN_TRANSIT, whose_turn="courier")
    sent = sent.keeping(Return(case_id="case_1", address=ADDRESS, carrier="sf", waybill_no="SF1001", delivered_at=NOW))
    refunding = moved(sent, state=CaseState.REFUNDING, refund_id="ref_1").keeping(a_refund())
    failed = moved(refunding, state=CaseState.MANUAL_REVIEW).keeping(
        replace(a_refund(RefundState.FAILED), failure_code="declined")
    )
    rejected = moved(failed, state=CaseState.REJECTED, reject_reason=RejectReason.NO_DEFECT_FOUND, deadline_at=None)
    return [asked, larger, approved, sent, refunding, failed, rejected]


def moved(full: FullCase, **changed: Any) -> FullCase:
    case = full.case
    now = case.updated_at + HOUR
    return replace(full, case=replace(case, version=case.version + 2, updated_at=now, **changed))


def recorded(history: list[FullCase]) -> list[CaseChange]:
    """The changes as the database gives them back."""
    before: list[FullCase | None] = [None, *history[:-1]]
    changes = [change_of(*each, each[1].case.updated_at) for each in zip(before, history, strict=True)]
    return [replace(each, change=json.loads(json.dumps(each.change))) for each in changes]


def test_the_changes_until_each_hour_add_up_to_what_the_case_was(history: list[FullCase]) -> None:
    changes = recorded(history)
    for hour, then in enumerate(history):
        for at in (NOW + hour * HOUR, NOW + hour * HOUR + HOUR / 2):
            assert as_of(history[-1], changes, at, LEGS) == then
    assert as_of(history[-1], changes, NOW - HOUR, LEGS) is None


def test_every_version_has_the_lines_of_its_time(history: list[FullCase]) -> None:
    changes = recorded(history)
    for hour in range(len(history)):
        assert versions(history[-1], changes, NOW + hour * HOUR, LEGS) == history[: hour + 1]
    assert versions(history[-1], changes[1:], NOW + HOUR, LEGS) == [], "how it began was not recorded"


def test_a_change_has_what_differs_and_no_more(history: list[FullCase]) -> None:
    asked, larger, approved, *_ = recorded(history)
    assert set(asked.change["case"]) & CONSTANT == set()
    assert set(asked.change) & set(larger.change) == {"case"}
    assert [each["amount_minor"] for each in larger.change["lines_until"]] == [9567]
    assert set(approved.change) == {"case", "Return"}
    assert set(approved.change["case"]) == {"state", "whose_turn", "deadline_at", "updated_at"}
    assert approved.change["Return"] == [{"case_id": "case_1", "address": ADDRESS}]


def test_a_change_that_was_not_recorded_hides_what_follows(history: list[FullCase]) -> None:
    changes = recorded(history)
    del changes[2]
    assert as_of(history[-1], changes, NOW + HOUR, LEGS) == history[1]
    assert as_of(history[-1], changes, NOW + 3 * HOUR, LEGS) is None
    assert as_of(history[-1], changes[1:], NOW + HOUR, LEGS) is None, "how it began was not recorded"


def test_a_clock_that_is_behind_hides_no_version(history: list[FullCase]) -> None:
    changes = recorded(history)
    changes[1] = replace(changes[1], at=NOW + 2 * HOUR + HOUR / 4)
    assert as_of(history[-1], changes, NOW + 2 * HOUR, LEGS) == history[2]


@pytest.mark.parametrize("role", ["buyer", "seller"])
def test_a_party_looks_from_its_own_side_only(a_case: Callable[..., Case], role: str) -> None:
    reader, own = Actor(f"{role}-1", role, "m-1"), {"buyer": Side.BUYER, "seller": Side.MERCHANT}[role]
    assert actor_of(None, a_case(), reader) == actor_of(own, a_case(), reader) == reader
    for side in set(Side) - {own}:
        with pytest.raises(SideForeign):
            actor_of(side, a_case(), reader)


@pytest.mark.parametrize("role", ["agent", "arbitrator", "admin"])
def test_the_platform_looks_from_every_side(a_case: Callable[..., Case], role: str) -> None:
    reader = Actor("staff-1", role)
    assert actor_of(None, a_case(), reader) == reader
    seen = [actor_of(side, a_case(), reader) for side in Side]
    assert [(each.role, each.tenant or each.id) for each in seen] == [
        ("buyer", "buyer-1"),
        ("seller", "m-1"),
        ("agent", "staff-1"),
        ("arbitrator", "staff-1"),
    ]
