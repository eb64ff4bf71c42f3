"""SLA policies, calendars, and the clocks of conversations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TIME, JSON = sa.DateTime(timezone=True), postgresql.JSONB()
LIVE = "state IN ('running', 'paused', 'breached')"


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f(f"{name}_pkey")),
        sa.CheckConstraint("version > 0", name=op.f(f"{name}_version_check")),
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"{table}_{name}_check"))


def upgrade() -> None:
    limits = [f"{kind}_minutes" for kind in ("first_answer", "next_answer", "resolution")]
    _table(
        "sla_policies",
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("team_id", "channel", "merchant_id", "priority")),
        sa.Column("calendar_id", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in limits),
        sa.Column("escalations", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        _check("sla_policies", "priority", "priority IN ('low', 'normal', 'high', 'urgent')"),
        *(_check("sla_policies", name, f"{name} >= 1") for name in limits),
    )
    _table(
        "sla_calendars",
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("windows", JSON, nullable=False),
        sa.Column("days", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
    )
    _clocks()


def _clocks() -> None:
    table = "sla_clocks"
    _table(
        table,
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("state", "kind", "conversation_id")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("order_id", "case_id")),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("merchant_id", "team_id")),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Text(), nullable=True),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("target_seconds", sa.Integer(), nullable=False),
        sa.Column("escalations", JSON, nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("used_microseconds", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, TIME, nullable=True)
            for name in ("running_since", "due_at", "next_at", "deadline_at", "breached_at", "ended_at")
        ),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        _check(table, "state", "state IN ('running', 'paused', 'breached', 'met', 'late', 'dropped')"),
        _check(table, "kind", "kind IN ('first_answer', 'next_answer', 'resolution')"),
        _check(table, "target_seconds", "target_seconds >= 1"),
        _check(table, "steps", "steps >= 0"),
        _check(table, "next_while_running", "(state = 'running') = (next_at IS NOT NULL)"),
        _check(table, "time_when_ended", "(state IN ('met', 'late', 'dropped')) = (ended_at IS NOT NULL)"),
    )
    for name, columns, where, unique in (
        ("live_key", ["conversation_id", "kind"], LIVE, True),
        ("open_idx", ["due_at", "id"], "state IN ('running', 'breached')", False),
        ("calendar_idx", ["calendar_id", "calendar_version"], "state = 'running'", False),
        ("due_idx", ["deadline_at"], "deadline_at IS NOT NULL", False),
    ):
        op.create_index(f"{table}_{name}", table, columns, unique=unique, postgresql_where=sa.text(where))


def downgrade() -> None:
    for table in ("sla_clocks", "sla_calendars", "sla_policies"):
        op.drop_table(table)
