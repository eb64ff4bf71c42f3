"""The hashes of accepted pictures, and how those that look alike are found."""

from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    bindparam,
    cast,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, BIT

from aftersale_svc.domain.evidence.picture_hashes import FIELDS_PER_BIT, PARTS, StoredHash
from aftersale_svc.tables.evidence import evidence_files
from aftersale_svc.tables.evidence_reuse import MOST_MATCHES, OF_OTHER
from aftersale_svc.tables.schema import metadata

MOST_CANDIDATES = 5_000
"""How many hashes that share a part with another one are compared with it, for each of the parts."""

_PARTS = [f"((value >> {16 * place}) & 65535)" for place in range(PARTS)]
picture_hashes = Table(
    "picture_hashes",
    metadata,
    Column("file_id", Text, ForeignKey("evidence_files.id"), primary_key=True),
    Column("crop", SmallInteger, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
    Column("detail", SmallInteger, nullable=False),
    *(Index(f"picture_hashes_part_{place}_idx", sql(part)) for place, part in enumerate(_PARTS)),
)
PICTURE_HASHES = Rows(picture_hashes, StoredHash)

_h, _crop = picture_hashes.c, bindparam("crop", type_=SmallInteger)
_candidates = union_all(
    *(
        select(_h.file_id, _h.value, _h.detail)
        # A crop is compared with whole pictures only: two crops that are alike may be of any two pictures.
        .where(
            sql(f"{part} = ANY (:part_{place})").bindparams(bindparam(f"part_{place}", type_=ARRAY(BigInteger))),
            or_(_crop == 0, _h.crop == 0),
        )
        .limit(MOST_CANDIDATES)
        for place, part in enumerate(_PARTS)
    )
).subquery("candidates")
_c, _f = _candidates.c, evidence_files.c
_distance = func.bit_count(cast(_c.value.op("#")(bindparam("value", type_=BigInteger)), BIT(64)))
ALIKE: Query[Record] = Query(
    select(_f.id, func.min(_distance).label("distance"))
    .where(
        _f.id == _c.file_id,
        _distance <= bindparam("most", type_=Integer),
        _distance * FIELDS_PER_BIT <= func.least(_c.detail, bindparam("detail", type_=SmallInteger)),
        *OF_OTHER,
    )
    .group_by(_f.id)
    .order_by(func.min(_distance), _f.id.desc())
    .limit(MOST_MATCHES)
)
"""Accepted pictures of another order, case or account of which a hash is like this one."""
