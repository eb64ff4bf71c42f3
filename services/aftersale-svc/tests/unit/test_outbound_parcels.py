"""Which parcel units come back in that were refused at the door."""

import pytest
from aftersale_svc.domain.cases.errors import UnitsInNoParcel
from aftersale_svc.domain.cases.outbound_parcels import carrying
from aftersale_svc.domain.cases.parcel_errors import ParcelUnclear
from aftersale_svc.domain.cases.requests import Wanted
from aftersale_svc.domain.orders.model import SentLine


def sent(number: int, quantity: int = 2, claimed: int = 0, line_id: str = "line_1") -> SentLine:
    parcel = {"parcel_id": f"par_{number}", "carrier": "zto", "waybill_no": f"7300{number}"}
    return SentLine(order_id="ord_1", line_id=line_id, quantity=quantity, claimed=claimed, **parcel)


NEWEST_FIRST = [sent(2), sent(1)]


def carried_by(
    parcels: list[SentLine], units: int, line_id: str = "line_1", parcel_id: str | None = None
) -> str | None:
    return carrying("ord_1", parcels, [Wanted(line_id, units)], parcel_id).waybill_no


def test_the_only_parcel_that_carries_them_all_need_not_be_named() -> None:
    assert carried_by([sent(2, 1), sent(1)], 2) == "73001"
    assert carried_by([sent(2, line_id="line_2"), sent(1)], 1) == "73001"


def test_one_of_several_has_to_be_named() -> None:
    with pytest.raises(ParcelUnclear) as refused:
        carried_by(NEWEST_FIRST, 2)
    assert refused.value.facts["allowed"] == ["par_2", "par_1"]
    assert carried_by(NEWEST_FIRST, 2, parcel_id="par_2") == "73002"


def test_what_another_case_waits_for_does_not_come_back_twice() -> None:
    assert carried_by([sent(2, claimed=1), sent(1, claimed=2)], 1) == "73002"
    assert carried_by([sent(2, claimed=1), sent(1)], 2) == "73001"
    with pytest.raises(UnitsInNoParcel):
        carried_by([sent(2, claimed=2), sent(1, claimed=1)], 2)


def test_the_parcel_that_the_courier_reports_and_no_other() -> None:
    assert carried_by(NEWEST_FIRST, 2, parcel_id="par_1") == "73001"
    with pytest.raises(UnitsInNoParcel):
        carried_by([sent(2), sent(1, claimed=2)], 2, parcel_id="par_1")
