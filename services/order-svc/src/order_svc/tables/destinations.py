"""Where parcels go in place of the present address of their order."""

from aftercare_chassis.database.columns import text
from aftercare_chassis.database.mapping import Query, Statement
from sqlalchemy import Column, ForeignKey, Table, Text, bindparam, null, select
from sqlalchemy.dialects.postgresql import insert

from order_svc.domain.intercepts.model import InterceptState
from order_svc.domain.model import Address
from order_svc.tables.intercepts import intercept_addresses, intercepts
from order_svc.tables.orders import addresses
from order_svc.tables.parcels import parcels
from order_svc.tables.schema import metadata

_FIELDS = ("salt", "name", "phone", "country", "province", "city", "district", "street", "postal_code")
parcel_addresses = Table(
    "parcel_addresses",
    metadata,
    Column("parcel_id", Text, ForeignKey("parcels.id"), primary_key=True),
    *(text(name) for name in _FIELDS),
)

KEEP_ADDRESS = Statement(
    insert(parcel_addresses)
    .from_select(
        ["parcel_id", *_FIELDS],
        select(parcels.c.id, *(addresses.c[name] for name in _FIELDS))
        .join(addresses, addresses.c.order_id == parcels.c.order_id)
        .where(parcels.c.id == bindparam("parcel_id_")),
    )
    .on_conflict_do_nothing()
)
"""Keep the address to which a parcel was sent, unless it is kept already."""
_granted = (
    select(parcels.c.order_id, *(intercept_addresses.c[name] for name in _FIELDS), intercepts.c.ended_at)
    .select_from(intercept_addresses.join(intercepts).join(parcels, parcels.c.id == intercepts.c.parcel_id))
    .where(intercepts.c.parcel_id == bindparam("parcel_id"), intercepts.c.state == InterceptState.GRANTED)
)
_sent = (
    select(parcels.c.order_id, *(parcel_addresses.c[name] for name in _FIELDS), null().label("ended_at"))
    .select_from(parcel_addresses.join(parcels))
    .where(parcel_addresses.c.parcel_id == bindparam("parcel_id"))
)
_either = _granted.union_all(_sent).subquery()
DESTINATION = Query(
    select(_either.c.order_id, *(_either.c[name] for name in _FIELDS))
    .order_by(_either.c.ended_at.desc().nulls_last())
    .limit(1),
    Address,
)
"""The address that its courier has agreed to last, else the one to which it was sent before the address of the order was changed."""
