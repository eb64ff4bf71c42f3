"""Who may open a case."""

import pytest
from aftersale_svc.domain.cases.codes import CaseType, Initiator
from aftersale_svc.domain.cases.errors import InitiatorUnsuitable
from aftersale_svc.domain.cases.initiators import INITIATORS, check_initiator
from aftersale_svc.domain.cases.types import TYPES


@pytest.mark.parametrize("type_", CaseType)
def test_people_open_every_type_and_the_suite_what_a_courier_reports(type_: CaseType) -> None:
    for role, initiator in INITIATORS.items():
        if role != "system" or type_ is CaseType.REFUSED_DELIVERY:
            assert check_initiator(TYPES[type_], role) is initiator
            continue
        with pytest.raises(InitiatorUnsuitable) as refused:
            check_initiator(TYPES[type_], role)
        assert Initiator.SYSTEM not in refused.value.facts["allowed"]
