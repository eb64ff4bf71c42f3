"""Teams, agents, and conversations that wait for them."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXTS = postgresql.ARRAY(sa.Text())
TIME = sa.DateTime(timezone=True)
LIVE = "state IN ('waiting', 'offered')"


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f(f"{name}_pkey")),
        sa.CheckConstraint("version > 0", name=op.f(f"{name}_version_check")),
        if_not_exists=True,
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"{table}_{name}_check"))


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, postgresql_where=sa.text(where), if_not_exists=True)


def upgrade() -> None:
    for name, column, null in (("known_requests", "reason", False), ("known_goods", "category", True)):
        op.create_table(
            name,
            sa.Column("id", sa.Text(), nullable=False),
            sa.Column(column, sa.Text(), nullable=null),
            sa.PrimaryKeyConstraint("id", name=op.f(f"{name}_pkey")),
            if_not_exists=True,
        )
    _people()
    _queue_entries()
    indexes.create(
        "conversations_agent_idx",
        "conversations",
        ["agent_id", "id"],
        postgresql_where=sa.text("state = 'open'"),
    )


def _people() -> None:
    _table(
        "teams",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=True),
        sa.Column("reasons", TEXTS, nullable=False),
        sa.Column("languages", TEXTS, nullable=False),
        sa.Column("overflow_team_id", sa.Text(), nullable=True),
        sa.Column("overflow_seconds", sa.Integer(), nullable=False),
        sa.Column("offer_seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        _check("teams", "overflow_seconds", "overflow_seconds >= 1"),
        _check("teams", "offer_seconds", "offer_seconds >= 5"),
    )
    _table(
        "agents",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("teams", TEXTS, nullable=False),
        sa.Column("leads", TEXTS, nullable=False),
        sa.Column("skills", postgresql.JSONB(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("shifts", postgresql.JSONB(), nullable=False),
        sa.Column("time_off", postgresql.JSONB(), nullable=False),
        sa.Column("seen_until", TIME, nullable=True),
        sa.Column("deadline_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        _check("agents", "state", "state IN ('online', 'away', 'offline')"),
        _check("agents", "capacity", "capacity >= 1"),
    )
    _index("agents_due_idx", "agents", ["deadline_at"], "deadline_at IS NOT NULL")
    _index("agents_online_idx", "agents", ["id"], "state = 'online'")
    op.create_table(
        "agent_outcomes",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("handled", sa.Integer(), nullable=False),
        sa.Column("solved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "topic", name=op.f("agent_outcomes_pkey")),
        _check("agent_outcomes", "handled", "handled >= 0"),
        if_not_exists=True,
    )


def _queue_entries() -> None:
    table = "queue_entries"
    _table(
        table,
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=True),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("first_team_id", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("skills", TEXTS, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("is_hard", sa.Boolean(), nullable=False),
        sa.Column("last_agent_id", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("refused_by", TEXTS, nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("waiting_since", TIME, nullable=False),
        sa.Column("overflow_at", TIME, nullable=True),
        sa.Column("offer_ends_at", TIME, nullable=True),
        sa.Column("deadline_at", TIME, nullable=True),
        sa.Column("predicted_low", sa.Integer(), nullable=True),
        sa.Column("predicted_high", sa.Integer(), nullable=True),
        sa.Column("left_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        _check(table, "state", "state IN ('waiting', 'offered', 'taken', 'left')"),
        _check(table, "priority", "priority BETWEEN 0 AND 3"),
        _check(table, "weight", "weight >= 1"),
        _check(table, "offers", "offers >= 0"),
        _check(table, "offered_to", "state <> 'offered' OR (agent_id IS NOT NULL AND offer_ends_at IS NOT NULL)"),
        _check(table, "time_when_left", "(state IN ('taken', 'left')) = (left_at IS NOT NULL)"),
    )
    _index("queue_entries_live_key", table, ["conversation_id"], LIVE, unique=True)
    _index("queue_entries_team_idx", table, ["team_id", "priority", "waiting_since"], LIVE)
    _index("queue_entries_agent_idx", table, ["agent_id", "updated_at"], "agent_id IS NOT NULL")
    op.create_index("queue_entries_conversation_idx", table, ["conversation_id", "id"], if_not_exists=True)
    _index("queue_entries_waits_idx", table, ["team_id", "left_at"], "state = 'taken'")
    _index("queue_entries_due_idx", table, ["deadline_at"], "deadline_at IS NOT NULL")


def downgrade() -> None:
    op.drop_index("conversations_agent_idx", table_name="conversations", if_exists=True)
    for table in ("queue_entries", "agent_outcomes", "agents", "teams", "known_goods", "known_requests"):
        op.drop_table(table, if_exists=True)
