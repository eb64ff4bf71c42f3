"""Which parcel of an order carries some units."""

from collections.abc import Sequence
from itertools import groupby

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.errors import UnitsInNoParcel
from aftersale_svc.domain.cases.parcel_errors import ParcelUnclear
from aftersale_svc.domain.cases.requests import Wanted
from aftersale_svc.domain.orders.model import SentLine


def carrying(
    order_id: str,
    parcels: Sequence[SentLine],
    wanted: Sequence[Wanted],
    parcel_id: str | None = None,
    *,
    otherwise: Sequence[CaseType] = (),
) -> SentLine:
    """Return a line of the parcel in which the units come back: the one that is named, else the only one that carries them all and that no
    other case waits for.

    `parcels` come parcel by parcel, newest first; `otherwise` are the types that are possible for the units where no parcel carries them.

    Raises:
        UnitsInNoParcel: there is none.
        ParcelUnclear: there are several, and none is named.
    """
    found: list[SentLine] = []
    for sent_id, lines in groupby(parcels, key=lambda line: line.parcel_id):
        carried = {line.line_id: line for line in lines}
        if parcel_id in (None, sent_id) and all(_carries(carried.get(each.line_id), each) for each in wanted):
            found.append(next(iter(carried.values())))
    if not found:
        pointer = "/lines" if parcel_id is None else "/parcel_id"
        raise UnitsInNoParcel(pointer=pointer, awaits=order_id, allowed=list(otherwise))
    if len(found) > 1:
        raise ParcelUnclear(pointer="/parcel_id", allowed=[each.parcel_id for each in found])
    return found[0]


def _carries(line: SentLine | None, wanted: Wanted) -> bool:
    return line is not None and wanted.quantity <= line.refusable_units
