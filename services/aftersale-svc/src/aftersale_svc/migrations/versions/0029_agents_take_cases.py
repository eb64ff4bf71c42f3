"""Agents take cases in manual review."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("agent_id", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("claim_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("cases_agent_idx", "cases", ["agent_id", "id"], postgresql_where=sa.text("agent_id IS NOT NULL"))
    op.create_index(
        "cases_claim_idx", "cases", ["claim_ends_at"], postgresql_where=sa.text("claim_ends_at IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("cases_claim_idx", table_name="cases")
    op.drop_index("cases_agent_idx", table_name="cases")
    op.drop_column("cases", "claim_ends_at")
    op.drop_column("cases", "agent_id")
