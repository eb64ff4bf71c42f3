"""Shops import the orders that they had before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_imports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_row", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'completed')", name=op.f("order_imports_state_check")),
        sa.CheckConstraint("next_row >= 1", name=op.f("order_imports_next_row_check")),
        sa.CheckConstraint("imported >= 0", name=op.f("order_imports_imported_check")),
        sa.CheckConstraint("known >= 0", name=op.f("order_imports_known_check")),
        sa.CheckConstraint("refused >= 0", name=op.f("order_imports_refused_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("order_imports_pkey")),
        sa.UniqueConstraint("merchant_id", "file_hash", name="order_imports_file_key"),
    )
    op.create_table(
        "order_import_refusals",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("allowed", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["order_imports.id"], name=op.f("order_import_refusals_import_id_fkey")),
        sa.PrimaryKeyConstraint("import_id", "row", "place", name=op.f("order_import_refusals_pkey")),
    )


def downgrade() -> None:
    op.drop_table("order_import_refusals")
    op.drop_table("order_imports")
