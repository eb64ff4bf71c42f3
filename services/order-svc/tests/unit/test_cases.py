"""The after-sale state that cases and disputes give to an order and its lines."""

import pytest
from order_svc.domain.cases import Case, CaseLine, CaseState, DisputeState, after_sale_state, after_sale_states
from order_svc.domain.model import AfterSaleState


def case(state: CaseState, dispute: DisputeState | None = None, case_id: str = "c") -> Case:
    return Case(id=case_id, order_id="o", case_type="x", keeps_goods=True, state=state, dispute_state=dispute)


@pytest.mark.parametrize(
    ("state", "dispute", "expected"),
    [
        (CaseState.OPEN, None, AfterSaleState.IN_AFTER_SALE),
        (CaseState.DONE, None, AfterSaleState.DONE),
        (CaseState.ENDED, None, AfterSaleState.NONE),
        (CaseState.OPEN, DisputeState.OPEN, AfterSaleState.IN_DISPUTE),
        (CaseState.DONE, DisputeState.OPEN, AfterSaleState.IN_DISPUTE),
        (CaseState.OPEN, DisputeState.EXECUTED, AfterSaleState.IN_AFTER_SALE),
        (CaseState.ENDED, DisputeState.EXECUTED, AfterSaleState.DONE),
        (CaseState.ENDED, DisputeState.WITHDRAWN, AfterSaleState.NONE),
    ],
)
def test_the_state_that_a_case_gives(state: CaseState, dispute: DisputeState | None, expected: AfterSaleState) -> None:
    assert after_sale_state(case(state, dispute)) is expected


def test_the_most_severe_case_decides_for_a_line() -> None:
    cases = [case(CaseState.DONE, case_id="a"), case(CaseState.OPEN, case_id="b")]
    units = [CaseLine(case_id=c, line_id="l", order_id="o", quantity=1) for c in ("a", "b")]
    assert after_sale_states(cases, units) == {"l": AfterSaleState.IN_AFTER_SALE}
