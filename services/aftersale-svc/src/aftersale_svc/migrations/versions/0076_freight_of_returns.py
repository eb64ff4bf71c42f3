"""Buyers state what they have paid for returns, and merchants reimburse it."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

_CHECKS = {
    **{f"{name}_minor": f"{name}_minor >= 0" for name in ("stated", "insured", "accepted")},
    "accepted": "accepted_minor <= stated_minor",
    "owed": "owed_at IS NULL OR accepted_minor IS NOT NULL",
    "paid": "paid_at IS NULL OR owed_at IS NOT NULL",
    "reference": "(paid_at IS NULL) = (reference IS NULL)",
}


def upgrade() -> None:
    for table in ("merchant_settings", "merchant_setting_versions"):
        allow_codes(table, "kind", "return_freight_limits")
    allow_codes("refund_parts", "kind", "return_freight_reimbursed")
    op.create_table(
        "return_freights",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("stated_minor", sa.BigInteger(), nullable=False),
        sa.Column("insured_minor", sa.BigInteger(), nullable=False),
        sa.Column("evidence", ARRAY(sa.Text()), nullable=False),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=True),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("payment_evidence", ARRAY(sa.Text()), nullable=False),
        *(
            sa.CheckConstraint(condition, name=op.f(f"return_freights_{name}_check"))
            for name, condition in _CHECKS.items()
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="return_freights_case_id_fkey"),
        sa.PrimaryKeyConstraint("case_id", name="return_freights_pkey"),
    )


def downgrade() -> None:
    op.drop_table("return_freights")
