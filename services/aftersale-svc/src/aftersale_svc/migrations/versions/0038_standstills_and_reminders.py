"""Standstills of the timers, reminders of deadlines, and why a deadline has another end."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

CAUSES = "extension_cause IN ('agent', 'agreement', 'standstill', 'calendar')"
INDEXES = (
    ("reminds", ["reminds_at"], "reminds_at IS NOT NULL"),
    ("provisional", ["id"], "provisional AND ended_at IS NULL"),
    ("fired", ["case_id", "turn"], "state = 'fired'"),
)


def upgrade() -> None:
    op.create_table(
        "timer_beats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "standstills",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grace_until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("began_at < ended_at AND ended_at < grace_until", name=op.f("standstills_times_check")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("deadlines", sa.Column("extension_cause", sa.Text(), nullable=True))
    op.add_column("deadlines", sa.Column("reminds_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deadlines", sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"))
    op.create_check_constraint(op.f("deadlines_extension_cause_check"), "deadlines", CAUSES)
    op.create_check_constraint(op.f("deadlines_reminders_check"), "deadlines", "reminders >= 0")
    for name, columns, where in INDEXES:
        op.create_index(f"deadlines_{name}_idx", "deadlines", columns, postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, _, _ in INDEXES:
        op.drop_index(f"deadlines_{name}_idx", "deadlines")
    for name in ("reminders", "reminds_at", "extension_cause"):
        op.drop_column("deadlines", name)
    op.drop_table("standstills")
    op.drop_table("timer_beats")
