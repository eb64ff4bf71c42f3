"""Units that their order cancels while cases are about them: until one of both gives way, they count twice, and what is left is never shown
as less than nothing."""

from collections.abc import Sequence

from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.model import CaseLine, CaseState
from aftersale_svc.domain.cases.requests import Prices, Wanted
from aftersale_svc.domain.cases.types import TYPES, TypeRow
from aftersale_svc.domain.money.allocation import allocate_lines
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.holds import balances, cases_with_cancelled_units
from aftersale_svc.domain.money.model import LineBalance, LineHold
from aftersale_svc.domain.orders.model import Stage
from hypothesis import given
from hypothesis import strategies as st

QUANTITY, PAID = 5, 1000
NUMBERS = ("remaining", "free", "unshipped", "sent", "left_minor")
"""What a refusal may state of what is left."""


def a_hold(
    case_id: str, units: int, type_: CaseType, stage: Stage, hold: HoldState = HoldState.HELD, **of_line: int
) -> LineHold:
    line = {"quantity": QUANTITY, "paid_minor": PAID, "shipped_quantity": 0, **of_line}
    money = PAID * units // QUANTITY
    return LineHold(
        line_id="line_1",
        sku="KETTLE-1",
        **line,
        case_id=case_id,
        type=type_,
        state=CaseState.PENDING_REVIEW,
        stage=stage,
        hold=hold,
        units=units,
        amount_minor=money,
    )


HOLDS = st.builds(
    lambda held, cancelled, shipped: [
        a_hold(
            f"case_{number}",
            *each,
            shipped_quantity=min(shipped, QUANTITY - cancelled),
            cancelled_quantity=cancelled,
            cancelled_minor=PAID * cancelled // QUANTITY,
        )
        for number, each in enumerate(held)
    ],
    st.lists(
        st.tuples(
            st.integers(1, QUANTITY), st.sampled_from(CaseType), st.sampled_from(Stage), st.sampled_from(HoldState)
        ),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, QUANTITY),
    st.integers(0, QUANTITY),
)


@given(HOLDS, st.integers(1, QUANTITY), st.sampled_from(CaseType), st.sampled_from(Stage))
def test_nothing_that_is_left_is_shown_as_less_than_nothing(
    holds: Sequence[LineHold], units: int, type_: CaseType, stage: Stage
) -> None:
    [balance] = balances(holds)
    assert 0 <= balance.free_units <= balance.left_units <= balance.quantity - balance.settled_units <= balance.quantity
    assert 0 <= balance.left_minor <= balance.paid_minor
    prices = Prices(9, 1, frozenset({"CNY"})) if TYPES[type_].needs_prices else None
    answer = asked(TYPES[type_], stage, balance, Wanted("line_1", units, prices))
    if isinstance(answer, Refusal):
        assert min((answer.facts[name] for name in NUMBERS if name in answer.facts), default=0) >= 0, answer.facts
    else:
        assert units <= balance.free_units or TYPES[type_].is_question
        assert answer.amount_minor <= balance.left_minor or not TYPES[type_].holds_money


def asked(type_: TypeRow, stage: Stage, balance: LineBalance, wanted: Wanted) -> CaseLine | Refusal:
    """The line of a new case, or why there is none."""
    try:
        [line] = allocate_lines("case_9", type_, stage, [balance], [wanted])
    except Refusal as refused:
        return refused
    return line


def crossing(*cases: tuple[str, int, CaseType, Stage], cancelled: int, shipped: int = 0) -> list[str]:
    """The cases that end with the units that were cancelled."""
    line = {"cancelled_quantity": cancelled, "shipped_quantity": shipped}
    return cases_with_cancelled_units([a_hold(*each, **line) for each in cases])


def test_of_an_order_on_its_way_the_newest_case_ends_whose_units_may_not_have_left() -> None:
    returned = ("case_3", 1, CaseType.RETURN_REFUND, Stage.IN_TRANSIT)
    refunded = ("case_2", 2, CaseType.REFUND_ONLY, Stage.IN_TRANSIT)
    before = ("case_1", 2, CaseType.REFUND_ONLY, Stage.PRE_SHIP)
    assert crossing(before, refunded, returned, cancelled=1, shipped=1) == ["case_2"]
    assert crossing(before, refunded, returned, cancelled=3, shipped=1) == ["case_2", "case_1"]
    assert crossing(before, returned, cancelled=2, shipped=1) == []


def test_a_case_about_as_many_units_as_have_left_goes_on() -> None:
    assert crossing(("case_1", 3, CaseType.REFUND_ONLY, Stage.IN_TRANSIT), cancelled=2, shipped=3) == []
