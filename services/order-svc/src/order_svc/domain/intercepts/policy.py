"""Which parcels can be intercepted, and what a request has to state."""

from order_svc.domain.intercepts.errors import AddressMissing, AddressNotNeeded, InterceptOpen, ParcelNotUnderWay
from order_svc.domain.intercepts.model import Intercept, InterceptPurpose
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelStatus


def check(parcel: Parcel, known: Intercept | None) -> None:
    """Refuse an intercept of a parcel that is not on its way to the buyer, or about which another one is open.

    Raises:
        ParcelNotUnderWay: it goes another way, goes back already, or its way has ended.
        InterceptOpen: another one waits for the courier.
    """
    if parcel.leg is not ParcelLeg.OUTBOUND or parcel.terminal or parcel.status is ParcelStatus.RETURNING:
        raise ParcelNotUnderWay(status=parcel.status, leg=parcel.leg)
    if known is not None:
        raise InterceptOpen(intercept_id=known.id)


def check_address(purpose: InterceptPurpose, *, given: bool) -> None:
    """Refuse a change of address without one, and a return with one.

    Raises:
        AddressMissing, AddressNotNeeded: see there.
    """
    if purpose is InterceptPurpose.CHANGE_ADDRESS and not given:
        raise AddressMissing(pointer="/shipping_address")
    if purpose is InterceptPurpose.RETURN_TO_SENDER and given:
        raise AddressNotNeeded(pointer="/shipping_address")
