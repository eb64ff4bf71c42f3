"""Calendars with their days, and rules of hours, in versions; a stopped case keeps what is left of its time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SOURCES = "source IN ('built_in', 'chinesecalendar', 'holidays', 'merchant')"


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_version", sa.Text(), nullable=False),
        sa.Column("known_until", sa.Date(), nullable=True),
        sa.Column("weekend", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.Text(), nullable=True),
        sa.Column("based_on_version", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(SOURCES, name=op.f("calendars_source_check")),
        sa.CheckConstraint("version > 0", name=op.f("calendars_version_check")),
        sa.CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name=op.f("calendars_hours_check")),
        sa.CheckConstraint("(based_on IS NULL) = (based_on_version IS NULL)", name=op.f("calendars_base_check")),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "calendar_days",
        sa.Column("calendar_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'make_up', 'closed')", name=op.f("calendar_days_kind_check")),
        sa.ForeignKeyConstraint(["calendar_id", "version"], ["calendars.id", "calendars.version"]),
        sa.PrimaryKeyConstraint("calendar_id", "version", "day"),
    )
    op.create_table(
        "deadline_rules",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("deadline_rules_version_check")),
        sa.PrimaryKeyConstraint("owner", "version"),
    )
    op.add_column("cases", sa.Column("remaining_seconds", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "remaining_seconds")
    for table in ("deadline_rules", "calendar_days", "calendars"):
        op.drop_table(table)
