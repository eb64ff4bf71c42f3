"""The ledger of deadlines. Open cases and disputes get the entry of their present state, as far as it is known."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATES = "state IN ('set', 'extended', 'moved', 'met', 'paused', 'fired')"
ENDED = "(state IN ('met', 'paused', 'fired')) = (ended_at IS NOT NULL)"
# The documents that are somebody's turn. When they came into their state is known as the time of their last change.
OPEN = """
INSERT INTO deadlines (id, document, document_id, case_id, buyer_id, merchant_id, document_state, turn, state, cause, set_at, due_at)
SELECT 'dl_' || replace(gen_random_uuid()::text, '-', ''), '{kind}', id, {case_id}, buyer_id, merchant_id, state, whose_turn, 'set',
    'upgrade', updated_at, deadline_at
FROM {table} WHERE whose_turn <> 'nobody'
"""


def upgrade() -> None:
    op.create_table(
        "deadlines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("document_state", sa.Text(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("timer", sa.Text(), nullable=True),
        sa.Column("amount", sa.Double(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("rule_scope", sa.Text(), nullable=True),
        sa.Column("rule_version", sa.Integer(), nullable=True),
        sa.Column("calendar_id", sa.Text(), nullable=True),
        sa.Column("calendar_version", sa.Integer(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("continued_seconds", sa.Integer(), nullable=True),
        sa.Column("kept_seconds", sa.Integer(), nullable=True),
        sa.Column("extensions", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("document IN ('case', 'dispute')", name=op.f("deadlines_document_check")),
        sa.CheckConstraint(STATES, name=op.f("deadlines_state_check")),
        sa.CheckConstraint("unit IN ('hours', 'working_hours', 'working_days')", name=op.f("deadlines_unit_check")),
        sa.CheckConstraint(
            "rule_scope IN ('settings', 'platform', 'merchant')", name=op.f("deadlines_rule_scope_check")
        ),
        sa.CheckConstraint("extensions >= 0", name=op.f("deadlines_extensions_check")),
        sa.CheckConstraint(ENDED, name=op.f("deadlines_ended_check")),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, columns, where in (
        ("case", ["case_id", "id"], None),
        ("open", ["document_id"], "ended_at IS NULL"),
    ):
        op.create_index(
            f"deadlines_{name}_idx", "deadlines", columns, postgresql_where=None if where is None else sa.text(where)
        )
    op.execute(OPEN.format(kind="case", case_id="id", table="cases"))
    op.execute(OPEN.format(kind="dispute", case_id="case_id", table="disputes"))


def downgrade() -> None:
    op.drop_table("deadlines")
