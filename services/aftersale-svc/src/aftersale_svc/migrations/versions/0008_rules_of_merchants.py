"""Rules by which merchants let cases be decided, their default return addresses, and the category of an order line."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_rule_sets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("rules", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("case_rule_sets_version_check")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("merchant_id"),
    )
    op.create_table(
        "case_rule_set_versions",
        sa.Column("rule_set_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("rules", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("case_rule_set_versions_version_check")),
        sa.ForeignKeyConstraint(["rule_set_id"], ["case_rule_sets.id"]),
        sa.PrimaryKeyConstraint("rule_set_id", "version"),
    )
    op.create_table(
        "default_return_addresses",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("address", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("default_return_addresses_version_check")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("merchant_id"),
    )
    op.add_column("order_lines", sa.Column("category", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("order_lines", "category")
    op.drop_table("default_return_addresses")
    op.drop_table("case_rule_set_versions")
    op.drop_table("case_rule_sets")
