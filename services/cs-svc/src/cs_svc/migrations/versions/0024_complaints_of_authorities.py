"""Complaints that authorities send."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_TABLE = "regulator_complaints"
_CHECKS = {
    "version": "version > 0",
    "state": "state IN ('received', 'mediating', 'replying', 'closed')",
    "outcome": "outcome IN ('declined', 'agreed', 'refused', 'withdrawn')",
    "due_unless_closed": "(state = 'closed') = (due_at IS NULL)",
    "letter_when_replied": "(letter IS NULL) = (replied_at IS NULL)",
}
_TEXTS = ("state", "authority", "file_number", "order_id", "buyer_id", "merchant_id", "responsible_id", "text")
_OPTIONAL = ("complaint_id", "case_id", "outcome", "agreement", "letter")
_TIMES = ("accepted_at", "due_at", "deadline_at", "overdue_at", "replied_at")


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _OPTIONAL),
        *(sa.Column(name, time, nullable=False) for name in ("received_at", "created_at", "updated_at")),
        *(sa.Column(name, time, nullable=True) for name in _TIMES),
        *(sa.CheckConstraint(condition, name=f"{_TABLE}_{name}_check") for name, condition in _CHECKS.items()),
        sa.PrimaryKeyConstraint("id", name=f"{_TABLE}_pkey"),
        sa.UniqueConstraint("authority", "file_number", name=f"{_TABLE}_file_key"),
    )
    op.create_index(f"{_TABLE}_merchant_idx", _TABLE, ["merchant_id", "id"])
    due, deadline = sa.text("due_at IS NOT NULL"), sa.text("deadline_at IS NOT NULL")
    op.create_index(f"{_TABLE}_work_idx", _TABLE, ["due_at", "id"], postgresql_where=due)
    op.create_index(f"{_TABLE}_due_idx", _TABLE, ["deadline_at"], postgresql_where=deadline)


def downgrade() -> None:
    op.drop_table(_TABLE)
