"""Which parcels of a shipped order are called back when a party cancels it."""

from collections.abc import Iterable, Sequence

from order_svc.domain.errors import AlreadyShipped
from order_svc.domain.intercepts.errors import InterceptOpen
from order_svc.domain.intercepts.model import Intercept, InterceptPurpose, InterceptState
from order_svc.domain.lifecycle import OrderAction
from order_svc.domain.order_ways import OrderWay
from order_svc.domain.tracking import Parcel


def to_call_back(parcels: Sequence[Parcel], known: Iterable[Intercept], *, units_left: bool) -> list[Parcel]:
    """Those of the parcels that are under way whose courier can be asked to bring them back. With `units_left` there may be none, because
    the cancellation takes back what has not left.

    Raises:
        AlreadyShipped: there are none. Of a parcel that its courier has refused to bring back the buyer may request another intercept or refuse it
            at the door, and about one that has arrived or is lost open a case.
        InterceptOpen: their couriers have been asked.
    """
    moving = {each.id for each in parcels if each.is_awaited}
    asked = [each for each in known if each.parcel_id in moving]
    open_ = [each for each in asked if each.ended_at is None]
    refused = [each for each in asked if _is_refused(each)]
    left = moving - {each.parcel_id for each in (*open_, *refused)}
    if left or units_left:
        return [each for each in parcels if each.id in left]
    if open_:
        raise InterceptOpen(intercept_id=open_[0].id)
    ways = (OrderWay.REQUEST_INTERCEPT, OrderWay.REFUSE_DELIVERY) if moving else (OrderWay.OPEN_CASE,)
    raise AlreadyShipped(action=OrderAction.CANCEL, ways=ways)


def _is_refused(intercept: Intercept) -> bool:
    return intercept.purpose is InterceptPurpose.RETURN_TO_SENDER and intercept.state is InterceptState.REFUSED
