"""Price adjustments: the prices that the applicant names for each line, and what was granted."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("cases", "type", "price_adjust")
    op.create_table(
        "price_checks",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("reference_minor", sa.BigInteger(), nullable=False),
        sa.Column("checked_minor", sa.BigInteger(), nullable=False),
        sa.Column("granted_minor", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "line_id", name=op.f("price_checks_pkey")),
        sa.ForeignKeyConstraint(
            ["case_id", "line_id"],
            ["case_lines.case_id", "case_lines.line_id"],
            name=op.f("price_checks_case_id_line_id_fkey"),
        ),
        sa.CheckConstraint("reference_minor >= 0", name=op.f("price_checks_reference_minor_check")),
        sa.CheckConstraint("checked_minor >= 0", name=op.f("price_checks_checked_minor_check")),
        sa.CheckConstraint("granted_minor >= 0", name=op.f("price_checks_granted_minor_check")),
        sa.CheckConstraint("checked_minor < reference_minor", name=op.f("price_checks_lower_check")),
    )


def downgrade() -> None:
    op.drop_table("price_checks")
    forbid_codes("cases", "type", "price_adjust", instead="refund_only")
