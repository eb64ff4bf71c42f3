"""How many units can be asked for, and how much money belongs to them."""

from dataclasses import replace

import pytest
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.errors import LineMissing, LineTwice, LineUnknown
from aftersale_svc.domain.cases.finding_errors import AcceptedExceedsSent
from aftersale_svc.domain.cases.findings import apply_inspection
from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.domain.cases.reapplications import MOST_REAPPLICATIONS, ReappliedTooOften
from aftersale_svc.domain.cases.requests import Finding, Wanted
from aftersale_svc.domain.cases.shares import accepted_share, spread
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.allocation import allocate_lines, next_share
from aftersale_svc.domain.money.errors import QuantityExceedsRemaining, UnitsInLiveCase, UnitsShipped
from aftersale_svc.domain.money.holds import can_hold_again, holds_of
from aftersale_svc.domain.money.model import LineBalance
from aftersale_svc.domain.orders.model import Stage
from hypothesis import given
from hypothesis import strategies as st

REFUND_ONLY, CANCEL, CONSULT = (
    TYPES[name] for name in (CaseType.REFUND_ONLY, CaseType.CANCEL_UNSHIPPED, CaseType.CONSULT)
)


def balance(
    paid: int = 28700, units: int = 3, *, settled: int = 0, live: int = 0, held: int = 0, rejected: int = 0
) -> LineBalance:
    return LineBalance(
        line_id="line_1",
        sku="KETTLE-1",
        quantity=units,
        paid_minor=paid,
        settled_units=settled,
        live_units=live,
        held_minor=held,
        rejected_times=rejected,
    )


def test_two_of_three_and_then_the_last_one() -> None:
    assert next_share(balance(), 2) == 19133
    assert next_share(balance(settled=2, held=19133), 1) == 9567
    assert next_share(balance(live=2, held=19133), 1) == 9567


def test_units_that_cannot_be_had() -> None:
    wanted = [Wanted("line_1", 2)]
    with pytest.raises(QuantityExceedsRemaining) as too_many:
        allocate_lines("case_1", REFUND_ONLY, Stage.POST_RECEIPT, [balance(settled=2, held=19133)], wanted)
    assert (too_many.value.pointer, too_many.value.facts) == ("/lines/0/quantity", {"remaining": 1})
    with pytest.raises(UnitsInLiveCase):
        allocate_lines("case_1", REFUND_ONLY, Stage.POST_RECEIPT, [balance(live=2, held=19133)], wanted)
    with pytest.raises(LineUnknown):
        allocate_lines("case_1", REFUND_ONLY, Stage.POST_RECEIPT, [balance()], [Wanted("line_9", 1)])
    with pytest.raises(LineTwice) as twice:
        allocate_lines(
            "case_1", REFUND_ONLY, Stage.POST_RECEIPT, [balance()], [Wanted("line_1", 1), Wanted("line_1", 1)]
        )
    assert twice.value.pointer == "/lines/1/line_id"
    assert allocate_lines("case_1", REFUND_ONLY, Stage.POST_RECEIPT, [balance(rejected=MOST_REAPPLICATIONS)], wanted)
    with pytest.raises(ReappliedTooOften):
        allocate_lines("case_1", REFUND_ONLY, Stage.POST_RECEIPT, [balance(rejected=MOST_REAPPLICATIONS + 1)], wanted)


def test_only_units_that_have_not_left_are_cancelled() -> None:
    partly = replace(balance(), unshipped_units=1)
    [line] = allocate_lines("case_1", CANCEL, Stage.PRE_SHIP, [partly], [Wanted("line_1", 1)])
    assert (line.quantity, line.amount_minor) == (1, 9566)
    with pytest.raises(UnitsShipped) as refused:
        allocate_lines("case_1", CANCEL, Stage.PRE_SHIP, [partly], [Wanted("line_1", 2)])
    assert refused.value.pointer == "/lines/0/quantity"
    possible = [CaseType.REFUND_ONLY, CaseType.CONSULT, CaseType.PRICE_ADJUST]
    assert refused.value.facts == {"unshipped": 1, "allowed": possible}


def test_a_question_takes_nothing_and_is_barred_by_nothing_that_is_taken() -> None:
    full = balance(settled=1, live=2, held=28700, rejected=MOST_REAPPLICATIONS + 1)
    [line] = allocate_lines("case_1", CONSULT, Stage.POST_RECEIPT, [full], [Wanted("line_1", 3)])
    assert (line.quantity, line.amount_minor, line.units_before) == (3, 0, 0)
    assert [(hold.units, hold.amount_minor) for hold in holds_of([line], CONSULT)] == [(0, 0)]
    with pytest.raises(QuantityExceedsRemaining):
        allocate_lines("case_1", CONSULT, Stage.POST_RECEIPT, [full], [Wanted("line_1", 4)])


lines_of = st.tuples(st.integers(0, 10**9), st.integers(1, 200))


@given(lines_of, st.data())
def test_any_split_of_a_line_adds_up_to_what_was_paid(line: tuple[int, int], data: st.DataObject) -> None:
    """And each part is ⌊P·(a+k)/q⌋ − ⌊P·a/q⌋, where a units were refunded before."""
    paid, units = line
    taken = held = 0
    while taken < units:
        k = data.draw(st.integers(1, units - taken))
        part = next_share(balance(paid, units, settled=taken, held=held), k)
        assert part == paid * (taken + k) // units - paid * taken // units
        taken, held = taken + k, held + part
    assert held == paid


@given(lines_of, st.data())
def test_the_accepted_share_never_exceeds_the_asked_one(line: tuple[int, int], data: st.DataObject) -> None:
    paid, units = line
    before = data.draw(st.integers(0, units - 1))
    k = data.draw(st.integers(1, units - before))
    [asked] = allocate_lines(
        "case_1",
        REFUND_ONLY,
        Stage.POST_RECEIPT,
        [balance(paid, units, settled=before, held=paid * before // units)],
        [Wanted("line_1", k)],
    )
    shares = [accepted_share(asked, j) for j in range(k + 1)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, asked.amount_minor)
    assert shares == [paid * (before + j) // units - paid * before // units for j in range(k + 1)]


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_a_total_is_spread_without_losing_a_minor_unit(total: int, weights: list[int]) -> None:
    parts = spread(total, weights)
    assert all(part >= 0 for part in parts)
    assert sum(parts) == (total if sum(weights) else 0)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


def sent(line_id: str = "line_1", quantity: int = 2) -> CaseLine:
    return CaseLine(
        case_id="case_1",
        line_id=line_id,
        sku="KETTLE-1",
        quantity=quantity,
        amount_minor=19133,
        line_units=3,
        line_paid_minor=28700,
        units_before=0,
    )


@pytest.mark.parametrize(
    ("found", "refusal", "pointer"),
    [
        ([Finding("line_9", 1)], LineUnknown, "/lines/0/line_id"),
        ([Finding("line_1", 1), Finding("line_1", 1)], LineTwice, "/lines/1/line_id"),
        ([Finding("line_1", 3)], AcceptedExceedsSent, "/lines/0/accepted"),
        ([Finding("line_1", 1)], LineMissing, "/lines"),
    ],
)
def test_inspections_that_make_no_sense(found: list[Finding], refusal: type[Refusal], pointer: str) -> None:
    with pytest.raises(refusal) as refused:
        apply_inspection([sent(), sent("line_2")], found)
    assert refused.value.pointer == pointer


def test_an_inspection_keeps_units_share_and_grade() -> None:
    [judged] = apply_inspection([sent()], [Finding("line_1", 1, "b")])
    assert (judged.accepted, judged.accepted_minor, judged.grade) == (1, 9566, "b")
    [all_] = apply_inspection([sent()], None)
    assert (all_.accepted, all_.accepted_minor) == (2, 19133)


def test_a_closed_case_holds_its_units_again_only_if_nobody_else_does() -> None:
    assert can_hold_again(REFUND_ONLY, [sent()], {"line_1": balance()})
    assert not can_hold_again(REFUND_ONLY, [sent()], {"line_1": balance(live=2, held=19133)})
