"""What inspections of returned goods have found, line by line."""

from aftercare_chassis.database.columns import minor, one_of, quantity, text
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import Column, ForeignKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.codes import RejectReason
from aftersale_svc.domain.cases.model import Inspection
from aftersale_svc.tables.schema import metadata

inspections = Table(
    "inspections",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("line_id", Text, primary_key=True),
    *quantity("accepted"),
    *minor("accepted_minor"),
    text("grade", null=True),
    *one_of("refuse_reason", RejectReason, null=True),
    Column("photos", ARRAY(Text)),
    ForeignKeyConstraint(["case_id", "line_id"], ["case_lines.case_id", "case_lines.line_id"]),
)

INSPECTIONS = Rows(inspections, Inspection)
