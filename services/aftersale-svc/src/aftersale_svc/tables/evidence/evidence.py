"""Evidence files, what the worker has yet to look at, and which files are like others."""

from typing import Any

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from aftercare_files.media import MediaType
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
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.types import DateTime

from aftersale_svc.domain.cases.codes import EvidenceKind
from aftersale_svc.domain.evidence.model import (
    CitedFile,
    EvidenceCheck,
    EvidenceFile,
    EvidenceRefusal,
    EvidenceState,
)
from aftersale_svc.domain.permissions import STAFF
from aftersale_svc.tables.cases.cases import case_timeline, cases
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
    # Earlier builds, which may run beside this one, write it and read it by its index; it goes a release later.
    Column("look", BigInteger),
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
    Index("evidence_files_look_idx", "look", postgresql_include=["id"], postgresql_where=sql("look IS NOT NULL")),
)

evidence_checks = Table(
    "evidence_checks",
    metadata,
    Column("id", Text, ForeignKey("evidence_files.id"), primary_key=True),
    Column("attempts", Integer, nullable=False),
    timestamp("due_at"),
    Index("evidence_checks_due_idx", "due_at"),
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


CITED_BY_OTHERS: Query[Record] = Query(
    select(func.unnest(case_timeline.c.evidence).label("sha256"))
    .distinct()
    .join_from(case_timeline, cases, cases.c.id == case_timeline.c.case_id)
    .where(
        cases.c.order_id == bindparam("order_id"),
        case_timeline.c.actor_role != bindparam("role"),
        case_timeline.c.at <= bindparam("at", type_=DateTime(timezone=True)),
    )
)
"""The hashes that steps of others than `role` had cited in the cases of an order at a time. The caller has read one of them before."""


def _shown_to(role: str) -> ColumnElement[bool]:
    """What a party sees: its own files, and accepted ones of the order that somebody else cites in a case."""
    own, party = (_f.owner_buyer_id, _f.buyer_id) if role == "buyer" else (_f.owner_merchant_id, _f.merchant_id)
    return or_(own == _viewer, and_(_ACCEPTED, party == _viewer, _cited_by_others(role)))


# Not `select(evidence_files)`: the table has a column that files lack.
_ONE = select(*EVIDENCE.columns).where(_f.id == bindparam("evidence_id"))
_OF_CASE = (
    select(*EVIDENCE.columns)
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

_STATES = select(_f.sha256, _f.state, _f.kind).where(
    _f.order_id == bindparam("order_id"), _f.sha256 == func.any(bindparam("cited", type_=ARRAY(Text)))
)
STATES_OF_CITED: dict[str, Query[CitedFile]] = {
    **{role: Query(_STATES.where(_shown_to(role)), CitedFile) for role in ("buyer", "seller")},
    **{role: Query(_STATES, CitedFile) for role in STAFF},
}
"""The states of the files of the order that have a cited hash, by the role of who may use them."""

NUMBER_OF_A_SIDE: Query[Record] = Query(
    select(func.count().label("number")).where(
        _f.order_id == bindparam("order_id"),
        _f.owner_buyer_id.is_not_distinct_from(bindparam("owner_buyer_id", type_=Text)),
        _f.owner_merchant_id.is_not_distinct_from(bindparam("owner_merchant_id", type_=Text)),
    )
)

CITED_KINDS: Query[Record] = Query(
    select(_f.kind)
    .where(
        _f.order_id == bindparam("order_id"),
        _ACCEPTED,
        _f.sha256 == func.any(bindparam("cited", type_=ARRAY(Text))),
        _f.updated_at <= bindparam("at", type_=DateTime(timezone=True)),
    )
    .distinct()
)
"""The kinds of the files of the order with a cited hash that were accepted by a time."""
# Any: the type of what is found
_CHECKED: dict[str, ColumnElement[Any]] = {
    "number": func.count(_f.sha256.distinct()),
    "kinds": func.array_agg(_f.kind.distinct()),
}
CHECKED_FILES: Query[Record] = Query(
    select(*(found.label(name) for name, found in _CHECKED.items())).where(
        _f.order_id == bindparam("order_id"), _ACCEPTED, _f.sha256 == func.any(bindparam("cited", type_=ARRAY(Text)))
    )
)
"""How many of the cited hashes are those of files of the order that were accepted, and of which kinds these are."""

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
