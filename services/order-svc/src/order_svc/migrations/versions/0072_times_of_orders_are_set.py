"""Merchants set the times of their orders, in versions, and an order keeps those that held when it was placed."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

KINDS = "kind IN ('order_times')"


def upgrade() -> None:
    op.create_table(
        "merchant_settings",
        sa.Column("id", sa.Text(), nullable=False),
        *_content("merchant_settings"),
        sa.CheckConstraint("version > 0", name=op.f("merchant_settings_version_check")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("merchant_id", "kind"),
    )
    op.create_table(
        "merchant_setting_versions",
        sa.Column("setting_id", sa.Text(), nullable=False),
        *_content("merchant_setting_versions"),
        sa.CheckConstraint("version >= 1", name=op.f("merchant_setting_versions_version_check")),
        sa.ForeignKeyConstraint(["setting_id"], ["merchant_settings.id"]),
        sa.PrimaryKeyConstraint("setting_id", "version"),
    )
    op.add_column("orders", sa.Column("times", postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "times")
    op.drop_table("merchant_setting_versions")
    op.drop_table("merchant_settings")


def _content(table: str) -> list[sa.schema.SchemaItem]:
    columns: list[sa.Column[Any]] = [  # Any: columns of several types
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
    ]
    return [*columns, sa.CheckConstraint(KINDS, name=op.f(f"{table}_kind_check"))]
