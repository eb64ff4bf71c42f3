"""What the legs of a case keep: its return, its inspection line by line, its refunds attempt by attempt."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TypeVar

from aftercare_chassis.database.columns import document, minor, moment, one_of, quantity, text
from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    bindparam,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.codes import RefundCause, RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine, Inspection, Refund, Return
from aftersale_svc.tables.cases import case_lines, cases
from aftersale_svc.tables.schema import metadata

R = TypeVar("R")

returns = Table(
    "returns",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    document("address", null=True),
    text("carrier", null=True),
    text("waybill_no", null=True),
    moment("scanned_at", null=True),
    moment("delivered_at", null=True),
    CheckConstraint("(carrier IS NULL) = (waybill_no IS NULL)", name="waybill"),
)

inspections = Table(
    "inspections",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("line_id", Text, primary_key=True),
    *quantity("accepted"),
    *minor("accepted_minor"),
    text("grade", null=True),
    ForeignKeyConstraint(["case_id", "line_id"], ["case_lines.case_id", "case_lines.line_id"]),
)

refunds = Table(
    "refunds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    *one_of("state", RefundState),
    *one_of("cause", RefundCause),
    *minor("units_minor"),
    *minor("freight_minor"),
    text("currency"),
    text("failure_code", null=True),
    moment("requested_at"),
    moment("ended_at", null=True),
    CheckConstraint("(state = 'requested') = (ended_at IS NULL)", name="ended"),
    CheckConstraint("failure_code IS NULL OR state = 'failed'", name="failed"),
    Index("refunds_case_idx", "case_id", "id"),
    # The money of a case goes back once: only what was refused can be tried again.
    Index("refunds_case_key", "case_id", unique=True, postgresql_where=sql("state <> 'failed'")),
)

RETURNS = Rows(returns, Return)
INSPECTIONS = Rows(inspections, Inspection)
REFUNDS = Rows(refunds, Refund)
_DETAILS = (
    *case_lines.c,
    inspections.c.accepted,
    inspections.c.accepted_minor,
    inspections.c.grade,
    *(column.label(f"return_{column.name}") for column in returns.c),
    *(column.label(f"refund_{column.name}") for column in refunds.c),
)
DETAILS: Query[Record] = Query(
    select(*_DETAILS)
    .select_from(
        case_lines.join(cases, cases.c.id == case_lines.c.case_id)
        .outerjoin(
            inspections,
            (inspections.c.case_id == case_lines.c.case_id) & (inspections.c.line_id == case_lines.c.line_id),
        )
        .outerjoin(returns, returns.c.case_id == case_lines.c.case_id)
        .outerjoin(refunds, refunds.c.id == cases.c.refund_id)
    )
    .where(case_lines.c.case_id == bindparam("case_ids", type_=ARRAY(Text)).any_())
    .order_by(case_lines.c.case_id, case_lines.c.line_id)
)
"""The lines of many cases; each row has the return of its case and the refund decided last, too."""

_LINE = tuple(field.name for field in fields(CaseLine))


def full_cases(found: Sequence[Case], details: Iterable[Record]) -> list[FullCase]:
    """The cases, in their order, with what DETAILS has of them."""
    by_case: dict[str, list[Record]] = {each.id: [] for each in found}
    for record in details:
        by_case[record["case_id"]].append(record)
    return [_full(each, by_case[each.id]) for each in found]


def _full(case: Case, records: Sequence[Record]) -> FullCase:
    lines = tuple(CaseLine(**{name: record[name] for name in _LINE}) for record in records)
    return_ = _part(records[0], "return_", RETURNS) or Return(case_id=case.id)
    return FullCase(case=case, lines=lines, return_=return_, refund=_part(records[0], "refund_", REFUNDS))


def _part(record: Record, prefix: str, rows: Rows[R]) -> R | None:
    """The row of an outer join; None where there is none."""
    values = {column.name: record[prefix + column.name] for column in rows.columns}
    return None if values[rows.key[0]] is None else rows.build(values)
