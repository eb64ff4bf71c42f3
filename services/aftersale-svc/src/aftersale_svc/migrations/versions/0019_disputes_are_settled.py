"""Disputes have an arbitrator, requests for evidence, and proposals of a settlement, by which they may end."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
# Two CHECKs and the key of open disputes permit more than before, so builds since then work with it.
compatible_with = "0004"

DECIDED = " = (decided_at IS NOT NULL AND remedy IS NOT NULL AND grounds IS NOT NULL)"


def upgrade() -> None:
    for column in _columns():
        op.add_column("disputes", column)
    op.create_check_constraint(op.f("disputes_proposed_by_check"), "disputes", "proposed_by IN ('buyer', 'merchant')")
    allow_codes("disputes", "state", "await_evidence", "settled")
    _rules("('executing', 'executed', 'settled')", "state <> 'executed' OR refunded_minor IS NOT NULL")
    _open_key("('executed', 'settled', 'withdrawn')")
    op.create_index(
        "disputes_queue_idx", "disputes", ["deadline_at", "id"], postgresql_where=sa.text("whose_turn = 'platform'")
    )
    _create_tables()


def downgrade() -> None:
    op.drop_table("settlement_proposals")
    op.drop_table("evidence_rounds")
    op.drop_index("disputes_queue_idx", table_name="disputes")
    # A settlement is a verdict that was executed, as far as earlier builds know.
    op.execute("UPDATE disputes SET refunded_minor = coalesce(refunded_minor, 0) WHERE state = 'settled'")
    for rule in ("decided", "executed"):
        op.drop_constraint(op.f(f"disputes_{rule}_check"), "disputes", type_="check")
    op.execute("UPDATE disputes SET state = 'executed' WHERE state = 'settled'")
    forbid_codes("disputes", "state", "await_evidence", "settled", instead="platform_review")
    for rule, condition in _checks("('executing', 'executed')", "(state = 'executed') = (refunded_minor IS NOT NULL)"):
        op.create_check_constraint(op.f(f"disputes_{rule}_check"), "disputes", condition)
    _open_key("('executed', 'withdrawn')")
    for column in _columns():
        op.drop_column("disputes", column.name)


def _checks(decided: str, executed: str) -> list[tuple[str, str]]:
    return [("decided", f"(state IN {decided}){DECIDED}"), ("executed", executed)]


def _rules(decided: str, executed: str) -> None:
    for rule, condition in _checks(decided, executed):
        op.drop_constraint(op.f(f"disputes_{rule}_check"), "disputes", type_="check")
        op.create_check_constraint(op.f(f"disputes_{rule}_check"), "disputes", condition)


def _open_key(ends: str) -> None:
    op.drop_index("disputes_open_key", table_name="disputes")
    op.create_index(
        "disputes_open_key", "disputes", ["case_id"], unique=True, postgresql_where=sa.text(f"state NOT IN {ends}")
    )


# PostgreSQL drops a CHECK with its column.
def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("arbitrator_id", sa.Text(), nullable=True),
        sa.Column("evidence_rounds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("awaited", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=True),
    ]


def _create_tables() -> None:
    op.create_table(
        "evidence_rounds",
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_of", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("asked_of IN ('buyer', 'merchant', 'both')", name=op.f("evidence_rounds_asked_of_check")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"]),
        sa.PrimaryKeyConstraint("dispute_id", "number"),
    )
    states = "'open', 'accepted', 'declined', 'replaced', 'lapsed', 'ended'"
    liable = "'seller', 'buyer', 'courier', 'platform', 'nobody'"
    op.create_table(
        "settlement_proposals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("liable", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('buyer', 'merchant')", name=op.f("settlement_proposals_side_check")),
        sa.CheckConstraint(f"state IN ({states})", name=op.f("settlement_proposals_state_check")),
        sa.CheckConstraint("remedy IN ('refund', 'none', 'resume')", name=op.f("settlement_proposals_remedy_check")),
        sa.CheckConstraint(f"liable IN ({liable})", name=op.f("settlement_proposals_liable_check")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("settlement_proposals_amount_minor_check")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "settlement_proposals_open_key",
        "settlement_proposals",
        ["dispute_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("settlement_proposals_dispute_idx", "settlement_proposals", ["dispute_id", "id"])
    op.create_index(
        "settlement_proposals_due_idx",
        "settlement_proposals",
        ["deadline_at"],
        postgresql_where=sa.text("deadline_at IS NOT NULL"),
    )
