"""The hashes of accepted pictures, and how those that look alike are found."""

from typing import Any

from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Select,
    SmallInteger,
    Table,
    Text,
    bindparam,
    cast,
    column,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, BIT, array

from aftersale_svc.domain.evidence.picture_hashes import CHANGES, FIELDS_PER_BIT, PARTS, StoredHash
from aftersale_svc.tables.evidence.evidence import evidence_files
from aftersale_svc.tables.evidence.evidence_reuse import MOST_MATCHES, OF_OTHER, SAME
from aftersale_svc.tables.schema import metadata

MOST_CANDIDATES = 300
"""How many hashes with the same value of a part are compared with another one: those of the newest files."""

_PARTS = [f"((value >> {16 * place}) & 65535)" for place in range(PARTS)]
picture_hashes = Table(
    "picture_hashes",
    metadata,
    Column("file_id", Text, ForeignKey("evidence_files.id"), primary_key=True),
    Column("crop", SmallInteger, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
    Column("detail", SmallInteger, nullable=False),
    *(Index(f"picture_hashes_newest_{place}_idx", sql(part), "file_id") for place, part in enumerate(_PARTS)),
)
PICTURE_HASHES = Rows(picture_hashes, StoredHash)
HASHES_OF = Query(
    select(picture_hashes).where(picture_hashes.c.file_id == bindparam("file_id")).order_by(picture_hashes.c.crop),
    StoredHash,
)
"""The hashes of a file."""

# The hashes of one file, and by what a part of a hash like it may differ: of `FARTHEST` bits some part has one at most.
_mine = (
    func.unnest(
        bindparam("crops", type_=ARRAY(SmallInteger)),
        bindparam("values", type_=ARRAY(BigInteger)),
        bindparam("details", type_=ARRAY(SmallInteger)),
    )
    .table_valued(column("crop", SmallInteger), column("value", BigInteger), column("detail", SmallInteger))
    .render_derived(name="mine")
)
_change = (
    func.unnest(array(CHANGES, type_=BigInteger)).table_valued(column("bits", BigInteger)).render_derived(name="change")
)


def _like(place: int) -> Select[Any]:  # Any: columns of several types
    """The hashes of other files that are like one of them, by their distance, as far as this part of both is alike."""
    their, part = picture_hashes.alias("their"), _PARTS[place]
    newest = (
        select(their)
        # A crop is compared with whole pictures only: two crops that are alike may be of any two pictures.
        .where(
            sql(f"{part.replace('value', 'their.value')} = {part.replace('value', 'mine.value')} # change.bits"),
            or_(_mine.c.crop == 0, their.c.crop == 0),
        )
        .order_by(their.c.file_id.desc())
        .limit(MOST_CANDIDATES)
        .correlate(_mine, _change)
        .lateral("newest")
    )
    distance = func.bit_count(cast(newest.c.value.op("#")(_mine.c.value), BIT(64)))
    return (
        select(newest.c.file_id, distance.label("distance"))
        .select_from(_mine.join(_change, true()).join(newest, true()))
        .where(
            distance <= bindparam("most", type_=Integer),
            distance * FIELDS_PER_BIT <= func.least(newest.c.detail, _mine.c.detail),
        )
    )


_f = evidence_files.c
_near = union_all(*map(_like, range(PARTS))).subquery("near")
_found = union_all(
    SAME.subquery("same").select(),
    select(_f.id, false().label("same_hash"), func.min(_near.c.distance).label("distance"))
    .where(_f.id == _near.c.file_id, *OF_OTHER)
    .group_by(_f.id),
).subquery("found")
_is_same, _least = func.bool_or(_found.c.same_hash), func.min(_found.c.distance)
LIKE_FILE: Query[Record] = Query(
    select(_found.c.id, _is_same.label("same_hash"), _least.label("distance"))
    .group_by(_found.c.id)
    .order_by(_is_same.desc(), _least, _found.c.id.desc())
    .limit(MOST_MATCHES)
)
"""Accepted files of another order, case or account with the same content, and pictures of which a hash is like one of this file:
the same first, then the nearest and the newest."""
