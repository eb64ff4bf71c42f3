"""What merchants say of the repairs of cases."""

from aftercare_chassis.database.columns import one_of, timestamp
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.repairs.codes import RepairFailure, RepairOutcome, RepairRemedy
from aftersale_svc.domain.cases.repairs.model import Repair
from aftersale_svc.tables.schema import metadata

repairs = Table(
    "repairs",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    timestamp("quoted_at", null=True),
    Column("days", Integer),
    Column("work", ARRAY(Text)),
    *one_of("failure", RepairFailure, null=True),
    *one_of("remedy", RepairRemedy, null=True),
    *one_of("outcome", RepairOutcome, null=True),
    CheckConstraint("(quoted_at IS NULL) = (days IS NULL)", name="quote"),
    CheckConstraint("(failure IS NULL) = (remedy IS NULL)", name="failed"),
)

REPAIRS = Rows(repairs, Repair)
