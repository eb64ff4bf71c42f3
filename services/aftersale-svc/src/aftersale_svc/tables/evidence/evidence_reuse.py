"""Files that are like others, and the cases that have them."""

from aftercare_chassis.database.columns import timestamp
from aftercare_chassis.database.mapping import Query, Statement
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array, insert
from sqlalchemy.types import DateTime

from aftersale_svc.domain.evidence.model import EvidenceReuse, EvidenceState
from aftersale_svc.tables.cases.cases import case_timeline, cases
from aftersale_svc.tables.evidence.evidence import evidence_files
from aftersale_svc.tables.evidence.reused_evidence import reused_evidence
from aftersale_svc.tables.schema import metadata

evidence_matches = Table(
    "evidence_matches",
    metadata,
    Column("file_id", Text, ForeignKey("evidence_files.id"), primary_key=True),
    Column("other_id", Text, ForeignKey("evidence_files.id"), primary_key=True),
    Column("same_hash", Boolean, nullable=False),
    Column("distance", Integer),
    timestamp("found_at"),
    Index("evidence_matches_other_idx", "other_id"),
)
_row = (
    func.unnest(
        bindparam("files", type_=ARRAY(Text)),
        bindparam("others", type_=ARRAY(Text)),
        bindparam("same", type_=ARRAY(Boolean)),
        bindparam("distances", type_=ARRAY(Integer)),
    )
    .table_valued("file_id", "other_id", "same_hash", "distance")
    .render_derived(name="row")
)
NOTE_MATCHES = Statement(
    insert(evidence_matches)
    .from_select(
        ["file_id", "other_id", "same_hash", "distance", "found_at"],
        select(*_row.c, bindparam("now", type_=DateTime(timezone=True))),
    )
    .on_conflict_do_nothing()
)
"""Notes pairs of files, each once: `file_id` is the greater id, and the pairs are in order, so that two who note the same do not block
each other."""

_f = evidence_files.c
_ACCEPTED = _f.state == EvidenceState.ACCEPTED
OF_OTHER = (
    _f.id != bindparam("file_id", type_=Text),
    or_(
        _f.order_id != bindparam("order_id", type_=Text),
        _f.case_id != bindparam("case_id", type_=Text),
        _f.owner_buyer_id.is_distinct_from(bindparam("owner_buyer_id", type_=Text)),
        _f.owner_merchant_id.is_distinct_from(bindparam("owner_merchant_id", type_=Text)),
    ),
)
MOST_MATCHES = 50
SAME = (
    select(_f.id, literal(True).label("same_hash"), cast(bindparam("same", type_=Integer), Integer).label("distance"))
    .where(_ACCEPTED, _f.sha256 == bindparam("sha256", type_=Text), *OF_OTHER)
    .order_by(_f.id.desc())
    .limit(MOST_MATCHES)
)
"""Accepted files with the same content, of another order, case or account, the newest."""
_m = evidence_matches.c
_either = union_all(
    select(_m.file_id.label("of"), _m.other_id.label("other"), _m.same_hash, _m.distance, _m.found_at),
    select(_m.other_id.label("of"), _m.file_id.label("other"), _m.same_hash, _m.distance, _m.found_at),
).subquery("either")
REUSES_OF = Query(
    select(
        _either.c.of.label("file_id"),
        _f.id.label("other_id"),
        _f.order_id,
        _f.case_id,
        _f.buyer_id,
        _f.merchant_id,
        _f.uploader_id,
        _f.uploader_role,
        _either.c.same_hash,
        _either.c.distance,
        _either.c.found_at,
    )
    .where(_f.id == _either.c.other, _either.c.of == func.any(bindparam("file_ids", type_=ARRAY(Text))))
    .order_by(_either.c.same_hash.desc(), _f.id),
    EvidenceReuse,
)
"""Where else the files were used, whichever of the two was accepted first."""
ELSEWHERE = Query(
    select(
        _f.sha256.label("file_id"),
        _f.id.label("other_id"),
        _f.order_id,
        _f.case_id,
        _f.buyer_id,
        _f.merchant_id,
        _f.uploader_id,
        _f.uploader_role,
        literal(True).label("same_hash"),
        cast(null(), Integer).label("distance"),
        _f.updated_at.label("found_at"),
    )
    .where(
        _ACCEPTED, _f.sha256 == func.any(bindparam("cited", type_=ARRAY(Text))), _f.order_id != bindparam("order_id")
    )
    .order_by(_f.id)
    .limit(MOST_MATCHES),
    EvidenceReuse,
)
"""Files of other orders whose hash a case cites, although it was not uploaded for its own order: `file_id` is the hash."""

_now, _about = bindparam("now", type_=DateTime(timezone=True)), bindparam("case_id", type_=Text)
_is_matched = exists().where(or_(_m.file_id == _f.id, _m.other_id == _f.id)).correlate(evidence_files)
_used_elsewhere = exists().where(
    _ACCEPTED,
    _f.sha256 == func.any(bindparam("cited", type_=ARRAY(Text))),
    or_(_f.order_id != bindparam("order_id", type_=Text), _is_matched),
)
IS_REUSED: Query[Record] = Query(select(_used_elsewhere.label("is_reused")))
"""Whether one of the cited hashes is that of a file of another order, or of one that was used elsewhere, too."""
NOTE_CITED = Statement(
    insert(reused_evidence)
    .from_select(["case_id", "found_at"], select(_about, _now).where(_used_elsewhere))
    .on_conflict_do_nothing()
)
"""Notes of a case whether it cites such a hash."""
_case = cases.c
_is_of_case = or_(
    _f.case_id == _case.id,
    exists()
    .where(case_timeline.c.case_id == _case.id, case_timeline.c.evidence.contains(array([_f.sha256], type_=Text)))
    .correlate(evidence_files, cases),
)
NOTE_CASES_OF = Statement(
    insert(reused_evidence)
    .from_select(
        ["case_id", "found_at"],
        select(_case.id, _now)
        .distinct()
        .where(
            _case.order_id == _f.order_id,
            _f.id == func.any(bindparam("file_ids", type_=ARRAY(Text))),
            _is_of_case,
        )
        .order_by(_case.id),
    )
    .on_conflict_do_nothing()
)
"""Notes the cases that have, or cite, one of these files."""
REUSE_OF_CASE: Query[Record] = Query(select(reused_evidence.c.found_at).where(reused_evidence.c.case_id == _about))
