"""Evidence files, what the worker has yet to look at, and which files are like others."""

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.types import DateTime

from aftersale_svc.domain.evidence.model import (
    EvidenceCheck,
    EvidenceFile,
    EvidenceKind,
    EvidenceMatch,
    EvidenceRefusal,
    EvidenceReuse,
    EvidenceState,
    MediaType,
)
from aftersale_svc.domain.permissions import STAFF
from aftersale_svc.tables.cases import case_timeline, cases
from aftersale_svc.tables.schema import metadata

evidence_files = Table(
    "evidence_files",
    metadata,
    *aggregate(),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    Column("case_id", Text, ForeignKey("cases.id")),
    text("buyer_id"),
    text("merchant_id"),
    text("owner_buyer_id", null=True),
    text("owner_merchant_id", null=True),
    text("uploader_id"),
    text("uploader_role"),
    *one_of("kind", EvidenceKind),
    *one_of("media_type", MediaType),
    Column("size", BigInteger, nullable=False),
    text("sha256"),
    *one_of("state", EvidenceState),
    text("whose_turn"),
    timestamp("deadline_at", null=True),
    *one_of("refused_because", EvidenceRefusal, null=True),
    *one_of("copy_type", MediaType, null=True),
    text("copy_sha256", null=True),
    text("thumbnail_sha256", null=True),
    Column("scanned", Boolean),
    timestamp("created_at"),
    timestamp("updated_at"),
    timestamp("uploaded_at", null=True),
    CheckConstraint("size > 0", name="size"),
    CheckConstraint("num_nonnulls(owner_buyer_id, owner_merchant_id) <= 1", name="owner"),
    CheckConstraint("(state = 'refused') = (refused_because IS NOT NULL)", name="refused"),
    CheckConstraint(
        "(state = 'accepted') = (copy_sha256 IS NOT NULL) AND (copy_sha256 IS NULL) = (copy_type IS NULL)",
        name="accepted",
    ),
    Index("evidence_files_order_idx", "order_id", "id"),
    Index("evidence_files_sha256_idx", "sha256", postgresql_where=sql("state = 'accepted'")),
)

evidence_checks = Table(
    "evidence_checks",
    metadata,
    Column("id", Text, ForeignKey("evidence_files.id"), primary_key=True),
    Column("attempts", Integer, nullable=False),
    timestamp("due_at"),
    Index("evidence_checks_due_idx", "due_at"),
)

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

_f, _viewer = evidence_files.c, bindparam("viewer", type_=Text)
_ACCEPTED = _f.state == EvidenceState.ACCEPTED
EVIDENCE_SEEN_BY = {
    "buyer": _f.owner_buyer_id,
    "seller": _f.owner_merchant_id,
    **dict.fromkeys(sorted(STAFF)),
}
EVIDENCE = Rows(evidence_files, EvidenceFile, EVIDENCE_SEEN_BY)
CHECKS = Rows(evidence_checks, EvidenceCheck)
MATCHES = Rows(evidence_matches, EvidenceMatch)


def _cited_by_others(role: str) -> ColumnElement[bool]:
    """Whether a step of somebody else cites it. A side that knows the hash of a file opens nothing by citing it itself."""
    return exists(
        select(case_timeline.c.id)
        .where(
            cases.c.order_id == _f.order_id,
            case_timeline.c.case_id == cases.c.id,
            case_timeline.c.actor_role != role,
            case_timeline.c.evidence.contains(array([_f.sha256], type_=Text)),
        )
        .correlate(evidence_files)
    )


def _shown_to(role: str) -> ColumnElement[bool]:
    """What a party sees: its own files, and accepted ones of the order that somebody else cites in a case."""
    own, party = (_f.owner_buyer_id, _f.buyer_id) if role == "buyer" else (_f.owner_merchant_id, _f.merchant_id)
    return or_(own == _viewer, and_(_ACCEPTED, party == _viewer, _cited_by_others(role)))


_ONE = select(evidence_files).where(_f.id == bindparam("evidence_id"))
_OF_CASE = (
    select(evidence_files)
    .where(
        _f.order_id == bindparam("order_id"),
        or_(_f.sha256 == func.any(bindparam("cited", type_=ARRAY(Text))), _f.case_id == bindparam("case_id")),
    )
    .order_by(_f.id)
)


def _per_role(statement: "Select[EvidenceFile]") -> dict[str, Query[EvidenceFile]]:
    parties = {role: Query(statement.where(_shown_to(role)), EvidenceFile) for role in ("buyer", "seller")}
    return {**parties, **{role: Query(statement, EvidenceFile) for role in STAFF}}


FILE = _per_role(_ONE)
FILES_OF_CASE = _per_role(_OF_CASE)
"""By role; other roles see no file."""

_STATES = select(_f.sha256, _f.state).where(
    _f.order_id == bindparam("order_id"), _f.sha256 == func.any(bindparam("cited", type_=ARRAY(Text)))
)
STATES_OF_CITED: dict[str, Query[Record]] = {
    **{role: Query(_STATES.where(_shown_to(role))) for role in ("buyer", "seller")},
    **{role: Query(_STATES) for role in STAFF},
}
"""The states of the files of the order that have a cited hash, by the role of who may use them."""

NUMBER_OF_A_SIDE: Query[Record] = Query(
    select(func.count().label("number")).where(
        _f.order_id == bindparam("order_id"),
        _f.owner_buyer_id.is_not_distinct_from(bindparam("owner_buyer_id", type_=Text)),
        _f.owner_merchant_id.is_not_distinct_from(bindparam("owner_merchant_id", type_=Text)),
    )
)

CHECKED_FILES: Query[Record] = Query(
    select(func.count(_f.sha256.distinct()).label("number")).where(
        _f.order_id == bindparam("order_id"), _ACCEPTED, _f.sha256 == func.any(bindparam("cited", type_=ARRAY(Text)))
    )
)
"""How many of the cited hashes are those of files of the order that were accepted."""

_c = evidence_checks.c
NEXT_CHECK = Query(
    select(evidence_checks).order_by(_c.due_at).limit(1).with_for_update(key_share=True, skip_locked=True),
    EvidenceCheck,
)
PUT_OFF_CHECK = Statement(
    update(evidence_checks)
    .where(_c.id == bindparam("file_id"))
    .values(due_at=bindparam("next_at", type_=DateTime(timezone=True)), attempts=bindparam("tries", type_=Integer))
)
DROP_CHECK = Statement(delete(evidence_checks).where(_c.id == bindparam("file_id")))

LOCK_MATCHES: Query[Record] = Query(select(func.pg_advisory_xact_lock(0x0AC4).label("locked")))
"""One transaction at a time notes matches: of two files that are accepted at once, the second sees the first."""

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
SAME: Query[Record] = Query(
    select(_f.id)
    .where(_ACCEPTED, _f.sha256 == bindparam("sha256", type_=Text), *OF_OTHER)
    .order_by(_f.id.desc())
    .limit(MOST_MATCHES)
)
"""Accepted files with the same content, of another order, case or account."""
_m = evidence_matches.c
_either = union_all(
    select(_m.file_id.label("of"), _m.other_id.label("other"), _m.same_hash, _m.distance),
    select(_m.other_id.label("of"), _m.file_id.label("other"), _m.same_hash, _m.distance),
).subquery("either")
REUSES_OF = Query(
    select(
        _either.c.of.label("file_id"),
        _f.id.label("other_id"),
        _f.order_id,
        _f.case_id,
        _f.uploader_id,
        _f.uploader_role,
        _either.c.same_hash,
        _either.c.distance,
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
        _f.uploader_id,
        _f.uploader_role,
        literal(True).label("same_hash"),
        cast(null(), Integer).label("distance"),
    )
    .where(
        _ACCEPTED, _f.sha256 == func.any(bindparam("cited", type_=ARRAY(Text))), _f.order_id != bindparam("order_id")
    )
    .order_by(_f.id)
    .limit(MOST_MATCHES),
    EvidenceReuse,
)
"""Files of other orders whose hash a case cites, although it was not uploaded for its own order: `file_id` is the hash."""
