"""Which parcel of an order carries some units."""

from collections.abc import Sequence
from itertools import groupby

from aftersale_svc.domain.cases.errors import UnitsInNoParcel
from aftersale_svc.domain.cases.model import Return
from aftersale_svc.domain.cases.requests import Wanted
from aftersale_svc.domain.orders.model import ParcelLine


def way_back(case_id: str, order_id: str, parcels: Sequence[ParcelLine], wanted: Sequence[Wanted]) -> Return:
    """Return how the units come back: in the newest parcel that carries them all. `parcels` come parcel by parcel, newest first.

    Raises:
        UnitsInNoParcel: there is none.
    """
    for _, lines in groupby(parcels, key=lambda line: line.parcel_id):
        carried = {line.line_id: line for line in lines}
        if all(each.line_id in carried and each.quantity <= carried[each.line_id].quantity for each in wanted):
            parcel = next(iter(carried.values()))
            return Return(case_id=case_id, carrier=parcel.carrier, waybill_no=parcel.waybill_no)
    raise UnitsInNoParcel(pointer="/lines", awaits=order_id)
