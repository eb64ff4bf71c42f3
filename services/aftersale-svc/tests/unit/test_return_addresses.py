"""While nobody knows where the goods are to be sent, it is the merchant's turn and not the buyer's."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from aftercare_chassis.lifecycle import SystemContext
from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.errors import ReturnAddressMissing
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState, Return
from aftersale_svc.domain.cases.return_addresses import check_address, lacks_address

Acting = Callable[..., SystemContext]
STREET = {"street": "仓前路 8 号"}


def returning(case: Case, address: dict[str, str] | None) -> FullCase:
    return FullCase(case=case).keeping(Return(case_id=case.id, address=address))


def test_the_time_to_ship_does_not_run_while_no_address_is_known(acting: Acting, a_case: Callable[..., Case]) -> None:
    case, table = a_case(), CASE[CaseType.RETURN_REFUND]
    missing = CaseFacts(full=returning(case, None))
    known = CaseFacts(full=returning(case, STREET))
    waiting = table.apply(case, CaseAction.APPROVE, acting(), missing)
    assert (waiting.whose_turn, waiting.deadline_at) == ("merchant", acting().now + timedelta(hours=48))
    late = acting().now + timedelta(hours=48)
    assert table.due(waiting, late, missing) is CaseAction.ESCALATE
    given = table.apply(waiting, CaseAction.SET_RETURN_ADDRESS, acting("seller"), known)
    assert (given.whose_turn, given.deadline_at) == ("buyer", acting().now + timedelta(days=7))
    assert table.due(given, acting().now + timedelta(days=7), known) is CaseAction.CLOSE
    nearly_late = a_case(CaseState.AWAIT_BUYER_SHIPMENT, whose_turn="buyer", deadline_at=acting().now)
    corrected = table.apply(nearly_late, CaseAction.SET_RETURN_ADDRESS, acting("agent"), known)
    assert corrected.deadline_at == acting().now + timedelta(days=7)


@pytest.mark.parametrize("role", ["agent", "system"])
def test_only_the_merchant_has_to_name_the_address_with_the_approval(
    role: str, acting: Acting, a_case: Callable[..., Case]
) -> None:
    with pytest.raises(ReturnAddressMissing) as refused:
        check_address(returning(a_case(), None), acting("seller").actor)
    assert refused.value.pointer == "/return_address"
    check_address(returning(a_case(), STREET), acting("seller").actor)
    check_address(returning(a_case(), None), acting(role).actor)


def test_no_address_is_needed_where_nothing_is_sent_back(acting: Acting, a_case: Callable[..., Case]) -> None:
    kept = FullCase(case=a_case(type=CaseType.REFUND_ONLY))
    assert not lacks_address(kept)
    check_address(kept, acting("seller").actor)
