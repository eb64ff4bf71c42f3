"""Disputes are opened by complaints, by buyers in a case itself, or by the platform; cases keep who stopped them and since when."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in _columns():
        op.add_column(table, column)
    op.create_check_constraint(
        op.f("disputes_origin_check"), "disputes", "origin IN ('complaint', 'buyer', 'platform')"
    )
    # For disputes that are open by then.
    op.execute(
        "UPDATE cases SET frozen_by = 'complaint', frozen_at = disputes.created_at FROM disputes"
        " WHERE disputes.id = cases.dispute_id AND cases.state = 'disputed'"
    )


def downgrade() -> None:
    for table, column in _columns():
        op.drop_column(table, column.name)


def _columns() -> list[tuple[str, sa.Column[object]]]:
    """What is new, by table. PostgreSQL drops a CHECK with its column."""
    return [
        ("disputes", sa.Column("origin", sa.Text(), server_default="complaint", nullable=False)),
        ("disputes", sa.Column("opened_by", sa.Text(), nullable=True)),
        ("disputes", sa.Column("text", sa.Text(), nullable=True)),
        ("disputes", sa.Column("merchant_silent", sa.Boolean(), server_default="false", nullable=False)),
        ("cases", sa.Column("frozen_by", sa.Text(), nullable=True)),
        ("cases", sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True)),
        ("cases", sa.Column("late_since", sa.DateTime(timezone=True), nullable=True)),
    ]
