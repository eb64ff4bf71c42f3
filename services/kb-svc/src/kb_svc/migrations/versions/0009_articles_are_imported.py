"""Imports of articles: files, their rows until they are published, and why rows are refused."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counts = ("rows", "refused", "published", "unchanged")
    op.create_table(
        "article_imports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_row", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'refused', 'publishing', 'completed')", name="article_imports_state_check"
        ),
        *(sa.CheckConstraint(f"{name} >= 0", name=f"article_imports_{name}_check") for name in counts),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("article_imports_file_key", "article_imports", ["file_hash"], unique=True)
    op.create_index("article_imports_state_idx", "article_imports", ["state"])
    op.create_table(
        "article_import_rows",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "slug", "language", "title", "body")),
        sa.ForeignKeyConstraint(["import_id"], ["article_imports.id"]),
        sa.PrimaryKeyConstraint("import_id", "row"),
    )
    op.create_table(
        "article_import_refusals",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("field", "code", "zh", "en")),
        sa.ForeignKeyConstraint(["import_id"], ["article_imports.id"]),
        sa.PrimaryKeyConstraint("import_id", "row", "place"),
    )


def downgrade() -> None:
    op.drop_table("article_import_refusals")
    op.drop_table("article_import_rows")
    op.drop_table("article_imports")
