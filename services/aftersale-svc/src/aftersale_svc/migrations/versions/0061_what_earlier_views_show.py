"""Evidence files keep when they were uploaded, and deadlines what their ends were before they were moved: earlier views show it."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence_files", sa.Column("uploaded_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE evidence_files SET uploaded_at = updated_at WHERE state = 'uploaded'")
    op.create_table(
        "deadline_moves",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("deadline_id", sa.Text(), sa.ForeignKey("deadlines.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_due_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("deadline_moves_deadline_idx", "deadline_moves", ["deadline_id", "id"])


def downgrade() -> None:
    op.drop_table("deadline_moves")
    op.drop_column("evidence_files", "uploaded_at")
