"""What can be done where an action is not possible any more, in codes that refusals and explanations name."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from order_svc.domain import errors
from order_svc.domain.cancellation_errors import PriceAdjusted
from order_svc.domain.model import OrderState
from order_svc.domain.sales.errors import AddressChangesUsed, GoodsDelivered
from order_svc.domain.tracking import Parcel


class OrderWay(StrEnum):
    """What somebody may do instead of an action that is refused."""

    ASK_TO_UNPACK = "ask_to_unpack"
    CANCEL_UNSHIPPED = "cancel_unshipped"
    REQUEST_INTERCEPT = "request_intercept"
    REFUSE_DELIVERY = "refuse_delivery"
    OPEN_CASE = "open_case"
    ASK_TO_CHANGE_ADDRESS = "ask_to_change_address"
    CANCEL_AND_REORDER = "cancel_and_reorder"


WAYS: Mapping[str, tuple[OrderWay, ...]] = {
    errors.OrderPacked.code: (OrderWay.ASK_TO_UNPACK,),
    PriceAdjusted.code: (OrderWay.CANCEL_UNSHIPPED,),
    errors.PackedNeedsMerchant.code: (OrderWay.CANCEL_UNSHIPPED, OrderWay.ASK_TO_UNPACK),
    GoodsDelivered.code: (OrderWay.OPEN_CASE,),
    AddressChangesUsed.code: (OrderWay.ASK_TO_CHANGE_ADDRESS, OrderWay.CANCEL_AND_REORDER),
}
"""By the code of a refusal that does not depend on where the goods are."""


def ways_after_shipment(state: OrderState, parcels: Iterable[Parcel] | None) -> tuple[OrderWay, ...]:
    """What replaces a cancellation or a change of address once something has left: while a parcel is on its way, its courier or its
    receiver can still turn it round. `parcels` None: they were not read."""
    if state is OrderState.SHIPPED and (parcels is None or any(each.is_awaited for each in parcels)):
        return (OrderWay.REQUEST_INTERCEPT, OrderWay.REFUSE_DELIVERY)
    return (OrderWay.OPEN_CASE,)
