"""Where parcels go that were sent before the address of their order was changed, or that were turned round."""

from collections.abc import Iterable

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.fulfilment import outbound
from order_svc.domain.tracking import Parcel
from order_svc.settings import Settings
from order_svc.tables.destinations import DESTINATION, KEEP_ADDRESS
from order_svc.tables.orders import ADDRESSES


async def keep(tx: Transaction[Settings], parcels: Iterable[Parcel]) -> None:
    """Keep the present address of a locked order with those of its parcels that were sent to it, before it is replaced."""
    for parcel in outbound(parcels):
        await tx.execute(KEEP_ADDRESS, parcel_id_=parcel.id)


async def phone_end(tx: Transaction[Settings], parcel_id: str, order_id: str) -> str:
    """The last four digits of the phone of the receiver of a parcel; empty where the order has no address."""
    found = await tx.one(DESTINATION, parcel_id=parcel_id)
    if found is None:
        found = await tx.find(ADDRESSES, order_id)
    return "" if found is None else "".join(each for each in found.phone if each.isdigit())[-4:]
