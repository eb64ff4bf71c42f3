"""One-time codes for addresses."""

from aftercare_chassis.database.columns import one_of, text, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import Column, Index, Integer, Table, Text, bindparam, func, select, update
from sqlalchemy import text as sql

from cs_svc.domain.channels import Channel
from cs_svc.domain.link_codes import LinkCode, LinkCodeState
from cs_svc.tables.schema import metadata

link_codes = Table(
    "link_codes",
    metadata,
    Column("id", Text, primary_key=True),
    text("buyer_id"),
    *one_of("channel", Channel),
    text("address"),
    *one_of("state", LinkCodeState),
    text("code_hash", null=True),
    Column("attempts_left", Integer, nullable=False),
    text("why", null=True),
    timestamp("due_at", null=True),
    timestamp("expires_at"),
    timestamp("created_at"),
    Index("link_codes_due_idx", "due_at", "id", postgresql_where=sql("due_at IS NOT NULL")),
    Index("link_codes_address_idx", "channel", "address", "created_at"),
    Index("link_codes_buyer_idx", "buyer_id", "created_at"),
    Index("link_codes_expires_idx", "expires_at"),
)
_SEEN_BY: SeenBy = {"buyer": link_codes.c.buyer_id}

LINK_CODES = Rows(link_codes, LinkCode, _SEEN_BY)
_BY_BUYER = link_codes.c.buyer_id == bindparam("buyer_id")
_FOR_ADDRESS = (link_codes.c.channel == bindparam("channel")) & (link_codes.c.address == bindparam("address"))
ASKED_SINCE = Query(
    select(func.greatest(func.count().filter(_BY_BUYER), func.count().filter(_FOR_ADDRESS)).label("asked")).where(
        link_codes.c.created_at > bindparam("since"), _BY_BUYER | _FOR_ADDRESS
    )
)
"""How many codes a buyer has asked for since then, or anybody for an address: the greater of both."""
LOCK_ASKING: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("whose", type_=Text), 0)))
)
"""Lets those who ask for codes of one buyer, or to one address, be counted one after the other."""
NEXT_LINK_CODE = Query(
    select(link_codes)
    .where(link_codes.c.due_at.is_not(None))
    .order_by(link_codes.c.due_at, link_codes.c.id)
    .limit(1)
    .with_for_update(key_share=True, skip_locked=True),
    LinkCode,
)
LOCK_LINK_CODE = Query(
    select(link_codes).where(link_codes.c.id == bindparam("code_id")).with_for_update(key_share=True), LinkCode
)
_MOVED = ("state", "code_hash", "attempts_left", "why", "due_at")
MOVE_LINK_CODE = Statement(
    update(link_codes)
    .where(link_codes.c.id == bindparam("code_id"))
    .values({name: bindparam(f"new_{name}", type_=link_codes.c[name].type) for name in _MOVED})
)
