"""What each change of a case has changed. Rows are only inserted."""

from typing import Any

from aftercare_chassis.database.columns import document, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import Column, ColumnElement, DateTime, Integer, Table, Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.history.changes import CASE_FIELDS, CaseChange
from aftersale_svc.tables.cases.cases import CASES, cases
from aftersale_svc.tables.schema import metadata

case_changes = Table(
    "case_changes",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("previous", Integer, nullable=True),
    timestamp("at"),
    document("change"),
)

# Any: times are columns or parameters.

CASE_CHANGES = Rows(case_changes, CaseChange)
CHANGES_OF_CASE = Query(
    select(case_changes).where(case_changes.c.case_id == bindparam("case_id")).order_by(case_changes.c.version),
    CaseChange,
)
"""Whoever sees a case sees its changes: the case is looked up first."""
CHANGES_OF_CASES = Query(
    select(case_changes)
    .where(case_changes.c.case_id == any_(bindparam("case_ids", type_=ARRAY(Text))))
    .order_by(case_changes.c.case_id, case_changes.c.version),
    CaseChange,
)
"""The same of several cases, one after the other."""


CASES_OPENED = Query(
    select(*CASES.columns)
    .where(
        cases.c.order_id == bindparam("order_id"), cases.c.created_at <= bindparam("at", type_=DateTime(timezone=True))
    )
    .order_by(cases.c.id),
    Case,
)
"""The cases of an order that had been opened at a time. The caller has read one of them before."""


def field_at(name: str, case_id: ColumnElement[str], at: ColumnElement[Any]) -> ColumnElement[str]:
    """What a field of a case was at a time, as text: the last change until then that had it has it. NULL where none had it."""
    kept = case_changes.c.change[CASE_FIELDS]
    return (
        select(kept[name].astext)
        .where(case_changes.c.case_id == case_id, case_changes.c.at <= at, kept.has_key(name))
        .order_by(case_changes.c.version.desc())
        .limit(1)
        .scalar_subquery()
    )
