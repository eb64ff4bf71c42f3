"""Identities of customers on channels."""

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import Index, Table, UniqueConstraint, bindparam, func, select, update

from cs_svc.domain.channels import Channel
from cs_svc.domain.identities import Identity, IdentityState
from cs_svc.tables.schema import metadata

identities = Table(
    "identities",
    metadata,
    *aggregate(),
    *one_of("state", IdentityState),
    *one_of("channel", Channel),
    text("address"),
    text("customer_id"),
    text("buyer_id"),
    timestamp("last_inbound_at", null=True),
    timestamp("opted_out_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    UniqueConstraint("channel", "address", name="identities_address_key"),
    Index("identities_buyer_idx", "buyer_id", "id"),
)
_SEEN_BY: SeenBy = {"buyer": identities.c.buyer_id, "agent": None, "arbitrator": None, "admin": None}
"""A merchant does not see by which addresses its buyers write."""

IDENTITIES = Rows(identities, Identity, _SEEN_BY)
IDENTITY_LIST = Listing(identities, Identity, filters=("buyer_id", "channel", "address"), seen_by=_SEEN_BY)
IDENTITY_AT = Query(
    select(identities).where(
        identities.c.channel == bindparam("channel"), identities.c.address == bindparam("address")
    ),
    Identity,
)
LOCK_IDENTITY_AT = Query(
    select(identities)
    .where(identities.c.channel == bindparam("channel"), identities.c.address == bindparam("address"))
    .with_for_update(key_share=True),
    Identity,
)
NOTE_INBOUND = Statement(
    update(identities)
    .where(identities.c.id == bindparam("identity_id"))
    .values(
        last_inbound_at=func.greatest(
            identities.c.last_inbound_at, bindparam("at", type_=identities.c.last_inbound_at.type)
        )
    )
)
"""Note when a message was written, unless a later one is known; it is no change of the identity."""
