"""The legs of a case and what it holds have tables of their own: returns, inspections, refunds, holds.

Only the refund decided last was kept, so one attempt per case is carried over; the failure codes of earlier builds are in
the timeline.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
# Builds before read and write the columns that are dropped here.
compatible_with = "0004"

RETURNS = """
INSERT INTO returns (case_id, address, carrier, waybill_no, scanned_at, delivered_at)
SELECT id, return_address, return_carrier, return_waybill_no, return_scanned_at, delivered_at FROM cases
WHERE num_nonnulls(return_address, return_carrier, return_waybill_no, return_scanned_at, delivered_at) > 0
"""
INSPECTIONS = """
INSERT INTO inspections (case_id, line_id, accepted, accepted_minor, grade)
SELECT case_id, line_id, accepted, coalesce(accepted_minor, 0), grade FROM case_lines WHERE accepted IS NOT NULL
"""
# The freight in the refund decided last; it cannot be more than the refund.
REFUNDS = """
INSERT INTO refunds (id, case_id, state, cause, units_minor, freight_minor, currency, requested_at, ended_at)
SELECT refund_id, id,
    CASE state WHEN 'refunding' THEN 'requested' WHEN 'completed' THEN 'succeeded' ELSE 'failed' END,
    coalesce(refund_cause, 'approval'),
    greatest(refund_minor - shipping_refund_minor, 0), least(shipping_refund_minor, refund_minor),
    currency, updated_at, CASE state WHEN 'refunding' THEN NULL ELSE updated_at END
FROM cases WHERE refund_id IS NOT NULL
"""
HOLDS = """
INSERT INTO holds (line_id, case_id, state, units, amount_minor)
SELECT line_id, case_id,
    CASE WHEN state = 'completed' THEN 'settled' WHEN state IN ('closed', 'cancelled') THEN 'released' ELSE 'held' END,
    CASE WHEN state = 'completed' THEN coalesce(accepted, quantity) ELSE quantity END,
    CASE WHEN state = 'completed' THEN coalesce(accepted_minor, amount_minor) ELSE amount_minor END
FROM case_lines JOIN cases ON cases.id = case_id
"""
BACK = """
UPDATE cases SET return_address = address, return_carrier = carrier, return_waybill_no = waybill_no,
    return_scanned_at = scanned_at, delivered_at = returns.delivered_at
FROM returns WHERE returns.case_id = cases.id;
UPDATE case_lines SET accepted = i.accepted, accepted_minor = i.accepted_minor, grade = i.grade
FROM inspections i WHERE i.case_id = case_lines.case_id AND i.line_id = case_lines.line_id;
UPDATE cases SET refund_minor = units_minor + freight_minor, refund_cause = cause,
    refunded_minor = CASE refunds.state WHEN 'succeeded' THEN units_minor + freight_minor ELSE 0 END
FROM refunds WHERE refunds.id = cases.refund_id
"""


def upgrade() -> None:
    _create_tables()
    for statement in (RETURNS, INSPECTIONS, REFUNDS, HOLDS):
        op.execute(statement)
    for table, column in _columns():
        op.drop_column(table, column.name)
    op.drop_index("case_lines_line_idx", table_name="case_lines")
    for table in ("cases", "disputes"):
        op.create_check_constraint(op.f(f"{table}_version_check"), table, "version > 0")


def downgrade() -> None:
    for table in ("cases", "disputes"):
        op.drop_constraint(op.f(f"{table}_version_check"), table, type_="check")
    op.create_index("case_lines_line_idx", "case_lines", ["line_id"])
    for table, column in _columns():
        op.add_column(table, column)
    for statement in BACK.split(";"):
        op.execute(statement)
    for table, rule, condition in RULES:
        op.create_check_constraint(op.f(f"{table}_{rule}_check"), table, condition)
    for name in ("refund_minor", "refunded_minor"):
        op.alter_column("cases", name, server_default=None)
    for table in ("holds", "refunds", "inspections", "returns"):
        op.drop_table(table)


# PostgreSQL drops a CHECK with the last of its columns.
def _columns() -> list[tuple[str, sa.Column[object]]]:
    """The columns of earlier builds, by table."""
    return [
        ("cases", sa.Column("refund_minor", sa.BigInteger(), nullable=False, server_default="0")),
        ("cases", sa.Column("refund_cause", sa.Text(), nullable=True)),
        ("cases", sa.Column("refunded_minor", sa.BigInteger(), nullable=False, server_default="0")),
        ("cases", sa.Column("return_address", postgresql.JSONB(none_as_null=True), nullable=True)),
        ("cases", sa.Column("return_carrier", sa.Text(), nullable=True)),
        ("cases", sa.Column("return_waybill_no", sa.Text(), nullable=True)),
        ("cases", sa.Column("return_scanned_at", sa.DateTime(timezone=True), nullable=True)),
        ("cases", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True)),
        ("case_lines", sa.Column("accepted", sa.Integer(), nullable=True)),
        ("case_lines", sa.Column("accepted_minor", sa.BigInteger(), nullable=True)),
        ("case_lines", sa.Column("grade", sa.Text(), nullable=True)),
    ]


RULES = [
    ("cases", "refund", "refund_minor <= requested_minor + shipping_refund_minor"),
    ("cases", "refunded", "refunded_minor <= requested_minor + shipping_refund_minor"),
    ("cases", "refund_minor", "refund_minor >= 0"),
    ("cases", "refunded_minor", "refunded_minor >= 0"),
    ("cases", "refund_cause", "refund_cause IN ('approval', 'inspection', 'verdict', 'timeout')"),
    ("case_lines", "judged", "accepted <= quantity AND accepted_minor <= amount_minor"),
    ("case_lines", "accepted", "accepted >= 0"),
    ("case_lines", "accepted_minor", "accepted_minor >= 0"),
]


def _create_tables() -> None:
    op.create_table(
        "returns",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("address", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("waybill_no", sa.Text(), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(carrier IS NULL) = (waybill_no IS NULL)", name=op.f("returns_waybill_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_table(
        "inspections",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.CheckConstraint("accepted >= 0", name=op.f("inspections_accepted_check")),
        sa.CheckConstraint("accepted_minor >= 0", name=op.f("inspections_accepted_minor_check")),
        sa.ForeignKeyConstraint(["case_id", "line_id"], ["case_lines.case_id", "case_lines.line_id"]),
        sa.PrimaryKeyConstraint("case_id", "line_id"),
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("units_minor", sa.BigInteger(), nullable=False),
        sa.Column("freight_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('requested', 'succeeded', 'failed')", name=op.f("refunds_state_check")),
        sa.CheckConstraint(
            "cause IN ('approval', 'inspection', 'verdict', 'timeout')", name=op.f("refunds_cause_check")
        ),
        sa.CheckConstraint("units_minor >= 0", name=op.f("refunds_units_minor_check")),
        sa.CheckConstraint("freight_minor >= 0", name=op.f("refunds_freight_minor_check")),
        sa.CheckConstraint("(state = 'requested') = (ended_at IS NULL)", name=op.f("refunds_ended_check")),
        sa.CheckConstraint("failure_code IS NULL OR state = 'failed'", name=op.f("refunds_failed_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("refunds_case_idx", "refunds", ["case_id", "id"])
    op.create_index(
        "refunds_case_key", "refunds", ["case_id"], unique=True, postgresql_where=sa.text("state <> 'failed'")
    )
    op.create_table(
        "holds",
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('held', 'settled', 'released')", name=op.f("holds_state_check")),
        sa.CheckConstraint("units >= 0", name=op.f("holds_units_check")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("holds_amount_minor_check")),
        sa.ForeignKeyConstraint(["case_id", "line_id"], ["case_lines.case_id", "case_lines.line_id"]),
        sa.PrimaryKeyConstraint("line_id", "case_id"),
    )
