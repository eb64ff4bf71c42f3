"""Which parcels can be intercepted, and what a request has to state."""

from order_svc.domain.intercepts.errors import AddressMissing, AddressNotNeeded, InterceptOpen, ParcelNotUnderWay
from order_svc.domain.intercepts.model import Intercept, InterceptPurpose, InterceptState
from order_svc.domain.tracking import BACK, CONSIGNEE_REFUSED, INTERCEPTED, Parcel


def check(parcel: Parcel, known: Intercept | None) -> None:
    """Refuse an intercept of a parcel that is not on its way to the buyer, or about which another one is open.

    Raises:
        ParcelNotUnderWay: it goes another way, goes back already, or its way has ended.
        InterceptOpen: another one waits for the courier.
    """
    if not parcel.is_awaited:
        raise ParcelNotUnderWay(status=parcel.status, leg=parcel.leg)
    if known is not None:
        raise InterceptOpen(intercept_id=known.id)


def is_carried_out(intercept: Intercept, parcel: Parcel) -> bool:
    """Whether the parcel goes back since its courier was asked for that: a courier that was not asked, or a buyer who refuses it, has other reasons."""
    asked = intercept.state is InterceptState.SUBMITTED or intercept.sent_at is not None
    goes_back = parcel.reason == INTERCEPTED or (parcel.status in BACK and parcel.reason != CONSIGNEE_REFUSED)
    return intercept.purpose is InterceptPurpose.RETURN_TO_SENDER and asked and goes_back


def check_address(purpose: InterceptPurpose, *, given: bool) -> None:
    """Refuse a change of address without one, and a return with one.

    Raises:
        AddressMissing, AddressNotNeeded: see there.
    """
    if purpose is InterceptPurpose.CHANGE_ADDRESS and not given:
        raise AddressMissing(pointer="/shipping_address")
    if purpose is InterceptPurpose.RETURN_TO_SENDER and given:
        raise AddressNotNeeded(pointer="/shipping_address")
