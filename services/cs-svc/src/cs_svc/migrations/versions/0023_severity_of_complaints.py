"""Complaints are judged, and are to be resolved in time; the copy of an order has its total."""

from typing import Any

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_TIMES = ("resolve_due_at", "due_at", "resolve_overdue_at", "supervised_at")
_SEVERITIES = "severity IN ('low', 'normal', 'high', 'critical')"


def upgrade() -> None:
    for column in _columns():
        op.add_column("complaints", column, if_not_exists=True)
    _check("complaints", "severity", _SEVERITIES)
    op.add_column("known_goods", sa.Column("total_minor", sa.BigInteger(), nullable=True), if_not_exists=True)
    op.add_column("known_goods", sa.Column("currency", sa.Text(), nullable=True), if_not_exists=True)
    _check("known_goods", "total_minor", "total_minor >= 0")
    present = sa.text("due_at IS NOT NULL")
    indexes.create("complaints_work_idx", "complaints", ["due_at", "id"], postgresql_where=present)


# Any: each column has values of another type.
def _columns() -> list[sa.Column[Any]]:
    return [
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in _TIMES),
        sa.Column("severity", sa.Text(), nullable=False, server_default="normal"),
        sa.Column("severity_reasons", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")),
        sa.Column("rules_version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("calendar_id", sa.Text(), nullable=True),
        sa.Column("calendar_version", sa.Integer(), nullable=False, server_default="0"),
    ]


def _check(table: str, name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{name}_check")
    op.create_check_constraint(f"{table}_{name}_check", table, condition, postgresql_not_valid=True)


def downgrade() -> None:
    op.drop_index("complaints_work_idx", table_name="complaints")
    op.drop_constraint("known_goods_total_minor_check", "known_goods", type_="check")
    for name in ("currency", "total_minor"):
        op.drop_column("known_goods", name)
    for column in _columns():
        op.drop_column("complaints", column.name)
