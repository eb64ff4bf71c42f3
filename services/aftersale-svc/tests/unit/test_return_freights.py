"""The freight of a return that the buyer has paid: merchant and insurance together pay what is accepted, and nothing twice."""

from collections.abc import Callable
from typing import Any

import pytest
from aftersale_svc.domain.cases.codes import Reason
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseState, Inspection, Return
from aftersale_svc.domain.cases.return_freights.errors import (
    AcceptedFreightExceedsStated,
    ReturnFreightExceedsLimit,
    ReturnFreightNotReimbursed,
)
from aftersale_svc.domain.cases.return_freights.model import StatedFreight
from aftersale_svc.domain.cases.return_freights.policy import accepted, buyer_pays_return, owed, stated
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeKind
from aftersale_svc.domain.guarantee_claims.model import GuaranteeRequest
from aftersale_svc.domain.guarantee_claims.policy import covered
from aftersale_svc.domain.orders.model import Order
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from memory_transaction import NOW

MINOR = st.integers(0, 10_000)
FREIGHT = GuaranteeRequest(GuaranteeKind.FREIGHT_INSURANCE, None, None, [], None)
FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def an_order_with(an_order: Callable[..., Order], limit: int, insured: int) -> Order:
    set_: dict[str, Any] = {"return_freight_limits": ["rfl_1", 1, {"CNY": limit}]}
    if insured:
        set_["freight_insurance"] = ["ins_1", 1, {"CNY": insured}]
    return an_order(settings=set_)


def back(full: FullCase, units: int = 1) -> FullCase:
    """The case after its goods have arrived, and so many units of them were accepted."""
    found = Inspection(case_id=full.case.id, line_id="line_1", accepted=units, accepted_minor=100 * units)
    return full.keeping(Return(case_id=full.case.id, delivered_at=NOW)).keeping(found)


@FIXTURES
@given(limit=st.integers(1, 10_000), insured=MINOR, stated_minor=st.integers(1, 10_000), taken=st.none() | MINOR)
def test_merchant_and_insurance_pay_what_is_accepted_and_nothing_twice(
    limit: int,
    insured: int,
    stated_minor: int,
    taken: int | None,
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
) -> None:
    order, case = an_order_with(an_order, limit, insured), FullCase(case=a_case(CaseState.AWAIT_INSPECTION))
    try:
        sent = case.keeping(stated(case, order, StatedFreight(stated_minor, "CNY", [])))
        sent = sent if taken is None else accepted(sent, taken, "CNY")
    except ReturnFreightExceedsLimit:
        assert stated_minor > limit
        return
    except AcceptedFreightExceedsStated:
        assert taken is not None
        assert taken > stated_minor
        return
    assert owed(sent, NOW) is None, "the goods are not back"
    assert owed(back(sent, units=0), NOW) is None, "they were refused"
    freight = owed(back(sent), NOW)
    assert freight is not None
    by_insurance = covered(back(sent), order, FREIGHT) if insured else 0
    whole = stated_minor if taken is None else taken
    assert freight.to_pay_minor == max(0, whole - insured)
    assert freight.to_pay_minor + min(by_insurance, whole) == whole
    assert by_insurance <= min(stated_minor, insured)
    assert owed(back(sent).keeping(freight), NOW) is None, "it is owed once"


@pytest.mark.parametrize("reason", Reason)
def test_it_is_reimbursed_where_the_merchant_bears_it(
    reason: Reason, a_case: Callable[..., Case], an_order: Callable[..., Order]
) -> None:
    case = FullCase(case=a_case(CaseState.AWAIT_BUYER_SHIPMENT, reason=reason))
    freight, order = StatedFreight(900, "CNY", []), an_order_with(an_order, 1000, 0)
    if buyer_pays_return(case.case):
        with pytest.raises(ReturnFreightNotReimbursed):
            stated(case, order, freight)
    else:
        assert stated(case, order, freight).stated_minor == 900
    with pytest.raises(ReturnFreightNotReimbursed):
        stated(case, an_order(), freight)
