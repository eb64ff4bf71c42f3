"""Decisions about much money wait for a second agent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

COLUMNS = ("proposal_id", "proposed_by", "proposed_action")


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("cases", sa.Column(column, sa.Text(), nullable=True))
    op.create_table(
        "proposed_decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("arguments", JSONB(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("proposed_decisions_amount_minor_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("proposed_decisions_case_idx", "proposed_decisions", ["case_id", "id"])


def downgrade() -> None:
    op.drop_table("proposed_decisions")
    for column in COLUMNS:
        op.drop_column("cases", column)
