"""A roster of caseworkers."""

import sqlalchemy as sa
from alembic import op

revision = "0097"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "caseworkers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.Column("types", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("most_open", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("caseworkers_version_check")),
        sa.CheckConstraint("role IN ('agent', 'arbitrator')", name=op.f("caseworkers_role_check")),
        sa.CheckConstraint("most_open >= 1", name=op.f("caseworkers_most_open_check")),
        sa.PrimaryKeyConstraint("id", name="caseworkers_pkey"),
    )


def downgrade() -> None:
    op.drop_table("caseworkers")
