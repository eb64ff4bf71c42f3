"""Replacements that are sent before the goods are back, and the hold on their money."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_codes("cases", "type", "fast_exchange")
    allow_codes("cases", "close_cause", "hold_not_agreed")
    op.create_table(
        "money_holds",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_minor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("money_holds_amount_minor_check")),
        sa.CheckConstraint("claimed_minor >= 0", name=op.f("money_holds_claimed_minor_check")),
        sa.CheckConstraint("released_at IS NULL OR claimed_at IS NULL", name=op.f("money_holds_settled_check")),
        sa.CheckConstraint("(claimed_at IS NULL) = (claimed_minor IS NULL)", name=op.f("money_holds_claimed_check")),
        sa.CheckConstraint("claimed_minor <= amount_minor", name=op.f("money_holds_most_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("money_holds_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("money_holds_pkey")),
    )


def downgrade() -> None:
    op.drop_table("money_holds")
    forbid_codes("cases", "close_cause", "hold_not_agreed", instead="closed_by_agent")
    forbid_codes("cases", "type", "fast_exchange", instead="exchange")
