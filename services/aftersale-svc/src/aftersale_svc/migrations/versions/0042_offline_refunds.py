"""Refunds that were refused may be made outside the payment provider, and confirmed by the buyer."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

STATE = "offline_refund_confirm"


def upgrade() -> None:
    allow_codes("cases", "state", STATE)
    allow_codes("cases", "frozen_state", STATE)
    op.create_table(
        "offline_refunds",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("failed_refund_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("evidence", ARRAY(sa.Text()), nullable=False),
        sa.Column("stated_by", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("denied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("offline_refunds_amount_minor_check")),
        sa.CheckConstraint(
            "method IN ('bank_transfer', 'wallet', 'cash', 'other')", name=op.f("offline_refunds_method_check")
        ),
        sa.CheckConstraint(
            "num_nonnulls(confirmed_at, denied_at, withdrawn_at) <= 1", name=op.f("offline_refunds_ended_check")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("offline_refunds_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("offline_refunds_pkey")),
    )


def downgrade() -> None:
    op.drop_table("offline_refunds")
    forbid_codes("cases", "frozen_state", STATE, instead="manual_review")
    forbid_codes("cases", "state", STATE, instead="manual_review")
