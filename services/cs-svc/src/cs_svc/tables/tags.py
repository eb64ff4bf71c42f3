"""Tags of conversations."""

from aftercare_chassis.database.columns import aggregate, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from asyncpg import Record
from sqlalchemy import Boolean, Column, Table, Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from cs_svc.domain.tags import Tag
from cs_svc.tables.schema import metadata

tags = Table(
    "tags",
    metadata,
    *aggregate(),
    text("name_zh"),
    text("name_en"),
    Column("retired", Boolean, nullable=False),
    timestamp("created_at"),
    timestamp("updated_at"),
)
_STAFF = {"agent": None, "arbitrator": None, "admin": None}
TAGS = Rows(tags, Tag, _STAFF)
TAG_LIST = Listing(tags, Tag, filters=(), seen_by=_STAFF)
TAG = Query(select(*TAGS.columns).where(tags.c.id == bindparam("id", type_=Text)), Tag)
USABLE_TAGS: Query[Record] = Query(
    select(tags.c.id).where(tags.c.id == any_(bindparam("ids", type_=ARRAY(Text))), tags.c.retired.is_(False))
)
