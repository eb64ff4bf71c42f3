"""Timers for answers that are due, and whether a known case has ended.

It only adds, so builds of revision 0001 work on beside it. What they write meanwhile has no timer, and a case that ends
meanwhile is not known to have ended: `cs-svc replay` then makes the copies of the cases anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WITH_TIMER = ("conversations", "complaints")


def upgrade() -> None:
    for table in WITH_TIMER:
        op.add_column(table, sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True))
        op.execute(f"UPDATE {table} SET deadline_at = answer_due_at WHERE answer_due_at IS NOT NULL")  # noqa: S608
        op.create_index(
            f"{table}_due_idx",
            table,
            ["deadline_at"],
            unique=False,
            postgresql_where=sa.text("deadline_at IS NOT NULL"),
        )
    op.add_column("known_cases", sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute("UPDATE known_cases SET ended = true WHERE state IN ('completed', 'closed', 'cancelled')")


def downgrade() -> None:
    op.drop_column("known_cases", "ended")
    for table in WITH_TIMER:
        op.drop_index(f"{table}_due_idx", table_name=table, postgresql_where=sa.text("deadline_at IS NOT NULL"))
        op.drop_column(table, "overdue_at")
        op.drop_column(table, "deadline_at")
