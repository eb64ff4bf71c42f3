"""References to orders and cases, and which cases may be rated."""

from dataclasses import replace

import pytest
from cs_svc.domain.errors import CaseNotCompleted, CaseOfOtherOrder
from cs_svc.domain.orders import KnownCase, KnownOrder, OrderReference
from cs_svc.domain.ratings import check_rateable

CASE = KnownCase(id="case_1", order_id="ord_1", buyer_id="buyer-1", merchant_id="m-1", state="refunding", ended=False)
ORDER = KnownOrder(id="ord_1", buyer_id="buyer-1", merchant_id="m-1", state="paid")


@pytest.mark.parametrize("order_id", [None, "ord_1"])
def test_a_reference_to_a_case_names_its_order_and_parties(order_id: str | None) -> None:
    reference = OrderReference.to_case(CASE, order_id)
    assert reference == OrderReference(order_id="ord_1", case_id="case_1", buyer_id="buyer-1", merchant_id="m-1")
    assert reference.subject_id == "case_1"


def test_a_case_beside_another_order_is_refused() -> None:
    with pytest.raises(CaseOfOtherOrder) as refused:
        OrderReference.to_case(CASE, "ord_2")
    assert refused.value.pointer == "/case_id"


def test_a_reference_to_an_order_names_no_case() -> None:
    reference = OrderReference.to_order(ORDER)
    assert (reference.case_id, reference.subject_id) == (None, "ord_1")


def test_an_ended_case_may_be_rated_whatever_its_state_is_called() -> None:
    check_rateable(replace(CASE, state="a_state_of_a_later_build", ended=True))


def test_a_case_that_has_not_ended_may_not_be_rated() -> None:
    with pytest.raises(CaseNotCompleted) as refused:
        check_rateable(CASE)
    assert (refused.value.facts, refused.value.awaits) == ({"state": "refunding"}, "case_1")
