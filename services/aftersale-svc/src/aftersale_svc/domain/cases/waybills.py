"""Which waybills a parcel of a case can have."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from aftersale_svc.domain.cases.errors import WaybillInUse
from aftersale_svc.domain.cases.model import Case

REUSED_AFTER = timedelta(days=365)
"""Couriers give a number again after a year at the earliest: parcels of cases and orders that ended before do not count."""


@dataclass(frozen=True, slots=True)
class KnownParcel:
    """A parcel under some waybill. `case_id` is None where it carries the goods of the order itself to the buyer."""

    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    to_buyer: bool
    delivered: bool


def check_waybill(case: Case, known: Iterable[KnownParcel], *, to_buyer: bool) -> None:
    """Check that a parcel of the case can travel under the waybill of these parcels.

    Cases, and orders that are sent, of one buyer and one merchant may share a parcel that goes the same way and has not arrived.

    Raises:
        WaybillInUse: one of them is another parcel.
    """
    if not all(_may_be_same(case, each, to_buyer=to_buyer) for each in known):
        raise WaybillInUse(pointer="/waybill_no")


def _may_be_same(case: Case, parcel: KnownParcel, *, to_buyer: bool) -> bool:
    if parcel.to_buyer != to_buyer:
        return False
    if parcel.case_id == case.id:
        return True
    left_before = parcel.case_id is None and parcel.order_id == case.order_id
    same_parties = (parcel.buyer_id, parcel.merchant_id) == (case.buyer_id, case.merchant_id)
    return same_parties and not (left_before or parcel.delivered)
