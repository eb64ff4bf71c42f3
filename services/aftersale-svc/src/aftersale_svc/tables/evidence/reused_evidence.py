"""Which cases have evidence that was used elsewhere, too."""

from aftercare_chassis.database.columns import timestamp
from sqlalchemy import Column, ColumnElement, ForeignKey, Table, Text, exists

from aftersale_svc.tables.schema import metadata

reused_evidence = Table(
    "reused_evidence",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    timestamp("found_at"),
)


def is_reused(case_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the case cites, or has, a file that was used elsewhere, too."""
    return exists().where(reused_evidence.c.case_id == case_id)
