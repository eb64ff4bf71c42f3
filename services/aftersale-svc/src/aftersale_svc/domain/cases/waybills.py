"""Which waybills a parcel can have that people send for a case: with returned goods, with what goes to the buyer, or with a sample."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from aftersale_svc.domain.cases.errors import WaybillInUse

REUSED_AFTER = timedelta(days=365)
"""Couriers give a number again after a year at the earliest: parcels of cases and orders that ended before do not count."""


class Receiver(StrEnum):
    """Who gets a parcel."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    TESTING_BODY = "testing_body"


@dataclass(frozen=True, slots=True)
class KnownParcel:
    """A parcel under some waybill. `case_id` is None where it carries the goods of the order itself to the buyer."""

    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    receiver: Receiver
    delivered: bool


def check_waybill(sent: KnownParcel, known: Iterable[KnownParcel]) -> None:
    """Check that a parcel that is sent for a case can travel under the waybill of these parcels.

    Cases, and orders that are sent, of one buyer and one merchant may share a parcel that goes the same way and has not arrived.

    Raises:
        WaybillInUse: one of them is another parcel.
    """
    if not all(_may_be_same(sent, each) for each in known):
        raise WaybillInUse(pointer="/waybill_no")


def _may_be_same(sent: KnownParcel, parcel: KnownParcel) -> bool:
    if parcel.receiver != sent.receiver:
        return False
    if parcel.case_id == sent.case_id:
        return True
    left_before = parcel.case_id is None and parcel.order_id == sent.order_id
    same_parties = (parcel.buyer_id, parcel.merchant_id) == (sent.buyer_id, sent.merchant_id)
    return same_parties and not (left_before or parcel.delivered)
