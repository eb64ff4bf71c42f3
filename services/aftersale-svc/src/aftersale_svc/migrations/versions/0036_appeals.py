"""Verdicts may wait for the time to appeal, both sides may appeal, and what a replaced verdict leaves open is recorded."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None
# Two CHECKs permit more than before, so builds since then work with it.
compatible_with = "0019"

STATES = "('executing', 'executed', 'settled', 'appeal_window', 'appealed')"
DECIDED = " = (decided_at IS NOT NULL AND remedy IS NOT NULL AND grounds IS NOT NULL)"


def upgrade() -> None:
    for column in _columns():
        op.add_column("disputes", column)
    op.create_check_constraint(
        op.f("disputes_takes_effect_check"), "disputes", "takes_effect IN ('at_once', 'after_appeal_window')"
    )
    op.create_check_constraint(
        op.f("disputes_appealed_in_check"), "disputes", "appealed_in IN ('executing', 'executed')"
    )
    allow_codes("disputes", "state", "appeal_window", "appealed")
    _rules(f"(state IN {STATES}){DECIDED}", "refunded_minor <= amount_minor OR final_at IS NOT NULL")
    op.add_column("dispute_costs", sa.Column("reverses", sa.Text(), nullable=True))
    _create_tables()


def downgrade() -> None:
    op.drop_table("dispute_entries")
    op.drop_table("appeals")
    op.execute("DELETE FROM dispute_costs WHERE reverses IS NOT NULL")
    op.drop_column("dispute_costs", "reverses")
    # A verdict that waits is one that is being executed, as far as earlier builds know.
    op.execute("UPDATE disputes SET refunded_minor = amount_minor WHERE refunded_minor > amount_minor")
    for rule in ("decided", "refunded"):
        op.drop_constraint(op.f(f"disputes_{rule}_check"), "disputes", type_="check")
    forbid_codes("disputes", "state", "appeal_window", "appealed", instead="executing")
    op.create_check_constraint(
        op.f("disputes_decided_check"), "disputes", f"(state IN ('executing', 'executed', 'settled')){DECIDED}"
    )
    op.create_check_constraint(op.f("disputes_refunded_check"), "disputes", "refunded_minor <= amount_minor")
    for column in _columns():
        op.drop_column("disputes", column.name)


def _rules(decided: str, refunded: str) -> None:
    for rule, condition in (("decided", decided), ("refunded", refunded)):
        op.drop_constraint(op.f(f"disputes_{rule}_check"), "disputes", type_="check")
        op.create_check_constraint(op.f(f"disputes_{rule}_check"), "disputes", condition)


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("takes_effect", sa.Text(), nullable=True),
        sa.Column("appeal_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appealed_by", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("appealed_in", sa.Text(), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
    ]


def _create_tables() -> None:
    op.create_table(
        "appeals",
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("appealed_by", sa.Text(), nullable=False),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.CheckConstraint("side IN ('buyer', 'merchant')", name=op.f("appeals_side_check")),
        sa.CheckConstraint("outcome IN ('confirmed', 'replaced')", name=op.f("appeals_outcome_check")),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name=op.f("appeals_decided_check")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"]),
        sa.PrimaryKeyConstraint("dispute_id", "side"),
    )
    op.create_table(
        "dispute_entries",
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "direction IN ('buyer_owes', 'buyer_is_owed')", name=op.f("dispute_entries_direction_check")
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("dispute_entries_amount_minor_check")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"]),
        sa.PrimaryKeyConstraint("dispute_id"),
    )
