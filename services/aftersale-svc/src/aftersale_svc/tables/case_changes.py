"""What each change of a case has changed. Rows are only inserted."""

from aftercare_chassis.database.columns import document, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import Column, Integer, Table, Text, bindparam, select

from aftersale_svc.domain.history.changes import CaseChange
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

CASE_CHANGES = Rows(case_changes, CaseChange)
CHANGES_OF_CASE = Query(
    select(case_changes).where(case_changes.c.case_id == bindparam("case_id")).order_by(case_changes.c.version),
    CaseChange,
)
"""Whoever sees a case sees its changes: the case is looked up first."""
