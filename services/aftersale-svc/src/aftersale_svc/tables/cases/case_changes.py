"""What each change of a case has changed. Rows are only inserted."""

from typing import Any

from aftercare_chassis.database.columns import document, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import Column, ColumnElement, Integer, Table, Text, bindparam, select

from aftersale_svc.domain.history.changes import CASE_FIELDS, CaseChange
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
