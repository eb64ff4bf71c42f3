"""How far people have received and read conversations."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "read_marks",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("reader_role", sa.Text(), nullable=False),
        sa.Column("reader_id", sa.Text(), nullable=False),
        sa.Column("read_place", sa.Text(), nullable=False),
        sa.Column("delivered_place", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reader_role IN ('buyer', 'seller', 'agent', 'system')", name=op.f("read_marks_reader_role_check")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("read_marks_conversation_id_fkey")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "reader_role", "reader_id", name=op.f("read_marks_pkey")),
    )


def downgrade() -> None:
    op.drop_table("read_marks")
